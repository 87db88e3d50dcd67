"""Changes by hand, each noted with who asked and what the row showed before and after."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request

from api import errors
from api.admin.parts import Acao, Campo, Dados, Params
from api.admin.table import Tabela
from api.gate import address
from core.errors import PlatformError
from core.text import MASK
from flows.auditoria import noting
from flows.auditoria.noting import Mudanca, Seen


@dataclass(frozen=True)
class Feito:
    """What came of an action on a row, with the status that says so."""

    numero: int
    status: int
    dito: str

    @property
    def bom(self) -> bool:
        """Tell whether it was done."""
        return self.status == 200


def noted(
    request: Request, view: Tabela, acao: str, numero: int | None, do: Callable[[], int], ditos: Seen | None = None
) -> int:
    """Make a change of a row, which `do` returns the number of, and note it."""

    def seen(made: int | None) -> Seen:
        which = made or numero
        return {} if which is None else view.uma(which)

    return noting.noted(_mudanca(request, view, acao, numero, ditos or {}), do, seen)


def done_to(request: Request, view: Tabela, acao: Acao, numbers: Sequence[int]) -> list[Feito]:
    """Do an action to each of some rows; what goes wrong with one costs that one."""
    return [_done(request, view, acao, number) for number in dict.fromkeys(numbers)]


def taken(request: Request, view: Tabela, said: Params) -> None:
    """Note that somebody takes rows away, and which."""
    noting.noted(_mudanca(request, view, "levar", None, said), lambda: None)


def ditos(campos: Sequence[Campo], dados: Dados) -> Seen:
    """Return which secrets were given; not what they are."""
    given = (one.nome for one in campos if one.secreto and (dados.senha(one.nome) or one.nome in dados.arquivos))
    return dict.fromkeys(given, MASK)


def _done(request: Request, view: Tabela, acao: Acao, number: int) -> Feito:
    said: list[str] = []
    who = request.state.visita.quem

    def do() -> int:
        said.append(acao.faz(number, who))
        return number

    try:
        noted(request, view, acao.nome, number, do)
    except (PlatformError, SQLAlchemyError) as fault:
        status, why = errors.judged(fault)
        # what was done before its note failed stays done
        return Feito(number, status, " ".join([*said, why]))
    return Feito(number, 200, said[0])


def _mudanca(request: Request, view: Tabela, acao: str, numero: int | None, ditos: Seen) -> Mudanca:
    who = request.state.visita.quem.username
    return Mudanca(who, view.caminho, acao, numero, address(request.scope), ditos)
