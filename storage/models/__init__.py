"""The tables, by area. Importing this package makes them all known to the metadata: they are found by walking."""

from core import walk
from storage.models.alertas import Alerta
from storage.models.base import Base
from storage.models.certificados import CertificadoDigital
from storage.models.destinos import Destino, DestinoEvento, Latencia
from storage.models.documentos import CFe, CTe, Documento, DocumentoItem, DocumentoLigacao, NFe, Numeracao, XmlGuardado
from storage.models.empresas import Empresa
from storage.models.eventos import Attempt, Delivery, Event, Sequencia
from storage.models.importacoes import Importacao, ImportLog
from storage.models.limites import Balde, Marca
from storage.models.questor import QuestorArquivo, QuestorConta, QuestorLote, QuestorRemetente
from storage.models.registros import DocumentoEvento, InutilizacaoGuardada
from storage.models.sat import Caixa, CaixaHistorico, SatEndereco
from storage.models.sefaz import (
    ChamadaSEFAZ,
    ConsultaSEFAZ,
    Contribuinte,
    DocumentoDistribuido,
    LacunaNSU,
    SerieNSU,
)
from storage.models.usuarios import Usuario

tuple(walk.modules(__name__))

__all__ = [
    "Alerta",
    "Attempt",
    "Balde",
    "Base",
    "CFe",
    "CTe",
    "Caixa",
    "CaixaHistorico",
    "CertificadoDigital",
    "ChamadaSEFAZ",
    "ConsultaSEFAZ",
    "Contribuinte",
    "Delivery",
    "Destino",
    "DestinoEvento",
    "Documento",
    "DocumentoDistribuido",
    "DocumentoEvento",
    "DocumentoItem",
    "DocumentoLigacao",
    "Empresa",
    "Event",
    "ImportLog",
    "Importacao",
    "InutilizacaoGuardada",
    "LacunaNSU",
    "Latencia",
    "Marca",
    "NFe",
    "Numeracao",
    "QuestorArquivo",
    "QuestorConta",
    "QuestorLote",
    "QuestorRemetente",
    "SatEndereco",
    "Sequencia",
    "SerieNSU",
    "Usuario",
    "XmlGuardado",
]
