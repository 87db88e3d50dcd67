"""Three real Sentinels: the master is found, and found again when it died."""

from pathlib import Path

import pytest
from conftest import Configure
from support.ports import wait_until
from support.sentinel import MASTER, PASSWORD, Watched, installed

from core import bell, celery_app, messages, queue_lengths
from core.errors import Transient
from flows.diagnostico import ready
from flows.diagnostico.broker import broker as seen

TASK = "questor.enviar_bloco"


def sent() -> bool:
    """Send a message by its task's name."""
    try:
        messages.send(TASK, [1])
    except Transient:
        return False
    return True


def called() -> bool:
    """Send one as Python does that calls a task."""
    try:
        celery_app.app.tasks[TASK].delay(1)
    except Transient:
        return False
    return True


def test_a_master_that_dies_costs_a_delay(configure: Configure, sqlite: str, tmp_path: Path) -> None:
    if not installed():
        pytest.skip("redis-sentinel is not installed (Debian: redis-server, redis-sentinel)")
    with Watched(tmp_path) as servers:
        configure(core__redis_url=servers.url)
        celery_app.refresh()
        assert sent()
        assert called()
        assert bell.ring("ninguem", "") == 0
        servers.kill_master()
        wait_until(called)
        wait_until(sent)
        wait_until(ready.broker)
        assert (queue_lengths.lengths() or {})["questor"] >= 1
        assert bell.ring("ninguem", "") == 0
        found = next(iter(seen()))
        assert (found.sistema, found.situacao) == ("broker", "ok")
        assert f"/{MASTER}" in found.detalhe
        assert PASSWORD not in found.detalhe
    celery_app.refresh()
