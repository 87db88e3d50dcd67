"""What `diagnostico` looks at is found by walking."""

import subprocess
import sys

import pytest

from core.checks import checks

# Each of these costs a command that only reports more than its query does.
HEAVY = (
    "aiohttp",
    "alembic",
    "celery",
    "kombu",
    "oracledb",
    "prometheus_client",
    "redis",
    "requests",
    "satcfe",
    "sqlalchemy.dialects.postgresql",
    "storage.models.eventos",
)
LOOK = """
import sys
from flows.diagnostico import examine
examine()
print(*sorted(sys.modules))
"""


def test_the_checks_of_every_flow_are_found() -> None:
    assert {check.__module__ for _, check in checks()} >= {
        f"flows.{flow}.checks" for flow in ("alertas", "destinos", "fila", "questor", "sat")
    }


@pytest.mark.slow
def test_a_diagnosis_of_a_fresh_installation_loads_nothing_of_the_systems_it_does_not_have(sqlite: str) -> None:
    done = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, check=True)
    assert [name for name in HEAVY if name in done.stdout.split()] == []


@pytest.mark.slow
def test_who_answers_is_asked_without_celery(sqlite: str, broker: str) -> None:
    done = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, check=True)
    assert {"redis", "kombu"} <= set(done.stdout.split())
    assert "celery" not in done.stdout.split()
