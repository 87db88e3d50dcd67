"""Every path of the API in Portuguese, from its own description: what goes in, what comes back."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from docs.generate.blocks import replaced, table

JSON = "application/json"
# Said once for all of them, on the page.
EVERYWHERE = {"401", "429", "500", "503"}
DONE = range(200, 300)
SECRET = {"password", "secret_key"}
Said = Mapping[str, Any]


def reference(text: str) -> str:
    """Return the page with every path, grouped as the description groups them."""
    from api.app import app

    described = app.openapi()
    groups: dict[str, list[str]] = {}
    for path, ways in described["paths"].items():
        for method, one in ways.items():
            group = (one.get("tags") or ["saúde"])[0]
            groups.setdefault(group, []).append(_operation(method.upper(), path, one, described))
    said = [f"### {group[0].upper()}{group[1:]}\n\n" + "\n".join(groups[group]) for group in sorted(groups)]
    return replaced(text, "caminhos", "\n" + "\n".join(said))


def _operation(method: str, path: str, one: Said, described: Said) -> str:
    parts = [f"#### {method} {path}", one["description"].strip()]
    if rows := [*_parameters(one), *_fields(one, described)]:
        parts.append(table(["entra", "onde", "tipo", "o que é"], rows).rstrip())
    if sent := one.get("requestBody", {}).get("content", {}).get(JSON, {}).get("example"):
        parts.append(_json({name: "***" if name in SECRET else value for name, value in sent.items()}))
    parts.append(_answers(one["responses"]))
    if example := _example(one["responses"]):
        parts.append(_json(example))
    return "\n\n".join(parts) + "\n"


def _parameters(one: Said) -> Iterator[list[str]]:
    places = {"query": "parâmetro", "path": "caminho", "header": "cabeçalho"}
    for each in one.get("parameters", ()):
        about = each.get("description") or ""
        yield [f"`{each['name']}`", places[each["in"]], _kind(each["schema"]), about]


def _fields(one: Said, described: Said) -> Iterator[list[str]]:
    for media, content in one.get("requestBody", {}).get("content", {}).items():
        schema = _resolved(content["schema"], described)
        place = "corpo" if media == JSON else "formulário"
        for name, each in schema.get("properties", {}).items():
            needed = "obrigatório" if name in schema.get("required", ()) else ""
            about = "; ".join(part for part in (needed, each.get("description", "")) if part)
            yield [f"`{name}`", place, _kind(each), about]


def _answers(responses: Said) -> str:
    told = [f"{status}: {one['description']}" for status, one in responses.items() if status not in EVERYWHERE]
    return "Responde " + " · ".join(told)


def _example(responses: Said) -> Any:
    for status, one in responses.items():
        content = one.get("content", {}).get(JSON, {})
        if int(status) in DONE and "example" in content:
            return content["example"]
    return None


def _json(value: Any) -> str:
    return f"```json\n{json.dumps(value, ensure_ascii=False)}\n```"


KINDS = {
    "string": "texto",
    "integer": "número inteiro",
    "number": "número",
    "boolean": "sim ou não",
    "array": "lista",
    "object": "objeto",
}


def _kind(schema: Said) -> str:
    parts = [part for part in schema.get("anyOf", [schema]) if part.get("type") != "null"]
    return " ou ".join(dict.fromkeys(KINDS[part.get("type", "object")] for part in parts))


def _resolved(schema: Said, described: Said) -> Said:
    reference = schema.get("$ref")
    return described["components"]["schemas"][reference.rpartition("/")[2]] if reference else schema


FILES: dict[str, Callable[[str], str]] = {"docs/INTEGRACOES.md": reference}
