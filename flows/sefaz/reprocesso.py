"""Read again what came and could not be stored: its bytes were kept, and a reader may have learned since.

docs/reference/contracts/sefaz.md §2.6.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, undefer

from connectors.sefaz import servico
from connectors.sefaz.registro import servicos
from core.caller import OPERATOR, Caller
from core.clock import SYSTEM, Clock
from flows.documentos.entries import Resultado
from flows.documentos.owners import Dono
from flows.sefaz import paginas
from flows.sefaz.paginas import REASON_LIMIT, Fim
from storage.models.empresas import Empresa
from storage.models.sefaz import DocumentoDistribuido, SerieNSU
from storage.pages import visible
from storage.session import reading, transaction

MOST, MOST_BYTES = 50, 16 * 1024 * 1024


@dataclass(frozen=True)
class Refeito:
    """What became of a document that was read again: its number, that of its NSU, and why it is still unread."""

    id: int
    empresa: str
    servico: str
    nsu: int | None
    schema: str
    resultado: str
    motivo: str | None = None


def ilegiveis(caller: Caller = OPERATOR, empresa_id: int | None = None) -> Iterator[list[int]]:
    """Yield the numbers of what could not be stored of the caller's companies, some at a time, bounded in bytes."""
    size = func.coalesce(func.length(DocumentoDistribuido.bruto), 0)
    query = (
        select(DocumentoDistribuido.id, size)
        .join(SerieNSU, SerieNSU.id == DocumentoDistribuido.serie_id)
        .join(Empresa, Empresa.id == SerieNSU.empresa_id)
        .where(
            # as the index says it
            text("sefaz_documento.resultado = 'erro'"),
            DocumentoDistribuido.bruto.is_not(None),
            visible(caller, Empresa.usuario_id),
        )
        .order_by(DocumentoDistribuido.id)
    )
    if empresa_id is not None:
        query = query.where(Empresa.id == empresa_id)
    with reading() as db:
        found = db.execute(query).all()
    some: list[int] = []
    together = 0
    for number, length in found:
        if some and (len(some) >= MOST or together + length > MOST_BYTES):
            yield some
            some, together = [], 0
        some.append(number)
        together += length
    if some:
        yield some


def reprocessar(numeros: Sequence[int], clock: Clock = SYSTEM) -> list[Refeito]:
    """Read documents again by their numbers and store what can be; what is stored already is passed over."""
    now = clock.now()
    query = (
        select(DocumentoDistribuido, SerieNSU.servico, Empresa)
        .options(undefer(DocumentoDistribuido.bruto))
        .join(SerieNSU, SerieNSU.id == DocumentoDistribuido.serie_id)
        .join(Empresa, Empresa.id == SerieNSU.empresa_id)
        .where(
            DocumentoDistribuido.id.in_(numeros),
            DocumentoDistribuido.resultado == Resultado.ERRO,
            DocumentoDistribuido.bruto.is_not(None),
            SerieNSU.servico.in_(servicos()),
        )
        .order_by(DocumentoDistribuido.id)
    )
    with reading() as db:
        kept = [
            (row.id, name, Dono(of.usuario_id, of.id, of.cnpj), _opened(row, name))
            for row, name, of in db.execute(query)
        ]
    done: list[Refeito] = []
    for dono in dict.fromkeys(one for _, _, one, _ in kept):
        mine = [(number, name, lido) for number, name, of, lido in kept if of == dono]
        with transaction() as db:
            ends = paginas.importar(db, dono, [lido for _, _, lido in mine], now)
            done += [
                _settled(db, number, name, dono, lido, end)
                for (number, name, lido), end in zip(mine, ends, strict=True)
            ]
    return done


def _opened(row: DocumentoDistribuido, nome: str) -> paginas.Lido:
    (lido,) = paginas.ler([servico(nome).reabrir(row.nsu, row.schema, row.bruto or b"")])
    return lido


def _settled(db: Session, number: int, nome: str, dono: Dono, lido: paginas.Lido, end: Fim) -> Refeito:
    row = db.get_one(DocumentoDistribuido, number)
    row.resultado, row.motivo = end.resultado.value, end.motivo and end.motivo[:REASON_LIMIT]
    if end.resultado is not Resultado.ERRO:
        row.bruto, row.documento_id = None, end.documento_id
        row.chave = None if row.nsu is None and _twice(db, row, end.chave) else end.chave
    return Refeito(number, dono.cnpj or "", nome, row.nsu, row.schema, row.resultado, row.motivo)


def _twice(db: Session, row: DocumentoDistribuido, chave: str | None) -> bool:
    """Tell whether another answer by key brought the same, which is kept once."""
    query = select(DocumentoDistribuido.id).filter_by(serie_id=row.serie_id, schema=row.schema, chave=chave, nsu=None)
    return db.scalar(query.where(DocumentoDistribuido.id != row.id)) is not None
