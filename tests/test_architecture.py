"""The shape of the tree: who may import whom, how large a room may grow, what must stand beside what."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
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
    "api": BASE | {"storage", "events", "flows"},
    "cli": BASE | {"storage", "claims", "events", "alerts", "flows", "connectors", "tasks", "workers", "beat_schedule"},
    "sandbox": BASE,
    "docs": BASE | {"workers"},
}
BESIDES: dict[str, set[str]] = {
    "events/delivery": {"connectors"},
    "workers/hooks.py": {"storage"},
    "workers/up.py": {"sandbox", "storage"},
}
FLOWS_SHARED = {"documentos"}
LONGEST = 400


def sources() -> list[Path]:
    return sorted(path for package in MAY_IMPORT for path in _files(ROOT / package))


def _files(package: Path) -> Iterator[Path]:
    yield from package.rglob("*.py") if package.is_dir() else [package.with_suffix(".py")]


def imported(path: Path) -> set[tuple[str, ...]]:
    """Return the dotted names a file imports, as tuples."""
    found: set[tuple[str, ...]] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {tuple(alias.name.split(".")) for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {(*node.module.split("."), alias.name) for alias in node.names}
    return found


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", sources(), ids=relative)
def test_imports_go_one_way(path: Path) -> None:
    name = relative(path)
    package = name.split("/")[0].removesuffix(".py")
    allowed = MAY_IMPORT[package] | {package}
    for place, more in BESIDES.items():
        if name.startswith(place):
            allowed |= more
    ours = {names[0] for names in imported(path)} & (set(MAY_IMPORT) | {"tests", "bench", "support"})
    assert ours <= allowed, f"{name} imports {sorted(ours - allowed)}"


@pytest.mark.parametrize("path", [p for p in sources() if relative(p).startswith("flows/")], ids=relative)
def test_a_flow_imports_no_other_flow_but_documentos(path: Path) -> None:
    own = Path(relative(path)).parts[1].removesuffix(".py")
    others = {names[1] for names in imported(path) if names[0] == "flows" and len(names) > 1}
    assert others <= {own} | FLOWS_SHARED


@pytest.mark.parametrize("room", ["tasks", "connectors", "alerts"])
def test_there_are_no_sideways_imports(room: str) -> None:
    """Task files, connectors and alert conditions know only what they share."""
    shared = {"base", "judgement", "state", "telling", "reminders", "errors_table"}
    for path in _files(ROOT / room):
        parts = Path(relative(path)).parts
        if len(parts) < 2 or path.name == "__init__.py":
            continue
        own = parts[1].removesuffix(".py")
        others = {names[1] for names in imported(path) if names[0] == room and len(names) > 1}
        assert {o for o in others if (ROOT / room / o).is_dir() or (ROOT / room / f"{o}.py").exists()} <= shared | {own}


def test_only_the_settings_read_the_environment() -> None:
    readers = {relative(path) for path in sources() if re.search(r"os\.(environ|getenv)\b", path.read_text())}
    passing_on = {name for name in readers if name.startswith(("workers/", "connectors/"))}
    assert readers - passing_on <= {"core/settings/load.py"}


def test_no_room_is_too_large() -> None:
    sizes = {relative(path): len(path.read_text().splitlines()) for path in sources()}
    assert {name: size for name, size in sizes.items() if size > LONGEST} == {}


def test_every_package_file_says_why_it_exists() -> None:
    silent = [relative(path) for path in sources() if not ast.get_docstring(ast.parse(path.read_text()))]
    assert [name for name in silent if "/versions/" not in name] == []


def test_the_lock_names_versions_and_hashes_and_no_address() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text()
        assert "://" not in text
        pinned = [line for line in text.splitlines() if re.match(r"[a-z0-9]", line)]
        assert pinned
        assert all("==" in line for line in pinned)
        assert text.count("--hash=sha256:") >= len(pinned)


def test_the_dev_lock_is_the_lock_and_more() -> None:
    pins = [set(re.findall(r"(?m)^([a-z0-9].*?==\S+)", (ROOT / n).read_text())) for n in ("requirements.lock",)]
    dev = set(re.findall(r"(?m)^([a-z0-9].*?==\S+)", (ROOT / "requirements-dev.lock").read_text()))
    assert pins[0] < dev


def test_nothing_names_the_place_it_was_made_in() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    place = re.compile(r"/(?:work|farm|root)/|\.\./" + "shared")
    files = [ROOT / name for name in listed.split("\0") if name.endswith((".py", ".md", ".toml", ".yml", ".yaml"))]
    assert [relative(path) for path in files if path.exists() and place.search(path.read_text())] in (
        [],
        [relative(Path(__file__))],
    )
