"""Store what came: its documents and the totals, in the caller's transaction.

docs/reference/contracts/sefaz.md §2.6, §3.3.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from connectors.sefaz import Recebido
from core.clock import FixedClock
from core.documentos.conteudo import Parte
from core.documentos.leitor import ler_documentos
from core.errors import PlatformError
from flows.documentos import unstored
from flows.documentos.entries import Entrada, Guardado, Resultado
from flows.documentos.owners import Dono
from flows.documentos.storing import MOST_ENTRIES, store
from flows.sefaz.vez import Quem
from storage.faults import explain
from storage.models.sefaz import DocumentoDistribuido
from storage.rows import add_missing

REASON_LIMIT = 500
UNSTORED = "o banco de dados recusou o documento"


@dataclass(frozen=True)
class Totais:
    """How many documents a page brought, and what became of them."""

    encontrados: int = 0
    importados: int = 0
    erros: int = 0


@dataclass(frozen=True)
class Lido:
    """A document that came, and what is in it; nothing where it could not be opened."""

    recebido: Recebido
    partes: Sequence[Parte]

    @property
    def nome(self) -> str:
        return f"{self.recebido.nsu or 0:015d}-{self.recebido.schema}"


@dataclass(frozen=True)
class Fim:
    """What became of a document."""

    resultado: Resultado
    motivo: str | None = None
    chave: str | None = None
    documento_id: int | None = None


def ler(documentos: Sequence[Recebido]) -> list[Lido]:
    """Read documents, outside of any transaction."""
    return [Lido(one, ler_documentos(one.xml) if one.falha is None and one.xml else ()) for one in documentos]


def guardar(
    db: Session, of: Quem, serie_id: int, lidos: Sequence[Lido], now: datetime, consulta_id: int | None = None
) -> Totais:
    """Store documents; one that cannot be is kept as it came, and costs no other.

    `consulta_id` is the consultation that brought them, none where they were asked for by themselves.
    """
    ends = importar(db, Dono(of.usuario_id, of.empresa_id, of.cnpj), lidos, now)
    rows = [_row(serie_id, one, end, now) | {"consulta_id": consulta_id} for one, end in zip(lidos, ends, strict=True)]
    _forget_unread(db, serie_id, rows)
    add_missing(db, DocumentoDistribuido, rows)
    bad = sum(end.resultado is Resultado.ERRO for end in ends)
    new = sum(end.resultado in (Resultado.NOVO, Resultado.ATUALIZADO) for end in ends)
    return Totais(len(ends), new, bad)


def _forget_unread(db: Session, serie_id: int, rows: Sequence[Mapping[str, object]]) -> None:
    """Make room for what can be read by now, where its number came before and could not be."""
    good = [one["nsu"] for one in rows if one["nsu"] is not None and one["resultado"] != Resultado.ERRO.value]
    # as the index says it
    unread = (DocumentoDistribuido.serie_id == serie_id, text("sefaz_documento.resultado = 'erro'"))
    db.execute(delete(DocumentoDistribuido).where(*unread, DocumentoDistribuido.nsu.in_(good)))


def importar(db: Session, dono: Dono, lidos: Sequence[Lido], now: datetime) -> list[Fim]:
    """Store documents in the collection; return what became of each, in the same order."""
    try:
        with db.begin_nested():
            return _ends(db, dono, lidos, now)
    except PlatformError:
        raise
    except Exception as fault:
        if isinstance(fault, DBAPIError) and explain(fault) is not None:
            raise
        if len(lidos) > 1:
            middle = len(lidos) // 2
            return [*importar(db, dono, lidos[:middle], now), *importar(db, dono, lidos[middle:], now)]
        unstored.note(fault, lidos[0].nome)
        return [Fim(Resultado.ERRO, UNSTORED)]


def _ends(db: Session, dono: Dono, lidos: Sequence[Lido], now: datetime) -> list[Fim]:
    entries = [Entrada(parte, one.nome, dono.usuario_id, dono.empresa_id) for one in lidos for parte in one.partes]
    done: list[Guardado] = []
    for begin in range(0, len(entries), MOST_ENTRIES):
        done += store(db, entries[begin : begin + MOST_ENTRIES], FixedClock(now))
    outcomes = iter(done)
    return [_end(one, [next(outcomes) for _ in one.partes]) for one in lidos]


def _end(one: Lido, done: Sequence[Guardado]) -> Fim:
    if not done:
        return Fim(Resultado.ERRO, one.recebido.falha or "o documento está vazio")
    worst = next((each for each in done if each.resultado is Resultado.ERRO), done[0])
    bad = worst.resultado is Resultado.ERRO
    return Fim(worst.resultado, worst.mensagem if bad else None, worst.chave, worst.documento_id)


def _row(serie_id: int, one: Lido, end: Fim, now: datetime) -> dict[str, object]:
    came, bad = one.recebido, end.resultado is Resultado.ERRO
    return {
        "serie_id": serie_id,
        "nsu": came.nsu,
        "chave": end.chave,
        "schema": came.schema,
        "resultado": end.resultado.value,
        "motivo": end.motivo and end.motivo[:REASON_LIMIT],
        "bruto": (came.bruto if came.bruto is not None else came.xml) if bad else None,
        "documento_id": end.documento_id,
        "recebido_em": now,
    }
