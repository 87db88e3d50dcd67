"""Read a filter: an object in JSON whose keys are paths of the body, whose values are conditions.

docs/reference/filtros.md
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.errors import UsageError
from core.settings.core import CoreSettings
from core.text import storable
from events.conditions.values import instant, number

TEXT_LIMIT, DEPTH, CONDITIONS, ALTERNATIVES = 8_000, 10, 50, 100
SEGMENTS, OPERAND_LIMIT = 16, 500
ROOTS = ("evento", "timestamp", "dados", "id")
EQUAL, NOT_EQUAL, IN, NOT_IN, EXISTS = "$eq", "$neq", "$in", "$nin", "$exist"
COMPARISONS = ("$gt", "$gte", "$lt", "$lte")
TEXTS = ("$startsWith", "$endsWith", "$contains")
AND, OR, NOT = "$and", "$or", "$not"
OPERATORS = (EQUAL, NOT_EQUAL, IN, NOT_IN, *COMPARISONS, *TEXTS, EXISTS)


@dataclass(frozen=True)
class Condition:
    """One condition on what a path leads to; `operand` is ready to be compared, `said` is as it was written."""

    path: tuple[str, ...]
    operator: str
    operand: Any
    said: Any


@dataclass(frozen=True)
class Every:
    """All of them hold."""

    nodes: tuple["Node", ...]


@dataclass(frozen=True)
class Some:
    """One of them holds."""

    nodes: tuple["Node", ...]


@dataclass(frozen=True)
class Not:
    """It does not hold."""

    node: "Node"


Node = Condition | Every | Some | Not


def checked(said: str | Mapping[str, Any]) -> str | None:
    """Return a filter as it is stored; none where nothing is said. Raise `UsageError` with what is wrong."""
    if isinstance(said, str) and not said.strip():
        return None
    found = decoded(said) if isinstance(said, str) else said
    if not found:
        return None
    read(found)
    try:
        text = json.dumps(found, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError):
        raise _wrong("só há textos, números, true, false e null") from None
    if len(text) > TEXT_LIMIT or not storable(text):
        raise _wrong(f"tem mais de {TEXT_LIMIT} caracteres, ou caracteres inválidos")
    return text


def decoded(text: str) -> Any:
    """Return a filter's JSON."""
    if len(text) > TEXT_LIMIT:
        raise _wrong(f"tem mais de {TEXT_LIMIT} caracteres")
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except UsageError:
        raise
    except (ValueError, RecursionError):
        raise _wrong("não é JSON") from None


def read(found: object) -> Node:
    """Return the conditions of a filter."""
    reader = _Reader()
    if not isinstance(found, Mapping):
        raise _wrong('é um objeto, como {"dados.uf": "SP"}')
    return reader.all_of(found, (), 1)


class _Reader:
    """Counts the conditions as it reads."""

    def __init__(self) -> None:
        self._conditions = 0

    def all_of(self, found: Mapping[str, Any], path: tuple[str, ...], depth: int) -> Node:
        """Read an object: all that it says must hold."""
        if depth > DEPTH:
            raise _wrong(f"tem mais de {DEPTH} níveis")
        if not found:
            raise _wrong(f"não diz nada {_at(path)}")
        return Every(tuple(self._entry(str(key), value, path, depth) for key, value in found.items()))

    def _entry(self, key: str, value: object, path: tuple[str, ...], depth: int) -> Node:
        if key in (AND, OR):
            if not isinstance(value, Sequence) or isinstance(value, str) or not value:
                raise _wrong(f"{key} tem uma lista de condições")
            nodes = tuple(self._condition(one, path, depth + 1) for one in value)
            return Every(nodes) if key == AND else Some(nodes)
        if key == NOT:
            return Not(self._condition(value, path, depth + 1))
        if key.startswith("$"):
            return self._operator(key, value, path)
        return self._condition(value, _longer(path, key), depth + 1)

    def _condition(self, value: object, path: tuple[str, ...], depth: int) -> Node:
        if isinstance(value, Mapping):
            return self.all_of(value, path, depth)
        if isinstance(value, list | tuple):
            raise _wrong(f"tem uma lista {_at(path)}: diga {IN} para uma entre várias")
        return self._operator(EQUAL, value, path)

    def _operator(self, operator: str, said: object, path: tuple[str, ...]) -> Condition:
        if operator not in OPERATORS:
            raise _wrong(f"não conhece {operator[:30]!r}. Há {', '.join((*OPERATORS, AND, OR, NOT))}")
        if not path:
            raise _wrong(f'tem {operator} sem um caminho antes, como {{"dados.uf": {{"{operator}": …}}}}')
        self._conditions += 1
        if self._conditions > CONDITIONS:
            raise _wrong(f"tem mais de {CONDITIONS} condições")
        return Condition(path, operator, _operand(operator, said, path), said)


def _longer(path: tuple[str, ...], key: str) -> tuple[str, ...]:
    longer = (*path, *key.split("."))
    if not all(longer) or len(longer) > SEGMENTS:
        raise _wrong(f"tem um caminho vazio ou com mais de {SEGMENTS} partes: {key[:60]!r}")
    if longer[0] not in ROOTS:
        raise _wrong(f"tem o caminho {key[:60]!r}; um caminho começa por {', '.join(ROOTS)}, como dados.uf")
    return longer


def _operand(operator: str, said: object, path: tuple[str, ...]) -> Any:
    if operator == EXISTS:
        if not isinstance(said, bool):
            raise _wrong(f"{EXISTS} é true ou false {_at(path)}")
        return said
    if operator in (IN, NOT_IN):
        if not isinstance(said, list | tuple) or not 0 < len(said) <= ALTERNATIVES:
            raise _wrong(f"{operator} tem uma lista de 1 a {ALTERNATIVES} valores {_at(path)}")
        return tuple(_scalar(one, path) for one in said)
    if operator in TEXTS:
        if not isinstance(said, str) or not 0 < len(said) <= OPERAND_LIMIT:
            raise _wrong(f"{operator} tem um texto de 1 a {OPERAND_LIMIT} caracteres {_at(path)}")
        return said
    return _ordered(operator, said, path) if operator in COMPARISONS else _scalar(said, path)


def _scalar(said: object, path: tuple[str, ...]) -> Any:
    if said is None or isinstance(said, bool):
        return said
    if isinstance(said, str):
        if len(said) > OPERAND_LIMIT:
            raise _wrong(f"tem um texto de mais de {OPERAND_LIMIT} caracteres {_at(path)}")
        return said
    if (found := number(said)) is None:
        raise _wrong(f"só compara com textos, números, true, false e null {_at(path)}")
    return found


def _ordered(operator: str, said: object, path: tuple[str, ...]) -> Any:
    """Return a number, or an instant of which only its form is judged here."""
    if (found := number(said)) is not None:
        return found
    if instant(said, CoreSettings.current().zone) is None:
        raise _wrong(f"{operator} compara números, ou instantes como 2026-03-01T08:00:00-03:00 {_at(path)}")
    return said


def _at(path: tuple[str, ...]) -> str:
    return f"em {'.'.join(path)[:80]}" if path else "no começo"


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _wrong("diz duas vezes o mesmo caminho: junte as condições dele")
    return found


def _no_number(text: str) -> float:
    raise _wrong(f"não aceita {text}")


def _wrong(text: str) -> UsageError:
    return UsageError(f"O filtro {text}." if not text.startswith("$") else f"No filtro, {text}.", campo="filtro")
