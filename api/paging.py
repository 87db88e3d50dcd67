"""Pages as the API answers them. docs/reference/contracts/integracoes.md §4.4 and §4.4a."""

from typing import Any, Generic, TypeVar

from fastapi import Request
from pydantic import BaseModel, Field

from core.page import Counted
from flows.documentos.listagem import Pagina

T = TypeVar("T")


class Lista(BaseModel, Generic[T]):
    """A page: how many there are, where the next and the previous one are, the rows.

    `count_exact` is there, and false, where `count` is an estimate.
    """

    count: int
    next: str | None
    previous: str | None
    results: list[T]
    count_exact: bool = Field(True, exclude_if=bool)

    @classmethod
    def of(cls, request: Request, page: Counted[T], asked: Pagina) -> "Lista[T]":
        """Return a page of a flow; the next one is read from the key at which this one ends."""
        after = {"page": asked.page + 1, "depois": page.depois}
        before = {"page": asked.page - 1}
        return cls(
            count=page.count,
            next=_address(request, after) if page.depois is not None else None,
            previous=_address(request, before) if asked.page > 1 else None,
            results=list(page.itens),
            count_exact=page.count_exact,
        )


def _address(request: Request, changed: dict[str, Any]) -> str:
    return str(request.url.remove_query_params("depois").include_query_params(**changed))
