"""OData's `$filter` as far as the contract has it, read strictly and put to one row.

docs/reference/contracts/ploomes.md §2.
"""

import contextlib
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

Row = dict[str, Any]
Test = Callable[[Row], bool]
Resolve = Callable[[Row, str], Any]
_TOKEN = re.compile(
    r"\s*(?:(?P<string>'(?:[^']|'')*')"
    r"|(?P<moment>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,7})?(?:Z|[+-]\d\d:\d\d))"
    r"|(?P<number>-?\d+(?:\.\d+)?)(?![\w:-])"
    r"|(?P<name>[A-Za-z_]\w*(?:/[A-Za-z_]\w*)*)"
    r"|(?P<sign>[(),:]))"
)
_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
}
_WORDS: dict[str, Callable[[str, str], bool]] = {
    "contains": lambda text, part: part in text,
    "startswith": str.startswith,
    "endswith": str.endswith,
}
_CONSTANTS = {"null": None, "true": True, "false": False}


class BadQuery(ValueError):
    """What is wrong with a query, as the server says it."""


def moment(text: str) -> datetime:
    """Read a date with offset; the fraction is optional and may have seven digits."""
    return datetime.fromisoformat(re.sub(r"(\.\d{6})\d", r"\1", text))


def compiled(text: str, resolve: Resolve) -> Test:
    """Return what a filter says of a row. `resolve` gives the value at a path; it raises `BadQuery` for an unknown one.

    Raises:
        BadQuery: what cannot be read.
    """
    return _Reader(text, resolve).whole()


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    place = 0
    while text[place:].strip():
        found = _TOKEN.match(text, place)
        if found is None:
            raise BadQuery(f"Syntax error at position {place}.")
        yield found.lastgroup or "", found[found.lastgroup or 0]
        place = found.end()


class _Reader:
    def __init__(self, text: str, resolve: Resolve) -> None:
        self._left = list(_tokens(text))
        self._resolve = resolve
        # the name of the item in an `any`, and what one looks like, where that is known
        self._each: tuple[str, list[Row]] | None = None

    def whole(self) -> Test:
        test = self._any_of()
        if self._left:
            raise BadQuery(f"Unexpected {self._left[0][1]!r}.")
        return test

    def _next(self, *wanted: str) -> str:
        if not self._left or (wanted and self._left[0][1] not in wanted):
            raise BadQuery(f"Expected {' or '.join(wanted) or 'more'}.")
        return self._left.pop(0)[1]

    def _is(self, word: str) -> bool:
        return bool(self._left) and self._left[0][1] == word

    def _any_of(self) -> Test:
        tests = [self._all_of()]
        while self._is("or"):
            self._next()
            tests.append(self._all_of())
        return lambda row: any(test(row) for test in tests)

    def _all_of(self) -> Test:
        tests = [self._one()]
        while self._is("and"):
            self._next()
            tests.append(self._one())
        return lambda row: all(test(row) for test in tests)

    def _one(self) -> Test:
        if self._is("not"):
            self._next()
            inner = self._one()
            return lambda row: not inner(row)
        if self._is("("):
            self._next()
            inner = self._any_of()
            self._next(")")
            return inner
        if self._left and self._left[0][1] in _WORDS:
            return self._words()
        if self._left and self._left[0][1].endswith("/any"):
            return self._some()
        return self._comparison()

    def _words(self) -> Test:
        judge = _WORDS[self._next()]
        self._next("(")
        value = self._value()
        self._next(",")
        if self._left and (self._left[0][0] in ("number", "moment") or self._left[0][1] in ("true", "false")):
            raise BadQuery("Only a text can be looked for in a text.")
        part = self._value()
        self._next(")")
        return lambda row: _both_texts(value(row), part(row)) and judge(value(row), part(row))

    def _some(self) -> Test:
        path = self._next().removesuffix("/any")
        if not isinstance(self._resolve({}, path), list):
            raise BadQuery(f"The property '{path}' is not a collection.")
        self._next("(")
        name, outer = self._next(), self._each
        self._next(":")
        self._each = name, self._resolve({path: [{}]}, path)
        inner = self._any_of()
        self._each = outer
        self._next(")")
        return lambda row: any(inner({**row, name: one}) for one in self._resolve(row, path))

    def _comparison(self) -> Test:
        left = self._value()
        order = _ORDERS[self._next(*_ORDERS)]
        right = self._value()
        return lambda row: _compared(order, left(row), right(row))

    def _value(self) -> Callable[[Row], Any]:
        if not self._left:
            raise BadQuery("Unexpected end.")
        kind, text = self._left.pop(0)
        if kind == "sign":
            raise BadQuery(f"Unexpected {text!r}.")
        if kind == "name" and text not in _CONSTANTS:
            return self._path(text)
        constant = _constant(kind, text)
        return lambda row: constant

    def _path(self, path: str) -> Callable[[Row], Any]:
        first, _, rest = path.partition("/")
        if self._each is not None and first == self._each[0]:
            value = _of_item(first, rest)
            for one in self._each[1]:
                value({first: one})
            return value
        # an unknown one is refused although there may be no row
        self._resolve({}, path)
        return lambda row: self._resolve(row, path)


def _constant(kind: str, text: str) -> Any:
    match kind:
        case "string":
            return text[1:-1].replace("''", "'")
        case "moment":
            return moment(text)
        case "number":
            return float(text) if "." in text else int(text)
    return _CONSTANTS[text]


def _of_item(name: str, field: str) -> Callable[[Row], Any]:
    def value(row: Row) -> Any:
        if field not in row[name]:
            raise BadQuery(f"Could not find a property named '{field}' on '{name}'.")
        return row[name][field]

    return value


def _both_texts(value: Any, part: Any) -> bool:
    return isinstance(value, str) and isinstance(part, str)


def _compared(order: Callable[[Any, Any], bool], left: Any, right: Any) -> bool:
    left, right = _as_moment(left, right), _as_moment(right, left)
    if left is None or right is None:
        return order(left, right) if order in (_ORDERS["eq"], _ORDERS["ne"]) else False
    with contextlib.suppress(TypeError):
        if _kind(left) is _kind(right):
            return order(left, right)
    raise BadQuery("A binary operator with incompatible types was detected.")


def _as_moment(value: Any, other: Any) -> Any:
    """Return a value that is compared with an instant as one, where it is one."""
    if isinstance(value, str) and isinstance(other, datetime):
        with contextlib.suppress(ValueError):
            return moment(value)
    return value


def _kind(value: Any) -> type:
    return float if isinstance(value, int | float) else type(value)
