"""The agent, a hub beside it and the API of the centre, each as shipped."""

import asyncio
import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Configure
from support.api import served
from support.boxes import box as settings_of
from support.boxes import row, told, with_boxes

from core.settings.sat import BoxSettings
from flows.sat import boxes as centre
from flows.sat.agente import running
from flows.sat.agente.box import Box, digest
from flows.sat.agente.instants import Instants
from flows.usuarios import managing, tokens
from sandbox.hub import HubServer
from sandbox.sat_wire import VAZIA, refusal_line, status_line
from sandbox.server import refused_address

USB: dict[str, object] = {"name": "usb 1ç", "kind": "agente", "usuario": "ana"}


@pytest.fixture
def hub() -> Iterator[HubServer]:
    with HubServer(everywhere=True) as there:
        there.program(1, lambda sessao: status_line(sessao, ULTIMO_CF_E_SAT=VAZIA))
        yield there


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def token(sqlite: str, configure: Configure) -> str:
    """The token of the user whose agent reads the one box of the centre."""
    with_boxes(configure, USB)
    centre.prepare()
    managing.criar("ana")
    return tokens.criar("ana").token


def made(hub: HubServer, tmp_path: Path, said: list[str], up: float = 1000.0) -> Box:
    """Return the box as the agent finds it after a start."""
    mine = BoxSettings.model_validate(settings_of(hub, "usb 1ç", 1))
    return Box(mine, tmp_path / "agente", 100, said.append, Instants(lambda: 5.0, lambda: up, lambda: "a"))


def once(box: Box, url: str, token: str) -> bool:
    return asyncio.run(running.serve([box], url, token))


def test_what_is_read_arrives_and_is_judged_there(hub: HubServer, token: str, tmp_path: Path, said: list[str]) -> None:
    hub.program(1, lambda sessao: status_line(sessao, ULTIMO_CF_E_SAT=VAZIA, STATUS_LAN="NÃO CONECTADO"))
    box = made(hub, tmp_path, said)
    with served() as url:
        assert once(box, url, token)
    assert (len(box.kept), said) == (0, [])
    assert told() == [("alerta_aberto", "usb 1ç", "rede")]
    assert "NÃO CONECTADO" in (row("usb 1ç").resposta or "")
    assert not any(token in path.read_text() for path in tmp_path.rglob("*.json"))


def test_what_was_read_while_the_line_was_down_arrives_later_and_raises_nothing(
    hub: HubServer, token: str, tmp_path: Path, said: list[str]
) -> None:
    hub.program(1, lambda sessao: status_line(sessao, ULTIMO_CF_E_SAT=VAZIA, ESTADO_OPERACAO=1))
    with refused_address() as away:
        for up in (1000.0, 1300.0):
            assert not once(made(hub, tmp_path, said, up), away, token)
    assert any("não aceita conexão" in one for one in said)
    hub.program(1, lambda sessao: status_line(sessao, ULTIMO_CF_E_SAT=VAZIA))
    with served() as url:
        assert once(made(hub, tmp_path, said, up=9000.0), url, token)
    assert told() == []
    assert row("usb 1ç").resultado == "ok"


def test_a_box_that_refused_its_code_is_asked_no_more_over_any_restart(
    hub: HubServer, token: str, tmp_path: Path, said: list[str]
) -> None:
    hub.program(1, lambda sessao: refusal_line("10001", "Código errado", sessao))
    with served() as url:
        for _ in range(3):
            assert not once(made(hub, tmp_path, said), url, token)
        assert hub.count(1) == 1
        assert row("usb 1ç").parada
        (note,) = (tmp_path / "agente").rglob("parada.txt")
        note.write_text("ilegível")
        once(made(hub, tmp_path, said), url, token)
        assert hub.count(1) == 1
        hub.program(1, lambda sessao: status_line(sessao, ULTIMO_CF_E_SAT=VAZIA))
        box = made(hub, tmp_path, said)
        box.reactivate()
        assert once(box, url, token)
    assert not row("usb 1ç").parada


def test_a_box_whose_note_cannot_be_read_now_is_neither_asked_nor_said_to_be_parked(
    hub: HubServer, tmp_path: Path, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.program(1, lambda sessao: refusal_line("10001", "Código errado", sessao))
    assert asyncio.run(made(hub, tmp_path, said).read()) == "parada"
    again = made(hub, tmp_path, said)
    with monkeypatch.context() as away:
        away.setattr(Path, "read_text", unreadable)
        assert asyncio.run(again.read()) == "inalcancavel"
    assert said[-1].startswith("Caixa usb 1ç: não consegui ler se está parada: ")
    assert asyncio.run(again.read()) == "parada"
    assert hub.count(1) == 1


def test_a_box_is_said_to_be_parked_also_where_the_disk_takes_no_key_to_note_it_with(
    hub: HubServer, configure: Configure, tmp_path: Path, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.program(1, lambda sessao: refusal_line("10001", "Código errado", sessao))
    box = made(hub, tmp_path, said)
    configure(core__keys="[]")
    monkeypatch.setattr(os, "fsync", full)
    assert asyncio.run(box.read()) == "parada"
    assert any("não consegui anotar que está parada: Não consegui escrever" in one for one in said)


def full(_number: int) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def unreadable(path: Path, *given: object, **more: object) -> str:
    raise OSError(errno.EMFILE, "Too many open files", str(path))


def test_a_token_that_does_not_stand_costs_no_reading_and_is_not_told(
    hub: HubServer, token: str, tmp_path: Path, said: list[str]
) -> None:
    box = made(hub, tmp_path, said)
    with served() as url:
        assert not once(box, url, "segredo-errado")
        managing.criar("bia")
        assert not once(box, url, tokens.criar("bia").token)
        assert len(box.kept) == 2
        assert "não aceitou o token" in said[0]
        assert "não conhece a caixa como deste token" in said[1]
        assert not any("segredo" in one for one in said)
        assert once(box, url, token)
        # a hub is no centre: an answer that is none proves nothing
        assert not once(box, f"http://{hub.address(1)}:{hub.port}", token)
    assert len(box.kept) == 1


def test_it_runs_until_it_is_asked_to_stop(hub: HubServer, token: str, tmp_path: Path, said: list[str]) -> None:
    box = made(hub, tmp_path, said)

    async def run() -> bool:
        over = asyncio.Event()
        agent = asyncio.create_task(running.serve([box], url, token, over))
        # the centre has a reading before the agent knows that it has
        while row("usb 1ç").resultado != "ok" or len(box.kept):  # noqa: ASYNC110 - another thread writes it
            await asyncio.sleep(0.05)
        over.set()
        return await agent

    with served() as url:
        assert asyncio.run(run())
    assert len(box.kept) == 0


def test_a_machine_without_a_database_and_without_keys_notes_with_a_key_of_its_own(
    configure: Configure, tmp_path: Path
) -> None:
    configure(core__keys="[]")
    settings = BoxSettings(name="usb", host="10.0.0.5", timezone="America/Fortaleza")
    assert digest(settings) == digest(settings) != digest(settings.model_copy(update={"host": "10.0.0.6"}))
    assert [path.name for path in (tmp_path / "dados").iterdir()] == ["chaves"]
