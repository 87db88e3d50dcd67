"""What a table of the admin is declared with: columns, filters, fields of its form, actions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from sqlalchemy import ColumnElement
from starlette.datastructures import UploadFile

from core.errors import UsageError
from core.settings.core import CoreSettings
from core.text import exact
from core.wall_clock import Span, local_day
from flows.usuarios.tokens import Quem

Params = Mapping[str, str]
Conditions = list[ColumnElement[bool]]
SIM, NAO = "sim", "nao"
LONGEST = 200


@dataclass(frozen=True)
class Coluna:
    """Something that is shown of a row; `grupo` is where the page of one row has it."""

    nome: str
    titulo: str
    de: Any
    grupo: str = ""


class Filtro(Protocol):
    """Something that a list is narrowed by; `opcoes` are its values, none where any text may be one."""

    @property
    def titulo(self) -> str:
        """What it is called."""

    @property
    def nomes(self) -> Sequence[str]:
        """Its parameters."""

    @property
    def tipo(self) -> str:
        """What a browser asks for it with."""

    @property
    def opcoes(self) -> Sequence[str]:
        """The values there are."""

    def conditions(self, said: Params) -> Conditions:
        """Return what it asks of a row; raise `UsageError` for a value that is none."""


@dataclass(frozen=True)
class Escolha:
    """One of some values, or any text where `opcoes` is empty."""

    nome: str
    titulo: str
    de: Any
    opcoes: Sequence[str] = ()
    tipo: str = "text"

    @property
    def nomes(self) -> Sequence[str]:
        """Its parameter."""
        return (self.nome,)

    def conditions(self, said: Params) -> Conditions:
        """Return that the column has the value."""
        value = said.get(self.nome, "").strip()
        if not value:
            return []
        if self.opcoes and value not in self.opcoes:
            raise UsageError(f"Use {', '.join(self.opcoes)}.", campo=self.nome)
        if len(value) > LONGEST:
            raise UsageError(f"São até {LONGEST} caracteres.", campo=self.nome)
        return [self._is(value)]

    def _is(self, value: str) -> ColumnElement[bool]:
        condition: ColumnElement[bool] = self.de == value
        return condition


@dataclass(frozen=True)
class SimNao(Escolha):
    """Whether something is so."""

    opcoes: Sequence[str] = (SIM, NAO)

    def _is(self, value: str) -> ColumnElement[bool]:
        condition: ColumnElement[bool] = self.de.is_(value == SIM)
        return condition


@dataclass(frozen=True)
class Inteiro(Escolha):
    """A number."""

    tipo: str = "number"

    def _is(self, value: str) -> ColumnElement[bool]:
        condition: ColumnElement[bool] = self.de == whole(value, self.nome)
        return condition


@dataclass(frozen=True)
class Periodo:
    """From a day to a day of the installation's zone, both included."""

    nome: str
    titulo: str
    de: Any
    opcoes: Sequence[str] = ()
    tipo: str = "date"
    instante: bool = True

    @property
    def nomes(self) -> Sequence[str]:
        """Its parameters: the first day and the last."""
        return f"{self.nome}_de", f"{self.nome}_ate"

    def conditions(self, said: Params) -> Conditions:
        """Return that the column is not before the one nor after the other."""
        first, last = (said.get(name, "").strip() for name in self.nomes)
        found: Conditions = []
        if first:
            found.append(self.de >= self._day(first, self.nomes[0])[0])
        if last:
            end = self._day(last, self.nomes[1])[1]
            found.append(self.de < end if self.instante else self.de <= end)
        return found

    def _day(self, typed: str, campo: str) -> Span | tuple[date, date]:
        try:
            day = date.fromisoformat(typed)
            return local_day(day, CoreSettings.current().zone) if self.instante else (day, day)
        except (ValueError, OverflowError):
            raise UsageError(f"{typed[:20]!r} não é um dia; use a forma 2026-11-23.", campo=campo) from None


@dataclass(frozen=True)
class Campo:
    """A field of a form: text, area, number, bool, time, or what is never shown again: password, file.

    `inicial` is what the form of a new row begins with.
    """

    nome: str
    titulo: str
    tipo: str = "text"
    ajuda: str = ""
    obrigatorio: bool = False
    inicial: str = ""

    @property
    def secreto(self) -> bool:
        """Tell whether what is given must not be shown."""
        return self.tipo in ("password", "file")


@dataclass(frozen=True)
class Acao:
    """Something that is done to the rows that somebody marked, to at most so many at once; tells what came of it.

    A `teste` waits for somebody else's server.
    """

    nome: str
    titulo: str
    faz: Callable[[int, Quem], str]
    de_uma_vez: int = 100
    teste: bool = False


@dataclass(frozen=True)
class Dados:
    """What was sent by a form."""

    textos: Params
    arquivos: Mapping[str, UploadFile]

    def texto(self, nome: str) -> str | None:
        """Return a text; none where the field was not sent."""
        return self.textos.get(nome)

    def senha(self, nome: str) -> str | None:
        """Return what was given for a secret; none where nothing was."""
        return self.textos.get(nome) or None

    def inteiro(self, nome: str) -> int | None:
        """Return a number; raise `UsageError` for a text that is none."""
        value = self.textos.get(nome, "").strip()
        return whole(value, nome) if value else None

    def sim(self, nome: str) -> bool:
        """Tell whether a box was marked: one that is not is not sent."""
        return bool(self.textos.get(nome))

    def arquivo(self, nome: str) -> bytes | None:
        """Return the bytes of a file; none where none was chosen."""
        found = self.arquivos.get(nome)
        return (found.file.read() or None) if found is not None else None


def whole(typed: str, campo: str) -> int:
    """Return a number that a column may be compared with; raise `UsageError` for another text."""
    bare = typed.strip()
    if not (bare.removeprefix("-").isascii() and bare.removeprefix("-").isdigit() and len(bare) <= 9):
        raise UsageError("Use um número inteiro.", campo=campo)
    return int(bare)


def shown(value: Any) -> Any:
    """Return a value as people read it; instants in the zone of the installation."""
    return value.astimezone(CoreSettings.current().zone) if isinstance(value, datetime) else value


def texto(value: Any) -> str:
    """Return a value as a page has it."""
    match value:
        case None:
            return ""
        case bool():
            return "sim" if value else "não"
        case Decimal():
            return exact(value)
        case bytes():
            return value.decode("utf-8", "replace")
        case datetime():
            return value.strftime("%d/%m/%Y %H:%M:%S")
        case date():
            return value.strftime("%d/%m/%Y")
    return str(value)
