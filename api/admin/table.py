"""A table of the admin: its list, one row of it, all of it as CSV. What is not named is not even read."""

import json
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any, ClassVar

from sqladmin import ModelView
from sqlalchemy import Select, or_, select

from api.admin.parts import Acao, Campo, Coluna, Conditions, Dados, Filtro, Params, shown
from core import csv_text
from core.errors import Conflict, NotFound, UsageError
from core.page import Counted
from flows.documentos.listagem import Ordem, Pagina, ordem, page
from storage.pages import LARGEST_KEY
from storage.session import reading

Linha = Mapping[str, Any]
NUMERO = "id"
LONGEST_SEARCH = 200
CSV_ROWS = 2000
# Where a form has the mark of what it showed at first.
VISTO = "visto"


class Mudou(Conflict):
    """Alguém mudou esta linha depois que você abriu o formulário: confira como ela está, ou guarde de novo."""

    def __init__(self, marca: str) -> None:
        super().__init__()
        self.marca = marca


class Tabela(ModelView):
    """What a file of `views/` fills in. Nothing is written but by `criar`, `alterar` and the actions, through flows."""

    caminho: ClassVar[str]
    # whose numbers its rows have, where that is another table
    raiz: ClassVar[type[Any] | None] = None
    colunas: ClassVar[Sequence[Coluna]]
    detalhes: ClassVar[Sequence[Coluna]] = ()
    filtros: ClassVar[Sequence[Filtro]] = ()
    buscados: ClassVar[Sequence[Any]] = ()
    ordens: ClassVar[Mapping[str, Any]] = {}
    usual: ClassVar[str] = f"-{NUMERO}"
    novos: ClassVar[Sequence[Campo]] = ()
    campos: ClassVar[Sequence[Campo]] = ()
    acoes: ClassVar[Sequence[Acao]] = ()

    @property
    def numero(self) -> Any:
        """The column of its rows' numbers."""
        return (self.raiz or self.model).id  # type: ignore[attr-defined]

    def base(self, query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
        """Return a query with the tables beside its own."""
        return query

    def procura(self, term: str) -> Conditions:
        """Return what a row has to have for somebody's words to find it."""
        return [or_(*(one.icontains(term, autoescape=True) for one in self.buscados))] if self.buscados else []

    def criar(self, dados: Dados) -> int:
        """Make a row; return its number."""
        raise NotFound

    def alterar(self, numero: int, dados: Dados) -> None:
        """Change a row."""
        raise NotFound

    def valores(self, numero: int) -> Linha:
        """Return what the form of a row shows at first."""
        return self.uma(numero)

    def marca(self, values: Linha) -> str:
        """Return a mark of what the form of a row shows at first; it is another once any of that is."""
        seen = [str(values.get(one.nome)) for one in self.campos if not one.secreto]
        return sha256(json.dumps(seen).encode()).hexdigest()

    def confira(self, numero: int, visto: str | None) -> None:
        """Raise `Mudou` where somebody changed a row since its form showed what has this mark."""
        if visto is not None and visto != (marca := self.marca(self.valores(numero))):
            raise Mudou(marca)

    def alem(self, numero: int) -> Mapping[str, Any]:
        """Return figures that the page of a row shows besides, by their names."""
        return {}

    def pagina(self, said: Params) -> Counted[Linha]:
        """Return a page of the list."""
        wanted = Pagina(
            ordering=said.get("ordering") or None,
            page=_number(said, "page", 1),
            limit=_number(said, "limit", 20),
            depois=said.get("depois") or None,
        )
        with reading() as db:
            found = page(db, self._query(said, self.colunas), self._order(said), wanted)
        return found.map(lambda row: _linha(self.colunas, row))

    def uma(self, numero: int) -> Linha:
        """Return all that is shown of a row; raise `NotFound`."""
        query = self.base(self._chosen([*self.colunas, *self.detalhes])).where(self.numero == numero)
        with reading() as db:
            row = db.execute(query).first() if 0 < numero <= LARGEST_KEY else None
        if row is None:
            raise NotFound("Não há esta linha.")
        return _linha([*self.colunas, *self.detalhes], row)

    def csv(self, said: Params) -> Iterator[str]:
        """Yield all rows that a list's filters leave, some thousand at a time: none is kept once it is sent."""
        order, query = self._order(said), self._query(said, self.colunas)
        placed = query.add_columns(order.key.label("ultima")).order_by(*order.by()).limit(CSV_ROWS)
        yield csv_text.MARK + csv_text.line([NUMERO, *(one.titulo for one in self.colunas)])
        last: tuple[Any, int] | None = None
        while True:
            with reading() as db:
                rows = db.execute(placed if last is None else placed.where(order.after(last))).all()
            if rows:
                yield csv_text.block([shown(value) for value in row[:-1]] for row in rows)
                last = (rows[-1][-1], rows[-1][0])
            if len(rows) < CSV_ROWS:
                return

    def grupos(self) -> Sequence[tuple[str, Sequence[Coluna]]]:
        """Return what the page of a row shows, by groups in the order in which they are named."""
        every = [*self.colunas, *self.detalhes]
        return [
            (name, [one for one in every if one.grupo == name]) for name in dict.fromkeys(one.grupo for one in every)
        ]

    def acao(self, nome: str) -> Acao:
        """Return an action by its name; raise `NotFound`."""
        for one in self.acoes:
            if one.nome == nome:
                return one
        raise NotFound("Não há esta ação.")

    def _query(self, said: Params, colunas: Sequence[Coluna]) -> Select[*tuple[Any, ...]]:
        found: Conditions = [one for filtro in self.filtros for one in filtro.conditions(said)]
        if term := said.get("search", "").strip():
            if len(term) > LONGEST_SEARCH:
                raise UsageError(f"Procure por até {LONGEST_SEARCH} caracteres.", campo="search")
            found += self.procura(term)
        return self.base(self._chosen(colunas)).where(*found)

    def _chosen(self, colunas: Sequence[Coluna]) -> Select[*tuple[Any, ...]]:
        return select(self.numero.label(NUMERO), *(one.de.label(one.nome) for one in colunas)).select_from(
            self.numero.class_
        )

    def _order(self, said: Params) -> Ordem:
        return ordem(said.get("ordering") or None, {NUMERO: self.numero, **self.ordens}, self.numero, self.usual)


def _linha(colunas: Sequence[Coluna], row: Any) -> Linha:
    # a page adds what it goes by
    names = (NUMERO, *(one.nome for one in colunas))
    return {name: shown(value) for name, value in zip(names, row, strict=False)}


def _number(said: Params, name: str, usual: int) -> int:
    typed = said.get(name, "").strip()
    if not typed:
        return usual
    if not (typed.removeprefix("-").isascii() and typed.removeprefix("-").isdigit()) or len(typed) > 40:
        raise UsageError("Use um número inteiro.", campo=name)
    return int(typed)
