"""The shape of the tree: who may import whom, how large a room may grow, what must stand beside what."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.architecture import (
    APART,
    HAND_IT_ON,
    MADE_IN,
    MAY_IMPORT,
    READ_THE_ENVIRONMENT,
    STAND_ALONE,
    asks_when_due,
    conditions,
    defines,
    imported,
    other_flows,
    reads_environment,
    sideways,
    upward,
)

from alerts import sources as sources_of_alerts

ROOT = Path(__file__).parent.parent
LONGEST = 400
RULES = "a regra está em docs/reference/layout.md, e como tabela em tests/support/architecture.py"


def sources() -> list[Path]:
    return sorted(path for package in MAY_IMPORT for path in _files(ROOT / package))


def _files(package: Path) -> Iterator[Path]:
    yield from package.rglob("*.py") if package.is_dir() else [package.with_suffix(".py")]


def tracked() -> list[Path]:
    """Return every file of the repository."""
    asked = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def members(room: str) -> set[str]:
    """Return the names of what stands in a room."""
    return {path.name.removesuffix(".py") for path in (ROOT / room).iterdir()}


ROOMS = APART | conditions(ROOT)
MEMBERS = {name for room in ROOMS for name in members(room)}


def test_imports_go_one_way() -> None:
    found = {relative(path): upward(relative(path), path.read_text()) for path in sources()}
    assert len(found) > 500
    assert {name: packages for name, packages in found.items() if packages} == {}, f"imports para cima: {RULES}"


def test_a_flow_imports_no_other_flow() -> None:
    flows = [path for path in sources() if relative(path).startswith("flows/")]
    assert len(flows) > 100
    found = {relative(path): other_flows(relative(path), path.read_text()) for path in flows}
    assert {name: others for name, others in found.items() if others} == {}, f"um fluxo não conhece outro: {RULES}"


@pytest.mark.parametrize("room", ROOMS)
def test_there_are_no_sideways_imports(room: str) -> None:
    """Task files, connectors, sources of alerts and conditions of a box know only what they share."""
    files = list(_files(ROOT / room))
    assert len(files) > 2
    found = {relative(path): sideways(relative(path), path.read_text(), MEMBERS, ROOMS) for path in files}
    assert {name: others for name, others in found.items() if others} == {}, f"imports para o lado: {RULES}"


@pytest.mark.parametrize("source", sorted(sources_of_alerts.sources()))
def test_a_file_of_a_source_judges_or_is_used_by_one_that_does(source: str) -> None:
    """A condition whose function is named otherwise would be passed over in silence."""
    files = {path.stem: path.read_text() for path in (ROOT / "alerts" / source).glob("*.py")}
    judging = {name for name, text in files.items() if defines(text, "judge")}
    package = ("alerts", source)
    used = {names[2] for text in files.values() for names in imported(text) if names[:2] == package and len(names) > 2}
    idle = set(files) - judging - used - {"__init__"}
    assert idle == set(), (
        f"em alerts/{source}/ nem têm um `judge` nem são usados por quem tem: docs/how-to/novo-alerta.md"
    )


CELERY = {"celery", "kombu", "billiard"}
CELERY_ROOMS = (
    "core/broker_faults.py",
    "core/broker_link.py",
    "core/broker_probe.py",
    "core/celery_app.py",
    "core/messages.py",
    "core/questions.py",
    "tasks/",
    "workers/",
    "beat_schedule.py",
)


def test_celery_is_the_business_of_tasks_and_workers() -> None:
    """Everybody else asks for work by a task's name (`core.messages.send`), and does it without Celery."""
    knowing = {relative(path) for path in sources() if CELERY & {names[0] for names in imported(path.read_text())}}
    found = {name for name in knowing if not name.startswith(CELERY_ROOMS)}
    assert found == set(), f"só tasks/ e workers/ conhecem o Celery; os outros pedem por `core.messages.send`: {RULES}"


def test_who_holds_a_row_is_the_business_of_claims() -> None:
    knowing = {relative(path) for path in sources() if "lease_token" in path.read_text()}
    allowed = ("claims/", "storage/models/", "storage/migrations/")
    found = {name for name in knowing if not name.startswith(allowed)}
    assert found == set(), "de quem é uma linha decide só claims/: docs/decisions/0012-claims.md"


def test_when_a_row_is_due_is_asked_of_claims() -> None:
    asking = {relative(path) for path in sources() if asks_when_due(path.read_text())}
    found = {name for name in asking if not name.startswith("claims/")}
    assert found == set(), "quando uma linha é devida se pergunta a claims/: docs/decisions/0012-claims.md"
    assert asks_when_due("select(func.min(Caixa.due_at))")
    assert asks_when_due("table.c.due_at <= now")
    assert not asks_when_due("Outcome(due_at=one.due_at)")


def test_only_the_settings_read_the_environment() -> None:
    ours = [path for path in sources() if not relative(path).startswith(STAND_ALONE)]
    readers = {relative(path) for path in ours if reads_environment(path.read_text())}
    assert readers > READ_THE_ENVIRONMENT
    found = readers - READ_THE_ENVIRONMENT - HAND_IT_ON
    assert found == set(), f"o ambiente é lido só pelas configurações: um campo em core/settings/ ({RULES})"


def test_every_package_stands_in_the_table() -> None:
    shipped = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["packages"]
    folders = {relative(path).split("/")[0] for path in tracked() if path.suffix == ".py"}
    assert {name.removesuffix(".py") for name in shipped} <= set(MAY_IMPORT)
    assert {name.removesuffix(".py") for name in folders} - {"tests", "bench"} == set(MAY_IMPORT), RULES


def test_no_room_is_too_large() -> None:
    sizes = {relative(path): len(path.read_text().splitlines()) for path in sources()}
    assert {name: size for name, size in sizes.items() if size > LONGEST} == {}, (
        f"mais de {LONGEST} linhas: divida ({RULES})"
    )


def test_every_package_file_says_why_it_exists() -> None:
    silent = [relative(path) for path in sources() if not ast.get_docstring(ast.parse(path.read_text()))]
    found = [name for name in silent if "/versions/" not in name]
    assert found == [], f"cada arquivo começa com uma docstring que diz por que existe: {RULES}"


def test_the_lock_names_versions_and_hashes_and_no_address() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text()
        assert "://" not in text
        pinned = [line for line in text.splitlines() if re.match(r"[a-z0-9]", line)]
        assert pinned
        assert all("==" in line for line in pinned)
        assert text.count("--hash=sha256:") >= len(pinned)


def test_the_dev_lock_is_the_lock_and_more() -> None:
    names = ("requirements.lock", "requirements-dev.lock")
    lock, dev = (set(re.findall(r"(?m)^([a-z0-9].*?==\S+)", (ROOT / name).read_text())) for name in names)
    assert len(lock) > 20
    assert lock < dev


def test_nothing_names_the_place_it_was_made_in() -> None:
    files = tracked()
    assert len(files) > 300
    assert {path.name for path in files} >= {"Makefile", "Procfile", "Dockerfile", "compose.yaml", "pyproject.toml"}
    texts = {relative(path): path.read_bytes().decode("utf-8", "replace") for path in files}
    guard = "tests/support/architecture.py"
    assert {name for name, text in texts.items() if MADE_IN.search(text)} - {guard, relative(Path(__file__))} == set()


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("core/x.py", "from storage import models", {"storage"}),
        ("core/x.py", "import flows.sat.check", {"flows"}),
        ("connectors/sat/x.py", "def late():\n    from storage.session import transaction", {"storage"}),
        ("sandbox/x.py", "from support.redis import RedisServer", {"support"}),
        ("events/outbox.py", "import connectors.base.table", {"connectors"}),
        ("events/delivery/kinds/x.py", "import connectors.base.table", set()),
        ("workers/upper.py", "import sandbox", {"sandbox"}),
        ("workers/demo.py", "import sandbox", set()),
        ("workers/up.py", "import sandbox", {"sandbox"}),
        ("flows/sat/x.py", "import json, connectors.sat, events, alerts, claims, storage, core", set()),
    ],
)
def test_an_import_upwards_is_found(name: str, text: str, found: set[str]) -> None:
    assert upward(name, text) == found


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("connectors/sat/x.py", "from connectors.questor import Questor", {"questor"}),
        ("connectors/sat/x.py", "from connectors.base.table import DEFAULT", set()),
        ("connectors/sat/x.py", "from connectors import questor", {"questor"}),
        ("connectors/base/x.py", "from connectors.questor import Questor", {"questor"}),
        ("alerts/sat/rede.py", "from alerts.sat.bateria import AlertaBateria", {"bateria"}),
        ("alerts/sat/rede.py", "from alerts.sat.shape import AlertaOperacao", set()),
        ("alerts/sat/x.py", "from alerts.state import apply", set()),
        ("tasks/sat.py", "from tasks.questor import avancar", {"questor"}),
    ],
)
def test_an_import_sideways_is_found(name: str, text: str, found: set[str]) -> None:
    assert sideways(name, text, MEMBERS, ROOMS) == found


def test_a_look_at_another_flow_is_found() -> None:
    assert other_flows("flows/sat/x.py", "from flows.questor import send") == {"questor"}
    assert other_flows("flows/sat/x.py", "from flows import questor, sat") == {"questor"}
    assert other_flows("flows/questor/x.py", "from flows.documentos.acervo import Acervo") == set()
    assert other_flows("flows/documentos/x.py", "from flows.questor import send") == {"questor"}
    assert other_flows("flows/sefaz/x.py", "from flows.certificados.finding import serving") == set()


@pytest.mark.parametrize(
    "text",
    ["import os\nos.environ", "from os import environ", "from os import getenv as g", "import os as o\no.getenv('x')"],
)
def test_a_look_at_the_environment_is_found(text: str) -> None:
    assert reads_environment(text)
    assert not reads_environment("import os\nos.getpid()")


@pytest.mark.parametrize("text", ["/work/" + "x", "../" + "shared/y", "https://pypi." + "org/simple"])
def test_a_place_is_found(text: str) -> None:
    assert MADE_IN.search(text)
