"""Keep registered events with their notes, as the store of documents takes everything: by their procEventoNFe."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from connectors.sefaz import EventoRespondido
from connectors.sefaz.retorno import proc_evento
from core.clock import FixedClock
from core.documentos.conteudo import Parte
from core.documentos.leitor import ler_documentos
from core.errors import PlatformError
from flows.documentos import unstored
from flows.documentos.entries import Entrada
from flows.documentos.storing import store
from flows.sefaz.manifestacoes.assinante import Assinante
from flows.sefaz.manifestacoes.rows import Devida
from storage.faults import explain


@dataclass(frozen=True)
class Prova:
    """A registered event as it is kept."""

    nome: str
    partes: Sequence[Parte]


def prova(devida: Devida, resposta: EventoRespondido) -> Prova:
    """Read what is to be kept, outside of any transaction."""
    text = proc_evento((devida.xml or "").encode(), resposta)
    return Prova(f"{devida.tipo}-{devida.chave}-{devida.sequencia:02d}-procEventoNFe.xml", ler_documentos(text))


def guardar(db: Session, de: Assinante, provas: Sequence[Prova], now: datetime) -> None:
    """Store events in the caller's transaction; one that cannot be costs itself: its row has both texts."""
    if not provas:
        return
    try:
        with db.begin_nested():
            entries = [Entrada(part, one.nome, de.usuario_id, de.empresa_id) for one in provas for part in one.partes]
            store(db, entries, FixedClock(now))
    except PlatformError:
        raise
    except Exception as fault:
        if isinstance(fault, DBAPIError) and explain(fault) is not None:
            raise
        if len(provas) > 1:
            middle = len(provas) // 2
            guardar(db, de, provas[:middle], now)
            guardar(db, de, provas[middle:], now)
            return
        unstored.note(fault, provas[0].nome)
