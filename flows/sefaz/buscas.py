"""Documents that somebody asks for by key: rows that are owed until the service has answered.

docs/reference/contracts/sefaz.md §3.6, §3.10.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors.sefaz import Forma, Pergunta, Recebido, Resposta
from flows.sefaz.paginas import Lido
from flows.sefaz.respostas import TENTATIVAS, Sorte
from flows.sefaz.vez import Quem
from storage.models.sefaz import BuscaSEFAZ, EstadoBusca

SAID_LIMIT = 500


class Chave:
    """The key that is asked for next."""

    pedida = True

    def __init__(self, busca: BuscaSEFAZ) -> None:
        self.busca_id, self.chave, self.tentada_em = busca.id, busca.chave, busca.tentada_em

    def pergunta(self, of: Quem) -> Pergunta:
        """Return its question."""
        return Pergunta(of.cnpj, of.uf, Forma.CHAVE, chave=self.chave)

    def recebidos(self, resposta: Resposta) -> list[Recebido]:
        """Return what came."""
        return list(resposta.documentos)

    def respondida(self, lidos: Sequence[Lido]) -> bool:
        """Tell whether what was asked for came; what cannot be read may be it."""
        told = {part.chave or getattr(part.conteudo, "chave", None) for one in lidos for part in one.partes} - {None}
        return bool(lidos) and (not told or self.chave in told)

    def settle(self, db: Session, sorte: Sorte, said: str, now: datetime) -> None:
        """Write what became of it."""
        row = db.get_one(BuscaSEFAZ, self.busca_id)
        row.tentada_em, row.resposta = now, said[:SAID_LIMIT]
        row.tentativas += sorte is Sorte.ADIADA
        if (ended := _ended(sorte, row.tentativas)) is not None:
            row.estado, row.respondida_em = ended, now

    def sem_resposta(self, db: Session, said: str, now: datetime) -> None:
        """Note that there was none: the others go before it, and it is owed as before."""
        row = db.get_one(BuscaSEFAZ, self.busca_id)
        if row.estado == EstadoBusca.PENDENTE:
            row.tentada_em, row.resposta = now, said[:SAID_LIMIT]


def _ended(sorte: Sorte, tentativas: int) -> EstadoBusca | None:
    match sorte:
        case Sorte.VEIO:
            return EstadoBusca.ENCONTRADA
        case Sorte.NAO_HA:
            return EstadoBusca.INDISPONIVEL
        case Sorte.ADIADA if tentativas >= TENTATIVAS:
            return EstadoBusca.RECUSADA
        case _:
            return None


def proxima(db: Session, serie_id: int, *, tentada: bool) -> Chave | None:
    """Return the key that waits longest, of those that were asked for in vain before or of the others."""
    query = select(BuscaSEFAZ).where(BuscaSEFAZ.serie_id == serie_id, BuscaSEFAZ.estado == EstadoBusca.PENDENTE)
    query = query.where(BuscaSEFAZ.tentada_em.is_not(None) if tentada else BuscaSEFAZ.tentada_em.is_(None))
    row = db.scalar(query.order_by(BuscaSEFAZ.tentada_em, BuscaSEFAZ.pedida_em, BuscaSEFAZ.id).limit(1))
    return None if row is None else Chave(row)
