"""What the API's description says of its operations, for who sends each of them something."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Schema = Mapping[str, Any]
ID = "7"
JSON = "application/json"


@dataclass(frozen=True)
class Operation:
    """A way and a path with what it takes: names of its parameters, and the schema of each field of its JSON."""

    method: str
    path: str
    query: tuple[str, ...] = ()
    fields: Mapping[str, Schema] = field(default_factory=dict)
    required: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """Return its path for some row."""
        return self.path.replace("{id}", ID)

    @property
    def numbered(self) -> bool:
        """Tell whether it names a row."""
        return "{id}" in self.path

    def body(self, **changed: Any) -> dict[str, Any]:
        """Return a body that has what it must have, changed."""
        return {name: sample(self.fields[name]) for name in self.required} | changed


def operations(description: Mapping[str, Any], below: str = "/api/") -> Iterator[Operation]:
    """Yield each operation below a path."""
    for path, ways in description["paths"].items():
        for method, said in ways.items():
            if path.startswith(below):
                yield _operation(method.upper(), path, said, description)


def _operation(method: str, path: str, said: Schema, description: Schema) -> Operation:
    query = tuple(one["name"] for one in said.get("parameters", ()) if one["in"] == "query")
    body = said.get("requestBody", {}).get("content", {}).get(JSON, {}).get("schema")
    schema = _resolved(body, description) if body else {}
    fields = {name: _resolved(one, description) for name, one in schema.get("properties", {}).items()}
    return Operation(method, path, query, fields, tuple(schema.get("required", ())))


def _resolved(schema: Schema, description: Schema) -> Schema:
    if "$ref" in schema:
        found = description
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        return _resolved(found, description)
    return schema


def kinds(schema: Schema) -> set[str]:
    """Return the types that a field may have."""
    parts = schema.get("anyOf", [schema])
    return {part.get("type", "object") for part in parts}


def sample(schema: Schema) -> Any:
    """Return a value of a field: its example, or something of its type."""
    if schema.get("examples"):
        return schema["examples"][0]
    by_type = {"string": "x", "integer": 1, "boolean": True, "array": [], "object": {}, "number": 1}
    return by_type[sorted(kinds(schema))[-1]]
