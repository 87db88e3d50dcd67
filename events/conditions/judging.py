"""Judge a body by a filter, at a cost that neither who wrote the one nor who wrote the other can raise."""

import json
import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from core.settings.core import CoreSettings
from events.conditions import grammar
from events.conditions.grammar import Condition, Node, Not, Some
from events.conditions.values import instant, number, same

# Steps that one filter may take in one body; a long text costs as many as it has pieces of `PIECE` characters.
STEPS, PIECE = 10_000, 256
NOWHERE = object()
_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "$gt": operator.gt,
    "$gte": operator.ge,
    "$lt": operator.lt,
    "$lte": operator.le,
}


class Whole:
    """The body of an event, read once and only if a filter asks for it."""

    def __init__(self, corpo: bytes) -> None:
        self._corpo = corpo
        self._read: Any = None

    @property
    def body(self) -> Any:
        """What a receiver reads."""
        if self._read is None:
            self._read = json.loads(self._corpo)
        return self._read


@dataclass(frozen=True)
class Judged:
    """What one condition came to: what the path led to, as far as it is shown, and whether it holds."""

    caminho: str
    operador: str
    esperado: Any
    encontrado: tuple[Any, ...]
    vale: bool


class TooMuch(Exception):
    """A filter has taken all its steps."""


def passes(filtro: str, whole: Whole) -> bool:
    """Tell whether a body passes; one that costs too much to judge does, for what is not known is not lost."""
    try:
        return _Judge(CoreSettings.current().zone).holds(_compiled(filtro), whole.body)
    except (TooMuch, RecursionError):
        return True


def explained(filtro: str, whole: Whole) -> list[Judged]:
    """Return every condition of a filter with what it came to."""
    zone = CoreSettings.current().zone
    return [_explained(one, _Judge(zone), whole.body) for one in _leaves(_compiled(filtro))]


@lru_cache(maxsize=1024)
def _compiled(filtro: str) -> Node:
    return grammar.read(json.loads(filtro))


def _leaves(node: Node) -> Iterator[Condition]:
    if isinstance(node, Condition):
        yield node
    elif isinstance(node, Not):
        yield from _leaves(node.node)
    else:
        for one in node.nodes:
            yield from _leaves(one)


def _explained(one: Condition, judge: "_Judge", body: Any) -> Judged:
    try:
        found = tuple(value for _, value in zip(range(3), judge.values(body, one.path), strict=False))
        holds = judge.holds(one, body)
    except TooMuch:
        found, holds = (), True
    return Judged(".".join(one.path), one.operator, one.said, found, holds)


class _Judge:
    """One judgement, which counts its steps."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone, self._left = zone, STEPS

    def holds(self, node: Node, body: Any) -> bool:
        """Tell whether a node holds."""
        if isinstance(node, Condition):
            return self._met(node, body)
        if isinstance(node, Not):
            return not self.holds(node.node, body)
        judged = (self.holds(one, body) for one in node.nodes)
        return any(judged) if isinstance(node, Some) else all(judged)

    def _met(self, one: Condition, body: Any) -> bool:
        values = self.values(body, one.path)
        if one.operator == grammar.EXISTS:
            return (next(values, self) is not self) is one.operand
        if one.operator == grammar.NOT_EQUAL:
            return not any(same(one.operand, value) for value in values)
        if one.operator == grammar.NOT_IN:
            return not any(self._among(one.operand, value) for value in values)
        test = self._test(one)
        return any(test(value) for value in values)

    def _test(self, one: Condition) -> Callable[[Any], bool]:
        wanted = one.operand
        if one.operator == grammar.EQUAL:
            return lambda value: same(wanted, value)
        if one.operator == grammar.IN:
            return lambda value: self._among(wanted, value)
        if one.operator in _ORDERS:
            return self._order(_ORDERS[one.operator], wanted)
        return lambda value: isinstance(value, str) and _TEXTS[one.operator](self._paid(value), wanted)

    def _among(self, wanted: tuple[Any, ...], value: Any) -> bool:
        self._pay(len(wanted) // 10)
        return any(same(one, value) for one in wanted)

    def _order(self, order: Callable[[Any, Any], bool], wanted: Any) -> Callable[[Any], bool]:
        if isinstance(wanted, str):
            limit = instant(wanted, self._zone)
            return lambda value: (found := instant(value, self._zone)) is not None and order(found, limit)
        return lambda value: (found := number(value)) is not None and order(found, wanted)

    def values(self, found: Any, path: tuple[str, ...]) -> Iterator[Any]:
        """Return all that a path leads to: a list, then each of its elements; through a list, each element's."""
        left = [(found, 0)]
        while left:
            found, at = left.pop()
            self._pay(1)
            if isinstance(found, list) and not (at < len(path) and path[at].isdecimal()):
                if at == len(path):
                    yield found
                self._pay(len(found))
                left.extend((one, at) for one in reversed(found))
            elif at == len(path):
                yield found
            elif (below := _below(found, path[at])) is not NOWHERE:
                left.append((below, at + 1))

    def _paid(self, text: str) -> str:
        self._pay(len(text) // PIECE)
        return text

    def _pay(self, steps: int) -> None:
        self._left -= steps
        if self._left < 0:
            raise TooMuch


def _below(found: Any, part: str) -> Any:
    """Return what a part of a path leads to: a field, or the element of that number."""
    if isinstance(found, dict):
        return found.get(part, NOWHERE)
    if isinstance(found, list) and len(part) <= 4 and int(part) < len(found):
        return found[int(part)]
    return NOWHERE


_TEXTS: dict[str, Callable[[str, str], bool]] = {
    "$startsWith": str.startswith,
    "$endsWith": str.endswith,
    "$contains": str.__contains__,
}
