"""The rules of the tree as functions over a file's name and text: they are tried on files that break them, too."""

import ast
import re
from functools import cache
from pathlib import Path

BASE = {"core"}
MAY_IMPORT: dict[str, set[str]] = {
    "core": set(),
    "storage": BASE,
    "claims": BASE | {"storage"},
    "connectors": BASE,
    "events": BASE | {"storage", "claims"},
    "alerts": BASE | {"storage", "events"},
    "flows": BASE | {"storage", "claims", "events", "alerts", "connectors"},
    "tasks": BASE | {"flows"},
    "beat_schedule": BASE,
    "workers": BASE | {"beat_schedule"},
    "api": BASE | {"flows", "beat_schedule"},
    "cli": BASE | {"storage", "events", "flows", "connectors", "workers", "beat_schedule"},
    "sandbox": BASE,
    "fiscal_api_client": set(),
    "exemplos": {"fiscal_api_client"},
    "docs": BASE | {"api", "cli", "workers", "beat_schedule"},
}
BESIDES: dict[str, set[str]] = {
    "api/admin/": {"storage"},
    "events/delivery/": {"connectors"},
    "docs/generate/metrics.py": {"flows", "storage"},
    "workers/beat.py": {"claims"},
    "workers/hooks.py": {"storage"},
    "workers/demo.py": {"sandbox"},
    "workers/migrating.py": {"storage"},
}
# Rooms whose members do not know each other, and what they share; `conditions` finds those of the sources of alerts.
APART: dict[str, set[str]] = {
    "tasks": {"base"},
    "connectors": {"base"},
    "alerts": {"judgement", "state", "telling", "reminders", "moment"},
    "alerts/sat": {"registry", "shape"},
}
# The store of documents, and the certificates of companies, are rooms that other flows take from.
SHARED_FLOWS = {"documentos", "certificados"}
SHARING = {"alerts/sat/public.py", "alerts/sat/registry.py", "alerts/sat/guests.py"}
READ_THE_ENVIRONMENT = {"core/settings/load.py"}
# They hand the environment on to a process that they start, and read no setting from it.
HAND_IT_ON = {"connectors/sat/local.py", "storage/backup/dump.py", "workers/child.py"}
# Programs to be copied: they have no settings of ours.
STAND_ALONE = "exemplos/"
MADE_IN = re.compile(r"/(?:work|farm|root)/|\.\./" + "shared|pypi\\.org|pythonhosted|--(?:extra-)?index-url")


def defines(text: str, name: str) -> bool:
    """Tell whether a file has a function of this name."""
    return any(isinstance(node, ast.FunctionDef) and node.name == name for node in ast.parse(text).body)


def conditions(root: Path) -> dict[str, set[str]]:
    """Return each source of alerts with several conditions, and what they share: its files that judge nothing."""
    rooms: dict[str, set[str]] = {}
    for folder in sorted(path for path in (root / "alerts").iterdir() if path.is_dir()):
        files = {path.stem: path.read_text() for path in folder.glob("*.py") if path.stem != "__init__"}
        judging = {name for name, text in files.items() if defines(text, "judge")}
        if len(judging) > 1:
            rooms[f"alerts/{folder.name}"] = set(files) - judging
    return rooms


@cache
def imported(text: str) -> frozenset[tuple[str, ...]]:
    """Return the dotted names a file imports, as tuples; each rule asks it of every file again."""
    found: set[tuple[str, ...]] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {tuple(alias.name.split(".")) for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {(*node.module.split("."), alias.name) for alias in node.names}
    return frozenset(found)


def upward(name: str, text: str) -> set[str]:
    """Return the packages of ours that a file imports and may not."""
    package = name.split("/")[0].removesuffix(".py")
    allowed = MAY_IMPORT[package] | {package}
    for where, more in BESIDES.items():
        if name.startswith(where):
            allowed |= more
    return {names[0] for names in imported(text)} & (set(MAY_IMPORT) | {"tests", "bench", "support"}) - allowed


def other_flows(name: str, text: str) -> set[str]:
    """Return the flows that a file of a flow imports and may not."""
    own = name.split("/")[1].removesuffix(".py")
    others = {names[1] for names in imported(text) if names[0] == "flows" and len(names) > 1}
    return others - {own} - SHARED_FLOWS


def sideways(name: str, text: str, members: set[str], rooms: dict[str, set[str]]) -> set[str]:
    """Return what a member of one of these rooms imports of the other members; `members` are the rooms' names."""
    found: set[str] = set()
    for room, shared in rooms.items():
        if not name.startswith(f"{room}/") or name in SHARING or name.endswith("__init__.py"):
            continue
        steps = tuple(room.split("/"))
        own = name.removeprefix(f"{room}/").split("/")[0].removesuffix(".py")
        within = [names for names in imported(text) if names[: len(steps)] == steps and len(names) > len(steps)]
        found |= {names[len(steps)] for names in within} & members - shared - {own}
    return found


def asks_when_due(text: str) -> bool:
    """Tell whether a file asks a table when its rows are due: `Model.due_at`, `table.c.due_at`."""
    if "due_at" not in text:
        return False
    asked = [
        node.value for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Attribute) and node.attr == "due_at"
    ]
    return any(
        (isinstance(one, ast.Name) and one.id[0].isupper()) or (isinstance(one, ast.Attribute) and one.attr == "c")
        for one in asked
    )


def reads_environment(text: str) -> bool:
    """Tell whether a file looks at the environment, by any of its names."""
    if "environ" not in text and "getenv" not in text:
        return False
    tree = ast.walk(ast.parse(text))
    names = {node.attr for node in tree if isinstance(node, ast.Attribute)}
    return bool({"environ", "environb", "getenv"} & (names | {one for names_ in imported(text) for one in names_}))
