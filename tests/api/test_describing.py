"""The description of the API says of every operation what it does, who may ask, and what comes back; with examples."""

from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator

from api import examples
from api.app import app
from api.gate import guarded

DESCRIBED: dict[str, Any] = app.openapi()
OPERATIONS = {
    f"{method.upper()} {path}": (path, one) for path, ways in DESCRIBED["paths"].items() for method, one in ways.items()
}


def contents(holder: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what an operation takes and answers, with its place."""
    for media, content in holder.get("requestBody", {}).get("content", {}).items():
        yield f"body {media}", content
    for status, answer in holder["responses"].items():
        for media, content in answer.get("content", {}).items():
            yield f"{status} {media}", content


def test_an_operation_is_described_whole() -> None:
    """What it does is the docstring of its function, in Portuguese."""
    found = {name: list(missing(path, one)) for name, (path, one) in OPERATIONS.items()}
    assert {name: said for name, said in found.items() if said} == {}


def missing(path: str, one: dict[str, Any]) -> Iterator[str]:
    """Yield what is missing in the description of an operation."""
    if not one.get("description", "").strip().endswith("."):
        yield "what it does"
    if not 3 < len(one["summary"]) < 80 or one["summary"].endswith("."):
        yield "a summary"
    if one["security"] != ([{"token": []}] if guarded(path) else []):
        yield "who may ask"
    wanted = {"401", "429", "500", "503"} if guarded(path) else set()
    wanted |= {"400", "413", "415"} if "requestBody" in one else set()
    wanted |= {"404"} if "{" in path else set()
    yield from sorted(wanted - set(one["responses"]))
    if not any(status.startswith("2") for status in one["responses"]):
        yield "what comes back"
    for status, answer in one["responses"].items():
        if answer["description"] in ("", "Successful Response") or status == "422":
            yield f"what {status} means"
        if not answer.get("content") and status != "204":
            yield f"what {status} answers with"
    yield from (f"what {said['name']} is" for said in one.get("parameters", ()) if not said.get("description"))


def test_each_example_is_of_its_schema() -> None:
    faults = {}
    for name, (_, one) in OPERATIONS.items():
        for where, content in contents(one):
            assert content["schema"], f"{name}: {where} has a schema"
            schema = content["schema"] | {"components": DESCRIBED["components"]}
            Draft202012Validator.check_schema(schema)
            found = [fault.message for fault in Draft202012Validator(schema).iter_errors(content["example"])]
            faults |= {f"{name}: {where}": found} if found else {}
    assert faults == {}


def test_what_is_missing_is_found() -> None:
    path, good = OPERATIONS["GET /api/nfe/"]
    for changed in (
        {"description": ""},
        {"summary": ""},
        {"security": []},
        {"responses": {}},
        {"responses": good["responses"] | {"200": {"description": "Successful Response"}}},
        {"parameters": [{"name": "x"}]},
    ):
        assert list(missing(path, good | changed)), changed


def test_an_example_that_is_of_another_schema_would_be_found() -> None:
    schema = {"$ref": "#/components/schemas/WebhookView", "components": DESCRIBED["components"]}
    assert list(Draft202012Validator(schema).iter_errors({"id": "um"}))


def test_a_field_of_an_unknown_name_has_something_of_its_type() -> None:
    schema = {"type": "object", "properties": {"x": {"anyOf": [{"type": "null"}, {"type": "integer"}]}, "y": {}}}
    assert examples.of(schema, {}) == {"x": 1, "y": {}}


def test_the_schema_of_a_page_names_its_rows() -> None:
    page = DESCRIBED["components"]["schemas"]["Lista_NFeRow_"]["properties"]
    assert page["results"]["items"] == {"$ref": "#/components/schemas/NFeRow"}
    assert "count_exact" in page


def test_names_of_schemas_are_short() -> None:
    assert [name for name in DESCRIBED["components"]["schemas"] if "__" in name and not name.startswith("Body_")] == []
