"""The list of one family of documents, by number or by key, and one of them whole."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, Generic, TypeVar

from sqlalchemy import Row, Select, func
from sqlalchemy.orm import Session

from core.caller import OPERATOR, Caller
from core.page import Counted
from flows.documentos import detalhe
from flows.documentos.campos import local, text
from flows.documentos.filtro import TUDO, Filtro, asked, of_kinds, whose
from flows.documentos.listagem import PRIMEIRA, Ordem, Pagina, ordem, page
from storage.models.documentos import Documento
from storage.session import reading

T = TypeVar("T")
USUAL = "-data_emissao"
# What each list begins with.
HEAD = (
    Documento.id,
    Documento.chave,
    Documento.numero,
    Documento.serie,
    Documento.data_emissao,
    Documento.offset_minutos,
    Documento.emit_cnpj,
    Documento.emit_nome,
    Documento.dest_nome,
)


@dataclass(frozen=True)
class Lista(Generic[T]):
    """Documents of some kinds: `query` chooses `HEAD` and what `view` takes behind it; `numero` names the number."""

    kinds: Sequence[str]
    query: Select[*tuple[Any, ...]]
    numero: str
    view: Callable[..., T]

    def listar(self, filtro: Filtro = TUDO, pagina: Pagina = PRIMEIRA, caller: Caller = OPERATOR) -> Counted[T]:
        """Return a page, the newest first if not asked otherwise."""
        with reading() as db:
            return page(db, self._mine(db, filtro, caller), self._order(pagina.ordering), pagina).map(self._row)

    def newest(self, db: Session, filtro: Filtro, amount: int, caller: Caller) -> tuple[T, ...]:
        """Return the newest, without counting them."""
        query = self._mine(db, filtro, caller).order_by(*self._order(None).by()).limit(amount)
        return tuple(self._row(row) for row in db.execute(query))

    def mostrar(self, number: int, caller: Caller = OPERATOR) -> detalhe.Detalhe:
        """Return one; raise `NotFound` where it is not there, or is not the caller's."""
        with reading() as db:
            return detalhe.by_number(db, number, caller, of_kinds(self.kinds))

    def _mine(self, db: Session, filtro: Filtro, caller: Caller) -> Select[*tuple[Any, ...]]:
        return self.query.where(of_kinds(self.kinds), *whose(db, filtro, caller), *asked(filtro))

    def _order(self, ordering: str | None) -> Ordem:
        return ordem(ordering, self._orderings, Documento.id, USUAL)

    @cached_property
    def _orderings(self) -> dict[str, Any]:
        return {
            "data_emissao": Documento.data_lista,
            "valor_total": func.coalesce(Documento.valor_total, Decimal(-1)),
            self.numero: func.coalesce(Documento.numero, -1),
        }

    def _row(self, row: Row[*tuple[Any, ...]]) -> T:
        # a page adds what it goes by
        number, chave, numero, serie, issued, minutes, *rest = row[: len(self.query.selected_columns)]
        return self.view(number, chave, text(numero), text(serie), local(issued, minutes), *rest)
