"""Ciência by itself, for companies that want it: of each note that came as a summary and still waits, within its time.

docs/reference/contracts/sefaz.md §4.7. Off unless somebody turned it on: it obliges the company to conclude later.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.orm import Session

from connectors.sefaz import Tipo
from core.clock import SYSTEM, Clock
from core.documentos.manifestacao import PRAZO_CIENCIA, SEM_EFEITO
from core.documentos.tipos_evento import MANIFESTACOES
from core.fiscal import formatar_documento
from core.settings.sefaz import SefazSettings
from flows.certificados.finding import serving
from flows.documentos.owners import Dono, owner, recipient
from flows.sefaz.manifestacoes.pedidos import Destinada, Pedido, pedir
from flows.sefaz.manifestacoes.rows import DEVIDAS
from storage.models.documentos import Documento
from storage.models.empresas import Empresa
from storage.models.manifestacoes import CienciaAutomatica, EstadoManifestacao, ManifestacaoSEFAZ
from storage.models.registros import DocumentoEvento
from storage.models.sefaz import Contribuinte, DocumentoDistribuido, SerieNSU
from storage.models.usuarios import Usuario
from storage.rows import add_missing
from storage.session import reading, transaction

# So many are owed at a time; the next look takes the others.
MOST = 2000
SUMMARY = "resNFe"


@dataclass(frozen=True)
class Ciencia:
    """Whether Ciência is given by itself in a company's name, since when, and whether a certificate can sign it."""

    empresa: str
    ligada: bool
    ligada_em: datetime | None
    certificado: bool


def ligar(empresa: str, usuario: str | None = None, clock: Clock = SYSTEM) -> Ciencia:
    """Have Ciência given by itself in a company's name."""
    dono = recipient(usuario, empresa)
    with transaction() as db:
        add_missing(db, CienciaAutomatica, [{"empresa_id": dono.empresa_id, "ligada_em": clock.now()}])
        return _now(db, dono, clock)


def desligar(empresa: str, usuario: str | None = None, clock: Clock = SYSTEM) -> Ciencia:
    """Have it given no more; what is owed by itself and has not left yet is taken back."""
    dono, mine = owner(usuario, empresa), ManifestacaoSEFAZ
    with transaction() as db:
        owed = (mine.empresa_id == dono.empresa_id, mine.automatica, mine.estado == EstadoManifestacao.PENDENTE.value)
        db.execute(delete(mine).where(*owed, DEVIDAS.free))
        db.execute(delete(CienciaAutomatica).where(CienciaAutomatica.empresa_id == dono.empresa_id))
        return _now(db, dono, clock)


def ver(empresa: str, usuario: str | None = None, clock: Clock = SYSTEM) -> Ciencia:
    """Return how it stands."""
    dono = owner(usuario, empresa)
    with reading() as db:
        return _now(db, dono, clock)


def dever(clock: Clock = SYSTEM) -> int:
    """Make the Ciências owed that are due by themselves; return how many."""
    owed = devidas(clock.now())
    pedir(owed, Pedido(Tipo.CIENCIA), clock, automatica=True)
    return len(owed)


def devidas(now: datetime) -> list[Destinada]:
    """Return the notes of which Ciência is to be given by itself."""
    query = select(Documento.chave, Empresa.id, Empresa.cnpj).join(Empresa, Empresa.id == Documento.empresa_id)
    query = query.join(CienciaAutomatica, CienciaAutomatica.empresa_id == Empresa.id)
    query = query.outerjoin(Usuario, Usuario.id == Empresa.usuario_id)
    waits = query.where(
        Empresa.ativa,
        Usuario.ativo.is_not(False),
        ~Documento.completo,
        Documento.especie == "nfe",
        Documento.situacao.not_in(SEM_EFEITO),
        or_(Documento.emit_cnpj.is_(None), Documento.emit_cnpj != Empresa.cnpj),
        Documento.recebido_em > now - PRAZO_CIENCIA,
        _came(SefazSettings.current().ambiente),
        ~_said(),
        ~_asked(SefazSettings.current().ambiente),
    )
    with reading() as db:
        return [Destinada(*row) for row in db.execute(waits.order_by(Documento.recebido_em).limit(MOST))]


def _came(ambiente: int) -> ColumnElement[bool]:
    """Return the condition that SEFAZ itself gave the summary to this very company, in this environment."""
    given = select(DocumentoDistribuido.id).join(SerieNSU, SerieNSU.id == DocumentoDistribuido.serie_id)
    given = given.join(Contribuinte, Contribuinte.id == SerieNSU.contribuinte_id)
    return given.where(
        DocumentoDistribuido.documento_id == Documento.id,
        DocumentoDistribuido.schema.startswith(SUMMARY),
        SerieNSU.empresa_id == Empresa.id,
        Contribuinte.ambiente == ambiente,
    ).exists()


def _said() -> ColumnElement[bool]:
    mine = (DocumentoEvento.documento_id == Documento.id, DocumentoEvento.tipo_evento.in_(MANIFESTACOES))
    return select(DocumentoEvento.id).where(*mine, DocumentoEvento.registrado).exists()


def _asked(ambiente: int) -> ColumnElement[bool]:
    mine = (ManifestacaoSEFAZ.chave == Documento.chave, ManifestacaoSEFAZ.empresa_id == Empresa.id)
    return select(ManifestacaoSEFAZ.id).where(*mine, ManifestacaoSEFAZ.ambiente == ambiente).exists()


def _now(db: Session, dono: Dono, clock: Clock) -> Ciencia:
    found = db.get(CienciaAutomatica, dono.empresa_id)
    signs = serving(db, db.get_one(Empresa, dono.empresa_id), clock.now()) is not None
    return Ciencia(formatar_documento(dono.cnpj), found is not None, found.ligada_em if found else None, signs)
