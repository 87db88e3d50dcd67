"""The options of a query: `$select`, `$expand` with options of its own, order and page.

docs/reference/contracts/ploomes.md §2.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.ploomes.entities import ENTITIES
from sandbox.ploomes.filters import BadQuery, Row, compiled, moment

OPTIONS = frozenset({"$filter", "$select", "$expand", "$orderby", "$top", "$skip", "$count"})
INNER = frozenset({"$select", "$expand"})
DEEPEST = 3
_DATE = re.compile(r"\d{4}-\d\d-\d\dT")
Find = Callable[[str, Any], Row | None]


@dataclass(frozen=True)
class Shape:
    """What is shown of a row: its fields (None: all plain ones), and what is expanded."""

    select: frozenset[str] | None = None
    expand: Mapping[str, "Shape"] = field(default_factory=dict)


@dataclass(frozen=True)
class Query:
    """A query as it was asked; `find` gives a row of another entity by its id."""

    entity: str
    options: Mapping[str, str]
    find: Find

    def __post_init__(self) -> None:
        if unknown := sorted(set(self.options) - OPTIONS):
            raise BadQuery(f"The query parameter '{unknown[0]}' is not supported.")

    def chosen(self, rows: list[Row]) -> list[Row]:
        """Return the rows that the filter lets through, in order."""
        if text := self.options.get("$filter"):
            test = compiled(text, self._value)
            rows = [row for row in rows if test(row)]
        for name, descending in reversed(self._order()):
            rows = sorted(rows, key=lambda row: _sortable(self._value(row, name)), reverse=descending)
        return rows

    def number(self, option: str) -> int | None:
        """Return `$top` or `$skip`."""
        text = self.options.get(option)
        if text is None:
            return None
        if not text.isdecimal():
            raise BadQuery(f"Invalid value '{text}' for {option} query option.")
        return int(text)

    @property
    def counts(self) -> bool:
        value = self.options.get("$count", "false")
        if value not in ("true", "false"):
            raise BadQuery("Invalid $count.")
        return value == "true"

    def shape(self) -> Shape:
        """Return what is to be shown."""
        return _shape(self.entity, self.options.get("$select"), self.options.get("$expand"))

    def _order(self) -> list[tuple[str, bool]]:
        found = []
        for part in filter(None, self.options.get("$orderby", "").split(",")):
            name, *way = part.split()
            if way not in ([], ["asc"], ["desc"]) or name not in ENTITIES[self.entity].fields:
                raise BadQuery(f"Invalid $orderby: {part}.")
            found.append((name, way == ["desc"]))
        return found

    def _value(self, row: Row, path: str) -> Any:
        return self._at(self.entity, row, path)

    def _at(self, entity: str, row: Row, path: str) -> Any:
        first, _, rest = path.partition("/")
        known = ENTITIES[entity]
        if rest and first in known.one:
            other, key = known.one[first]
            leads_to = self.find(other, row.get(key))
            return self._at(other, leads_to or {}, rest)
        if not rest and first in known.many:
            return [dict.fromkeys(known.many[first]) | one for one in row.get(first) or []]
        if rest or first not in known.fields:
            raise BadQuery(f"Could not find a property named '{path}' on type '{entity}'.")
        return row.get(first)


def shown(entity: str, row: Row, shape: Shape, find: Find) -> Row:
    """Return a row as it is answered: what leads elsewhere only when it is expanded."""
    known = ENTITIES[entity]
    found = {name: row.get(name) for name in known.fields if shape.select is None or name in shape.select}
    for name, inner in shape.expand.items():
        if name in known.many:
            wanted = inner.select or known.many[name]
            found[name] = [{key: one.get(key) for key in wanted} for one in row.get(name) or []]
        else:
            other, key = known.one[name]
            leads_to = find(other, row.get(key))
            found[name] = shown(other, leads_to, inner, find) if leads_to else None
    return found


def _shape(entity: str, select: str | None, expand: str | None, depth: int = 1) -> Shape:
    known = ENTITIES[entity]
    names = frozenset(part.strip() for part in select.split(",")) if select else None
    if unknown := sorted((names or frozenset()) - set(known.fields)):
        raise BadQuery(f"Could not find a property named '{unknown[0]}' on type '{entity}'.")
    expanded: dict[str, Shape] = {}
    for part in _parts(expand or "", ","):
        name, inner = _opened(part)
        if depth > DEEPEST or name not in {**known.many, **known.one}:
            raise BadQuery(f"Could not find a property named '{name}' on type '{entity}' to expand.")
        expanded[name] = _inner(known.one.get(name, (None, ""))[0], known.many.get(name, ()), inner, depth)
    return Shape(names, expanded)


def _inner(other: str | None, fields: tuple[str, ...], options: dict[str, str], depth: int) -> Shape:
    if set(options) - INNER:
        raise BadQuery("Only $select and $expand are supported within $expand.")
    if other is not None:
        return _shape(other, options.get("$select"), options.get("$expand"), depth + 1)
    names = frozenset(one.strip() for one in options["$select"].split(",")) if "$select" in options else None
    if "$expand" in options or (names or frozenset()) - set(fields):
        raise BadQuery("Could not find a property to expand or select.")
    return Shape(names)


def _opened(part: str) -> tuple[str, dict[str, str]]:
    name, opens, rest = part.partition("(")
    if not opens:
        return name.strip(), {}
    if not rest.endswith(")"):
        raise BadQuery("Unbalanced brackets in $expand.")
    pairs = [one.partition("=") for one in _parts(rest[:-1], ";")]
    return name.strip(), {key.strip(): value for key, _, value in pairs}


def _parts(text: str, separator: str) -> list[str]:
    """Split at a separator that stands outside of all brackets."""
    parts, depth = [""], 0
    for char in text:
        depth += (char == "(") - (char == ")")
        if char == separator and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    return [part.strip() for part in parts if part.strip()]


def _sortable(value: Any) -> tuple[bool, Any]:
    if isinstance(value, str) and _DATE.match(value):
        return True, moment(value)
    return value is not None, value if value is not None else 0
