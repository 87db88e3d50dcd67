"""Gaps of a numbering: noted, asked for number by number, closed by an answer, by what came meanwhile, or by time.

docs/reference/contracts/sefaz.md §3.6.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Select, and_, select, update
from sqlalchemy.orm import Session

from connectors.sefaz import Forma, Pergunta, Recebido, Resposta
from flows.documentos.entries import Resultado
from flows.sefaz.paginas import Lido
from flows.sefaz.regras import Falta
from flows.sefaz.respostas import TENTATIVAS, Sorte
from flows.sefaz.vez import Quem
from storage.models.sefaz import Desfecho, DocumentoDistribuido, LacunaNSU
from storage.rows import add_missing, changed

GUARDA = timedelta(days=90)
# A person's own question by number.
PEDIDA = "pedida"
SAID_LIMIT, CHUNK = 500, 1000


class Numero:
    """The number that a gap asks for next; `pedida` says that a person wants it."""

    def __init__(self, lacuna: LacunaNSU) -> None:
        self.lacuna_id, self.nsu, self.pedida = lacuna.id, lacuna.proxima, lacuna.motivo == PEDIDA
        self.tentada_em = lacuna.tentada_em

    def pergunta(self, of: Quem) -> Pergunta:
        """Return its question."""
        return Pergunta(of.cnpj, of.uf, Forma.NSU, self.nsu)

    def recebidos(self, resposta: Resposta) -> list[Recebido]:
        """Return what came: one document without a number is the one that was asked for."""
        alone = len(resposta.documentos) == 1
        return [replace(one, nsu=self.nsu) if one.nsu is None and alone else one for one in resposta.documentos]

    def respondida(self, lidos: Sequence[Lido]) -> bool:
        """Tell whether the document with this number is among what came."""
        return any(one.recebido.nsu == self.nsu for one in lidos)

    def settle(self, db: Session, sorte: Sorte, said: str, now: datetime) -> None:
        """Write what became of it."""
        row = db.get_one(LacunaNSU, self.lacuna_id)
        row.tentada_em, row.resposta = now, said[:SAID_LIMIT]
        if sorte is Sorte.ADIADA:
            _put_off(db, row, said, now, refusals=1)
        elif sorte is not Sorte.DEVIDA:
            row.encontrados += sorte is Sorte.VEIO
            row.vazios += sorte is Sorte.NAO_HA
            row.tentativas = 0
            _go_on(db, row, self.nsu + 1, now)

    def sem_resposta(self, db: Session, said: str, now: datetime) -> None:
        """Note that there was none: the others go before it, and it is owed as before."""
        row = db.get_one(LacunaNSU, self.lacuna_id)
        if row.fechada_em is None and row.proxima == self.nsu:
            row.tentada_em, row.resposta = now, said[:SAID_LIMIT]
            _put_off(db, row, said, now, refusals=0)


def anotar(db: Session, serie_id: int, faltas: Sequence[Falta], now: datetime) -> None:
    """Note numbers that did not come; what was noted before stays as it is."""
    rows = [
        {
            "serie_id": serie_id,
            "de": one.de,
            "ate": one.ate,
            "proxima": one.de,
            "motivo": one.motivo,
            "aberta_em": now,
            "encontrados": 0,
            "vazios": 0,
            "tentativas": 0,
        }
        for one in faltas
    ]
    add_missing(db, LacunaNSU, rows)


def reabrir(row: LacunaNSU, now: datetime) -> None:
    """Have a gap of one number asked for again, because a person wants it."""
    row.proxima, row.motivo, row.aberta_em, row.tentativas = row.de, PEDIDA, now, 0
    row.fechada_em = row.desfecho = row.tentada_em = None


def vieram(db: Session, serie_id: int, nsus: Iterable[int | None], now: datetime) -> None:
    """Go on in the gaps of numbers that came, and have been stored."""
    came = [nsu for nsu in nsus if nsu is not None]
    if not came:
        return
    open_ones = _open(serie_id).where(LacunaNSU.proxima <= max(came), LacunaNSU.ate >= min(came))
    for row in db.scalars(open_ones).all():
        _go_on(db, row, row.proxima, now)


def proximo(db: Session, serie_id: int, now: datetime, *, pedida: bool, tentada: bool) -> Numero | None:
    """Return the number that waits longest, of people's own questions or of gaps, asked for in vain before or not.

    What has come by now is passed over, and closes its gap.
    """
    # others of a gap go before a number that got no answer, so that this is alone
    tried = and_(LacunaNSU.de == LacunaNSU.ate, LacunaNSU.tentada_em.is_not(None))
    query = _open(serie_id).where(
        LacunaNSU.aberta_em > now - GUARDA,
        LacunaNSU.motivo == PEDIDA if pedida else LacunaNSU.motivo != PEDIDA,
        tried if tentada else ~tried,
    )
    order = (*((LacunaNSU.tentada_em,) if tentada else ()), LacunaNSU.aberta_em, LacunaNSU.de)
    for row in db.scalars(query.order_by(*order)):
        _go_on(db, row, row.proxima, now)
        if row.fechada_em is None:
            return Numero(row)
    return None


def cortar(db: Session, serie_id: int, ultimo: int, now: datetime) -> None:
    """Close what is missing above the greatest number there is; what is below stays, as a gap of its own."""
    for row in db.scalars(_open(serie_id).where(LacunaNSU.ate > ultimo, LacunaNSU.motivo != PEDIDA)).all():
        if row.proxima <= ultimo:
            anotar(db, serie_id, [Falta(row.proxima, ultimo, row.motivo)], row.aberta_em)
        row.proxima, row.fechada_em, row.desfecho = row.ate + 1, now, Desfecho.RESPONDIDA


def vencer(db: Session, now: datetime) -> int:
    """Close what is too old to be had; return how many gaps that were."""
    old = update(LacunaNSU).where(LacunaNSU.fechada_em.is_(None), LacunaNSU.aberta_em <= now - GUARDA)
    return changed(db, old.values(fechada_em=now, desfecho=Desfecho.VENCIDA))


def _open(serie_id: int) -> Select[LacunaNSU]:
    return select(LacunaNSU).where(LacunaNSU.serie_id == serie_id, LacunaNSU.fechada_em.is_(None))


def _go_on(db: Session, row: LacunaNSU, at: int, now: datetime) -> None:
    """Put a gap at the first number from there on that has not come; close it where there is none."""
    came = [DocumentoDistribuido.serie_id == row.serie_id]
    if row.motivo == PEDIDA:
        # a person may want again what came broken
        came.append(DocumentoDistribuido.resultado != Resultado.ERRO)
    while at <= row.ate:
        query = select(DocumentoDistribuido.nsu).where(*came, DocumentoDistribuido.nsu.between(at, row.ate))
        found = list(db.scalars(query.order_by(DocumentoDistribuido.nsu).limit(CHUNK)))
        passed = next((index for index, nsu in enumerate(found) if nsu != at + index), len(found))
        at += passed
        if passed < CHUNK:
            break
    row.proxima = at
    if at > row.ate:
        row.fechada_em, row.desfecho = now, row.desfecho or Desfecho.RESPONDIDA


def _put_off(db: Session, row: LacunaNSU, said: str, now: datetime, *, refusals: int) -> None:
    """Let the others of a gap go before its next number, as a gap of its own; give it up after some refusals."""
    if row.de < row.ate:
        _alone(db, row, said, now, refusals)
        _go_on(db, row, row.proxima + 1, now)
        return
    row.tentativas += refusals
    if row.tentativas >= TENTATIVAS:
        row.proxima, row.fechada_em, row.desfecho = row.ate + 1, now, Desfecho.RECUSADA


def _alone(db: Session, row: LacunaNSU, said: str, now: datetime, refusals: int) -> None:
    """Owe the next number of a gap by itself; it may have been one before, that a person asked for."""
    at = row.proxima
    anotar(db, row.serie_id, [Falta(at, at, row.motivo)], row.aberta_em)
    own = db.scalars(select(LacunaNSU).filter_by(serie_id=row.serie_id, de=at, ate=at)).one()
    if own.fechada_em is not None:
        own.proxima, own.motivo, own.aberta_em, own.tentativas = at, row.motivo, row.aberta_em, 0
        own.fechada_em = own.desfecho = None
    own.tentada_em, own.resposta = now, said[:SAID_LIMIT]
    own.tentativas += refusals
