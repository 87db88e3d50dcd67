"""Who is asked for, and the turn of a CNPJ: one process at a time asks for it.

docs/reference/contracts/sefaz.md §3.10.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from claims.holder import new_token
from claims.lease import lease_seconds
from connectors.sefaz import Servico
from core.certificado import Certificado
from core.errors import Conflict
from core.fiscal import formatar_documento
from core.settings.sefaz import SefazSettings
from flows.certificados.finding import kept, serving
from flows.documentos.owners import Dono
from flows.sefaz.regras import Situacao
from flows.sefaz.rows import CONTRIBUINTES, Solto
from flows.sefaz.series import EmConsulta, contribuinte, serie
from storage.models.empresas import Empresa
from storage.models.sefaz import SerieNSU
from storage.session import reading

BUSY = "Outro processo está consultando este CNPJ."


class SemVez(Exception):
    """Nothing may be asked now; `situacao` says why, `ate` until when."""

    def __init__(self, situacao: Situacao, ate: datetime | None, mensagem: str) -> None:
        super().__init__(mensagem)
        self.situacao, self.ate, self.mensagem = situacao, ate, mensagem


@dataclass(frozen=True)
class Quem:
    """A company that may be asked for, with the certificate that is shown for it."""

    empresa_id: int
    usuario_id: int | None
    cnpj: str
    uf: str
    certificado_id: int
    certificado_nome: str
    certificado: Certificado


@dataclass(frozen=True)
class Vez:
    """A turn that is held under `token`. `seconds` is how long the lease lasts from each call on."""

    quem: Quem
    servico: Servico
    token: str
    seconds: float
    contribuinte_id: int
    serie_id: int

    def hold(self, db: Session, now: datetime) -> bool:
        """Keep the turn; tell whether it was still ours."""
        until = now + timedelta(seconds=self.seconds)
        return bool(CONTRIBUINTES.on(db).hold(self.token, [self.contribuinte_id], until))

    def let_go(self, db: Session, now: datetime) -> bool:
        """End the turn; tell whether it was still ours."""
        return bool(CONTRIBUINTES.on(db).settle(self.token, [Solto(self.contribuinte_id, now)]))


def quem(dono: Dono, settings: SefazSettings, now: datetime) -> Quem:
    """Return who is asked for and with what.

    Raises:
        SemVez: no certificate serves the company.
        Conflict: nobody said in which state the company is.
    """
    with reading() as db:
        empresa = db.get_one(Empresa, dono.empresa_id)
        uf = settings.uf or empresa.uf
        named = formatar_documento(empresa.cnpj)
        if uf is None:
            raise Conflict(f"Falta o estado de {named}: diga-o na empresa (uf), ou em sefaz.uf.", veja="empresas")
        row = serving(db, empresa, now)
        if row is None:
            said = f"Nenhum certificado em uso serve a empresa {named}; guarde um com `esteira certificados adicionar`."
            raise SemVez(Situacao.CERTIFICADO, None, said)
        return Quem(empresa.id, empresa.usuario_id, empresa.cnpj, uf, row.id, row.nome, kept(row))


def take(db: Session, of: Quem, servico: Servico, settings: SefazSettings, now: datetime) -> tuple[Vez, SerieNSU]:
    """Take the turn of a CNPJ in the caller's transaction, which ends undone where nothing is asked after all.

    Raises:
        SemVez: somebody has it.
        Conflict: the CNPJ is asked for by somebody else.
    """
    token, seconds = new_token(), lease_seconds(settings.total_timeout)
    try:
        number = contribuinte(db, of.empresa_id, of.cnpj, settings.ambiente, now)
    except EmConsulta:
        raise SemVez(Situacao.OCUPADA, None, BUSY) from None
    mine = CONTRIBUINTES.on(db, CONTRIBUINTES.table.c.id == number, early=True)
    if not mine.claim(1, now, seconds, token):
        raise SemVez(Situacao.OCUPADA, None, BUSY)
    found = serie(db, number, servico.nome)
    return Vez(of, servico, token, seconds, number, found.id), found


def parada(serie: SerieNSU) -> str:
    """Say why a numbering is blocked."""
    return serie.motivo or "A SEFAZ bloqueou este CNPJ por uma hora."
