"""The copy of NF-e as a process: whole, in step, killed in mid-run, refused, and ended by a signal."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sync_nfes
from support.api import importing, served
from support.examples import ended, ran, running
from support.ports import wait_until
from support.scripted import Answer, Scripted
from sync_nfes import Copia, sincronizar

from api import limit
from fiscal_api_client import FiscalAPIClient
from flows.usuarios import managing, tokens
from sandbox.documentos.eventos import evento
from sandbox.documentos.notas import nota

OVER = threading.Event()


@pytest.fixture
def account(sqlite: str) -> Iterator[dict[str, str]]:
    """An API with a user, as the example is told of it."""
    limit.limiter.cache_clear()
    managing.criar("ana")
    with served() as address:
        yield {"FISCAL_API_URL": address, "FISCAL_API_TOKEN": tokens.criar("ana").token}
    limit.limiter.cache_clear()


def copied(path: Path) -> dict[str, str]:
    """Return the numbers of the notes copied, with their status."""
    with closing(sqlite3.connect(path)) as db:
        return dict(db.execute("SELECT numero_nf, status_nfe FROM nfe"))


def test_what_came_and_what_was_cancelled_is_copied_and_the_total_told(tmp_path: Path, account: dict[str, str]) -> None:
    first = nota(1)
    importing("ana", first.xml, nota(2).xml)
    told = ran(tmp_path, "sync_nfes", "--uma-vez", **account)
    assert (told.returncode, "2 no total" in told.stderr) == (0, True), told.stderr
    importing("ana", nota(3).xml, evento(first))
    with running(tmp_path, "sync_nfes", "--intervalo", "0.01", **account) as process:
        wait_until(lambda: copied(tmp_path / "nfes.db") == {"1": "101", "2": "100", "3": "100"})
        importing("ana", nota(4).xml)
        wait_until(lambda: len(copied(tmp_path / "nfes.db")) == 4)
        assert ended(process) == 0
    assert "4 no total" in (tmp_path / "sync_nfes.log").read_text()
    assert account["FISCAL_API_TOKEN"] not in (tmp_path / "sync_nfes.log").read_text() + told.stderr


def test_a_run_that_is_killed_goes_on_where_it_was(
    tmp_path: Path, account: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    importing("ana", *(nota(number).xml for number in range(1, 6)))
    path, asked = tmp_path / "nfes.db", list[str]()
    client = FiscalAPIClient(account["FISCAL_API_URL"], account["FISCAL_API_TOKEN"])
    listar = client.listar_nfes
    monkeypatch.setattr(client, "listar_nfes", lambda **how: asked.append("do começo") or listar(**how | {"limit": 2}))
    killing = Copia.guardar

    def killed(self: Copia, *how: Any) -> None:
        killing(self, *how)
        raise KeyboardInterrupt

    monkeypatch.setattr(Copia, "guardar", killed)
    for amount in (2, 4):
        with closing(Copia(path)) as copia, pytest.raises(KeyboardInterrupt):
            sincronizar(client, copia, OVER)
        assert len(copied(path)) == amount
    monkeypatch.setattr(Copia, "guardar", killing)
    with closing(Copia(path)) as copia:
        assert sincronizar(client, copia, OVER) == 1
        assert (len(copied(path)), asked, copia.cursor()[2]) == (5, ["do começo"], None)
        assert sincronizar(client, copia, OVER) == 5
    client.close()


def test_a_place_that_the_server_does_not_know_begins_the_run_anew(tmp_path: Path) -> None:
    page = Answer(body=b'{"results": [], "next": null}', headers={"Date": "Tue, 03 Nov 2026 10:00:00 GMT"})
    with Scripted(Answer(400, b"{}"), page) as server, closing(Copia(tmp_path / "nfes.db")) as copia:
        copia.guardar({"results": [], "next": "http://a/api/nfe/?depois=x"}, "2026-11-01T00:00:00+00:00", "2026-11-02")
        assert sincronizar(FiscalAPIClient(server.url, "t"), copia, OVER) == 0
        assert server.asked[1].path.startswith("/api/nfe/?page=1&limit=100&alterado_desde=2026-11-01T00")
        assert copia.cursor()[0] == "2026-11-03T09:50:00+00:00"


def test_a_fault_is_told_and_waited_for_and_a_signal_ends_the_wait(tmp_path: Path) -> None:
    with Scripted(Answer(401, b'{"detail": "Token ausente."}')) as server:
        account = {"FISCAL_API_URL": server.url, "FISCAL_API_TOKEN": "um-token"}
        assert ran(tmp_path, "sync_nfes", "--uma-vez", **account).returncode == 1
        with running(tmp_path, "sync_nfes", **account) as process:
            wait_until(lambda: "Token ausente" in (tmp_path / "sync_nfes.log").read_text())
            assert ended(process) == 1
        assert "fim" in (tmp_path / "sync_nfes.log").read_text()
    told = ran(tmp_path, "sync_nfes", FISCAL_API_URL="exemplo", FISCAL_API_TOKEN="um-token")
    assert (told.returncode, "Traceback" in told.stderr, "FISCAL_API_URL" in told.stderr) == (1, False, True)
    assert sync_nfes.APOS_ERRO_SECONDS == 60
