"""The tables, by area. Importing this package makes them all known to the metadata: they are found by walking."""

from core import walk
from storage.models.alertas import Alerta
from storage.models.base import Base
from storage.models.destinos import Destino, DestinoEvento, Latencia
from storage.models.eventos import Attempt, Delivery, Event, Sequencia
from storage.models.limites import Balde, Marca
from storage.models.questor import QuestorArquivo, QuestorConta, QuestorLote, QuestorRemetente
from storage.models.sat import Caixa, CaixaHistorico, SatEndereco
from storage.models.usuarios import Usuario

tuple(walk.modules(__name__))

__all__ = [
    "Alerta",
    "Attempt",
    "Balde",
    "Base",
    "Caixa",
    "CaixaHistorico",
    "Delivery",
    "Destino",
    "DestinoEvento",
    "Event",
    "Latencia",
    "Marca",
    "QuestorArquivo",
    "QuestorConta",
    "QuestorLote",
    "QuestorRemetente",
    "SatEndereco",
    "Sequencia",
    "Usuario",
]
