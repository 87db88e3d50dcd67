"""The page of troubles quotes what people really see, and has an entry for all they may see."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from support.pages import CHECKS, has, named, reference

import connectors.base.faults
import core.errors
from alerts.sources import ELSEWHERE
from core.errors import PlatformError

ROOT = Path(__file__).parents[2]
PLACE = "docs/how-to/solucao-de-problemas.md"
PAGE = (ROOT / PLACE).read_text()
ROOMS = ("alerts", "api", "connectors", "core", "events", "flows", "storage", "workers")
JUDGING = {"Judgement", "judged"}


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


@cache
def texts() -> tuple[str, ...]:
    """Return every text in the code; one with values in it is several."""
    found: set[str] = set()
    for path in (path for room in ROOMS for path in (ROOT / room).rglob("*.py")):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return tuple(found)


def parts(quoted: str) -> list[str]:
    """Return the parts of a quoted sentence between what stands for a name or a number."""
    return [part for part in " ".join(quoted.split()).split("…") if part.strip(" .,:;")]


def unknown(quoted: str) -> list[str]:
    """Return the parts of a quoted sentence that nothing says."""
    return [part for part in parts(quoted) if not any(part in text for text in texts())]


def test_every_sentence_that_is_quoted_is_said_somewhere() -> None:
    quoted = re.findall(r"“([^”]+)”", PAGE)
    assert len(quoted) > 80
    assert {one: missing for one in quoted if (missing := unknown(one))} == {}


@pytest.mark.parametrize(
    ("quoted", "missing"),
    [
        ("Não existe.", []),
        ("O destino … está desligado: …", []),
        ("O destino … está enguiçado: …", [" está enguiçado: "]),
        ("Isto ninguém diz.", ["Isto ninguém diz."]),
    ],
)
def test_a_sentence_that_nothing_says_is_found(quoted: str, missing: list[str]) -> None:
    assert unknown(quoted) == missing


def constants(tree: ast.Module) -> dict[str, str]:
    """Return the texts that a module gives names to."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                names = target.elts if isinstance(target, ast.Tuple) else [target]
                values = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
                for name, value in zip(names, values, strict=False):
                    if isinstance(name, ast.Name) and (said := text_of(value, {})) is not None:
                        found[name.id] = said
    return found


def text_of(node: ast.AST | None, named: dict[str, str]) -> str | None:
    """Return the text that a node is, as far as it is known before it runs."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        first = node.values[0] if node.values else None
        return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None
    if isinstance(node, ast.Name):
        return named.get(node.id)
    return None


def calls(tree: ast.Module, names: set[str]) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in names:
                yield node


def codes() -> set[str]:
    """Return every alert as `fonte/codigo`, as its files name it."""
    found = set()
    for path in (ROOT / "alerts").glob("*/*.py"):
        tree, fonte = parsed(path), path.parent.name
        named = constants(tree)
        for call in calls(tree, JUDGING):
            place = 0 if isinstance(call.func, ast.Attribute) else 1
            given = next((one.value for one in call.keywords if one.arg == "codigo"), None)
            said = text_of(given or (call.args[place] if len(call.args) > place else None), named)
            found |= {f"{fonte}/{said}"} if said else set()
        for node in (one for one in ast.walk(tree) if isinstance(one, ast.ClassDef)):
            inside = constants(ast.Module(body=node.body, type_ignores=[]))
            found |= {f"{fonte}/{inside['codigo']}"} if inside.get("codigo") else set()
    return found


def test_every_alert_has_an_entry() -> None:
    known = codes()
    sources = {one.name for one in (ROOT / "alerts").iterdir() if (one / "__init__.py").is_file()}
    assert {one.partition("/")[0] for one in known} == sources
    assert {"sat/certificado", "sat/inalcancavel", "fluxos/parado", "sefaz/conclusao", "entregas/falhando"} <= known
    assert set(ELSEWHERE) <= sources
    told = set(re.findall(r"(?m)^\| `([a-z]+/[a-z_]+)`", PAGE))
    lacking = [f"{PLACE} não diz o que fazer com o alerta {one!r}: ponha uma linha" for one in sorted(known - told)]
    gone = [f"{PLACE} fala do alerta {one!r}, que nenhuma condição em alerts/ abre" for one in sorted(told - known)]
    assert not lacking + gone, "\n".join(lacking + gone)


def systems() -> set[str]:
    """Return what `diagnostico` calls each system it looks at, up to the system's own name."""
    found = set()
    for path in (*ROOT.glob("flows/*/checks.py"), *ROOT.glob("flows/diagnostico/*.py")):
        tree = parsed(path)
        named = constants(tree)
        for call in calls(tree, {"Finding"}):
            if (said := text_of(call.args[0], named)) is not None:
                found.add(re.split(r"[:{]", said)[0].strip())
    return found


HELP = (
    f"nenhuma página diz o que fazer com a verificação {{!r}}: ponha uma linha em {PLACE}, na tabela que começa com "
    f"`{CHECKS}`, ou na página do fluxo em docs/reference/, numa tabela que comece assim"
)


def test_every_check_of_the_diagnosis_has_an_entry() -> None:
    assert {"destino", "broker", "fila", "sefaz", "e-mail", "certificado", "tarefas", "workers"} <= systems()
    told = [name for page in (PAGE, *reference()) for name in named(page, CHECKS)]
    lacking = [HELP.format(one) for one in sorted(systems()) if not has(one, told)]
    assert not lacking, "\n".join(lacking)


def test_a_check_is_told_by_a_row_of_a_table_of_systems_and_by_no_other() -> None:
    page = (
        "| sistema | o que olha |\n| --- | --- |\n| `loja NOME`, `lojas` | abre |\n| `porta` | fecha |\n"
        "\n| fila | worker |\n| --- | --- |\n| `padaria` | `padaria` |\n"
    )
    told = named(page, CHECKS)
    assert told == ["loja NOME", "lojas", "porta"]
    assert has("loja", told)
    assert not has("padaria", told)


def faults() -> list[type[PlatformError]]:
    return [
        found
        for module in (core.errors, connectors.base.faults)
        for found in vars(module).values()
        if isinstance(found, type) and issubclass(found, PlatformError) and found.__module__ == module.__name__
    ]


@pytest.mark.parametrize("kind", [kind for kind in faults() if kind.__name__ != "Fault"], ids=lambda one: one.__name__)
def test_every_kind_of_fault_has_an_entry(kind: type[PlatformError]) -> None:
    said = (kind.__doc__ or "").strip().partition("\n")[0]
    assert re.search(rf"(?m)^\| {kind.exit_code} \|.*“{re.escape(said)}”", PAGE), f"{PLACE} lacks “{said}”"
