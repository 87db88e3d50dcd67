"""The Celery object follows the broker of the moment, and without one a message fails at once."""

import time

import pytest
from conftest import Configure
from support.cutting import CuttingProxy
from support.rabbitmq import RabbitServer

from core import broker_link, celery_app, messages
from core.broker_address import ADDRESS_FILE
from core.broker_link import KEY_PREFIX, QUEUE_ARGUMENTS
from core.errors import Transient
from core.settings.core import CoreSettings


@pytest.fixture(autouse=True)
def afterwards(configure: Configure) -> object:
    yield
    celery_app.refresh()


def test_a_broker_that_began_meanwhile_is_followed(configure: Configure, redis_server: object) -> None:
    configure()
    url = redis_server.url  # type: ignore[attr-defined]
    before = celery_app.current().conf.broker_url
    assert before != url
    folder = CoreSettings.current().data_dir
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ADDRESS_FILE).write_text(url)
    assert celery_app.current().conf.broker_url == url
    messages.send("entregas.varrer")
    (folder / ADDRESS_FILE).unlink()
    assert celery_app.current().conf.broker_url == before


def test_without_a_broker_a_message_fails_soon_and_says_what_to_do(configure: Configure) -> None:
    configure()
    began = time.monotonic()
    with pytest.raises(Transient, match=r"core\.redis_url"):
        messages.send("entregas.varrer")
    assert time.monotonic() - began < 10
    assert messages.answering() == []


@pytest.mark.parametrize("question", [b"\x00\x14\x00\x0a", b"\x00\x32\x00\x0a"], ids=["channel", "queue"])
def test_a_rabbitmq_that_falls_silent_holds_no_message_for_ever(
    rabbit_broker: str, rabbit: RabbitServer, configure: Configure, monkeypatch: pytest.MonkeyPatch, question: bytes
) -> None:
    monkeypatch.setitem(broker_link.CONFIRMED, "read_timeout", 1)
    with CuttingProxy(rabbit.port, every=10**6) as network:
        network.silent_at = question
        configure(core__broker_url=rabbit_broker.replace(str(rabbit.port), str(network.port)))
        celery_app.refresh()
        messages.send("questor.enviar_bloco", [1])
        assert network.fell_silent == 1
    with rabbit.connected() as connection:
        assert connection.channel().queue_declare("questor", passive=True).message_count == 1


def test_a_rabbitmq_that_falls_silent_holds_no_worker_for_ever(
    rabbit_broker: str, rabbit: RabbitServer, configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker_link, "SILENT_SECONDS", 1.0)
    with CuttingProxy(rabbit.port, every=10**6) as network:
        configure(core__broker_url=rabbit_broker.replace(str(rabbit.port), str(network.port)))
        celery_app.refresh()
        with celery_app.current().connection_for_read() as connection:
            channel = connection.default_channel
            network.silent_at = b"\x00\x32\x00\x0a"
            with pytest.raises(TimeoutError):
                channel.queue_declare("questor", passive=True)
        assert network.fell_silent == 1


def test_what_is_sent_is_for_workers_of_this_version_only(broker: str) -> None:
    conf = celery_app.current().conf
    assert (conf.task_serializer, conf.accept_content) == ("json", ["json"])
    assert conf.task_ignore_result
    assert conf.broker_transport_options["global_keyprefix"] == KEY_PREFIX


def test_another_broker_is_given_queues_of_its_own_kind(configure: Configure) -> None:
    kinds = []
    for url in ("redis://127.0.0.1:1/0", "amqp://127.0.0.1:1/x", "redis://127.0.0.1:1/0"):
        configure(core__broker_url=url)
        celery_app.refresh()
        kinds.append(celery_app.app.amqp.queues["questor"].queue_arguments)
    assert kinds == [None, QUEUE_ARGUMENTS, None]
