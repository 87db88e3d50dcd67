"""Backups of a PostgreSQL: made by its own program, whole, without a password in sight, brought back by the lines."""

import os
import shutil
import stat
import subprocess
from pathlib import Path

import psycopg
import pytest
from conftest import Configure
from sqlalchemy import make_url
from support.deliveries import deliveries, fire, webhook
from support.postgres import Cluster

from core.clock import SYSTEM, FixedClock
from core.errors import Conflict, Misconfigured, Rejected, Transient, UsageError
from storage import session
from storage.backup import dump
from storage.sequence import LEAP, next_values
from storage.session import transaction

pytestmark = pytest.mark.skipif(not shutil.which("pg_dump"), reason="pg_dump is not installed")
SPY = """#!/bin/sh
echo "$@" >> {spied}
echo "$PGPASSWORD" >> {spied}.senha
exec {real} "$@"
"""
OLD = """#!/bin/sh
echo "pg_dump (PostgreSQL) 9.6.24"
"""
FAILS = """#!/bin/sh
case "$1" in -V) exec {real} -V;; esac
for last; do :; done
echo metade > "$last"
echo "pg_dump: error: connection lost password=segredo1" >&2
exit 1
"""
EMPTY = """#!/bin/sh
case "$1" in -V) exec {real} -V;; esac
exec {real} "$@" --schema-only
"""


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of programs that come before the system's."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return folder


def put(folder: Path, text: str, **values: object) -> None:
    path = folder / "pg_dump"
    path.write_text(text.format(real=shutil.which("pg_dump"), **values))
    path.chmod(0o755)


def test_what_is_made_is_whole_private_and_comes_back(
    postgres: str, cluster: Cluster, configure: Configure, tmp_path: Path
) -> None:
    webhook("https://a.example/x")
    fire(3)
    path = dump.make(tmp_path / "copias")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    lines = [line for line in dump.how_to_restore(path) if not line.startswith("#")]
    name = f"{make_url(postgres).database}_restaurado"
    try:
        for line in lines:
            subprocess.run(["sh", "-ec", line], check=True, capture_output=True)
        configure(core__database_url=cluster.url(name))
        assert [one.estado for one in deliveries()] == ["pendente"] * 3
        with transaction() as db:
            assert next_values(db, {"loja-1": 1})["loja-1"] > LEAP, "receivers have seen what was given since"
    finally:
        session.dispose()
        url = make_url(postgres)
        known = {"host": url.host, "port": url.port, "user": url.username, "dbname": "postgres"}
        with psycopg.connect(**known, autocommit=True) as administrator:  # type: ignore[arg-type]
            administrator.execute(f'DROP DATABASE IF EXISTS "{name}"'.encode())


def test_a_password_is_no_argument(postgres: str, configure: Configure, programs: Path, tmp_path: Path) -> None:
    put(programs, SPY, spied=tmp_path / "visto")
    url = make_url(postgres).set(password="segredo:do/banco", query={"application_name": "esteira"})
    configure(core__database_url=url.render_as_string(hide_password=False))
    dump.make(tmp_path / "copias")
    seen = (tmp_path / "visto").read_text()
    assert "application_name=esteira" in seen
    assert "segredo" not in seen
    assert "segredo:do/banco" in (tmp_path / "visto.senha").read_text()


def test_a_program_that_fails_lies_or_is_too_old_leaves_nothing(postgres: str, programs: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copias"
    put(programs, OLD)
    with pytest.raises(Misconfigured, match=r"9.*mais antigo que o servidor"):
        dump.make(folder)
    (programs / "pg_dump").unlink()
    put(programs, FAILS)
    with pytest.raises(Transient, match="connection lost") as failed:
        dump.make(folder)
    assert "segredo1" not in str(failed.value)
    (programs / "pg_dump").unlink()
    put(programs, EMPTY)
    with pytest.raises(Rejected, match="faltam"):
        dump.make(folder)
    assert list(folder.iterdir()) == []


def test_without_the_program_the_line_to_run_is_told(
    postgres: str, tmp_path: Path, configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = make_url(postgres).set(password="segredo")
    configure(core__database_url=url.render_as_string(hide_password=False))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Misconfigured, match=r"pg_dump -w -d .* -Fc -f ") as told:
        dump.make(tmp_path / "copias")
    assert "segredo" not in str(told.value)


def test_only_the_oldest_of_this_database_go(postgres: str, tmp_path: Path) -> None:
    folder, clock = tmp_path / "copias", FixedClock(SYSTEM.now())
    folder.mkdir()
    other = folder / "esteira-20200101T000000Z-0123abcd.dump"
    other.touch()
    made = []
    for _ in range(3):
        clock.advance(60)
        made.append(dump.make(folder, keep=2, clock=clock))
    assert set(folder.iterdir()) == {other, *made[1:]}
    with pytest.raises(Conflict):
        dump.make(made[1])
    with pytest.raises(UsageError):
        dump.make(folder / "um.dump", keep=1)
    with pytest.raises(UsageError, match="não existe"):
        dump.make(folder / "nada" / "um.dump")
