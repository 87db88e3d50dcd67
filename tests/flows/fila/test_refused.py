"""A login that was refused is tried once: repeats lock the account."""

from collections.abc import Callable

import pytest

from connectors.oracle.faults import LoginRefused
from flows.fila import accounts, checks, relay, watching
from tests.flows.fila.conftest import PASSWORD, USER, Queue

Configure = Callable[..., None]
pytestmark = pytest.mark.parametrize("vazia", ["oracle"], indirect=True)


@pytest.fixture
def tries(fila: Queue, monkeypatch: pytest.MonkeyPatch, configure: Configure) -> list[str]:
    """Every logon that the server is asked for, with a password that is wrong there."""
    from sandbox.oracle import greeting

    seen: list[str] = []
    real = greeting.log_on

    def log_on(*given: object) -> object:
        seen.append("logon")
        return real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(greeting, "log_on", log_on)
    configure(fila__password="outra-palavra")  # pragma: allowlist secret
    return seen


def test_watchers_and_workers_try_a_refused_login_once(tries: list[str]) -> None:
    for _ in range(3):
        (report,) = watching.watch_all(0.5)
        assert "não" in str(report.falha) or "recusou" in str(report.falha)
    with pytest.raises(LoginRefused, match="esteira diagnostico"):
        relay.publish("padrao")
    assert len(tries) == 1


def test_a_person_who_asks_tries_once_more(tries: list[str]) -> None:
    watching.watch_all(0.1)
    (finding,) = checks.reachable()
    assert "fila.password" in str(finding)
    assert len(tries) == 2


def test_a_login_that_was_changed_is_tried_at_once(tries: list[str], configure: Configure) -> None:
    watching.watch_all(0.1)
    configure(fila__password=PASSWORD, fila__user=USER)
    assert accounts.opened("padrao").layout.leased
    (report,) = watching.watch_all(0.1)
    assert report.falha is None


def test_a_worker_that_connects_again_does_not_try_what_another_was_refused(fila: Queue, configure: Configure) -> None:
    assert fila.server is not None
    opened = accounts.opened("padrao")
    fila.server.users[USER] = "trocada"
    fila.server.kill_sessions()
    for _ in range(2):
        with pytest.raises(Exception, match=r"recusou|caiu"):
            relay.batch(opened)
    with pytest.raises(LoginRefused, match="não tento de novo"):
        relay.batch(opened)
