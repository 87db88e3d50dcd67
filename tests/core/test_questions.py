"""A question to all workers ends, whatever becomes of the broker meanwhile."""

import socket
from collections.abc import Iterator

import pytest
from conftest import Configure
from support.losing import Cutter
from support.ports import free_port, soon

from core import questions
from core.broker_faults import FAULTS
from core.messages import answering

# What is said last before the broker is gone: as it is asked for a box of answers, and with the question itself.
SAID = {
    "broker": ["INFO", "reply.celery.pidbox", "PUBLISH"],
    "rabbit_broker": ["guest", "reply.celery.pidbox", "ping"],
}


@pytest.mark.parametrize(("server", "word"), [(server, word) for server in SAID for word in SAID[server]])
def test_a_broker_that_dies_while_it_is_asked_ends_the_question(
    server: str, word: str, configure: Configure, request: pytest.FixtureRequest
) -> None:
    url: str = request.getfixturevalue(server)
    port = int(url.rsplit(":", 1)[1].split("/")[0])
    dying = Cutter(port, for_good=True)
    configure(core__broker_url=url.replace(str(port), str(dying.port)))
    dying.losing = [word.encode()]
    with soon(), pytest.raises(FAULTS):
        questions.asked("ping", 0.5)
    assert dying.lost == 1
    assert answering() == []


@pytest.fixture(params=["redis://{}/0", "sentinel://{}/mestre/0", "amqp://{}/%2F"])
def silence(request: pytest.FixtureRequest, configure: Configure) -> Iterator[None]:
    """A broker of each kind that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        configure(core__broker_url=request.param.format(f"127.0.0.1:{silent.getsockname()[1]}"))
        yield


def test_a_broker_that_says_nothing_is_waited_for_so_long_and_no_longer(
    silence: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(questions, "REACH_SECONDS", 0.2)
    with pytest.raises(TimeoutError):
        questions.asked("ping", 0.1)


def test_of_several_nodes_one_that_is_away_is_passed_over(rabbit_broker: str, configure: Configure) -> None:
    configure(core__broker_url=rabbit_broker.replace("@", f"@127.0.0.1:{free_port()},127.0.0.1:{free_port()},"))
    assert questions.asked("ping", 0.1) == []
