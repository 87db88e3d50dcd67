"""What a real RabbitMQ says when it is asked, and what an operator reads when something is wrong with it."""

from collections.abc import Callable

import pytest
from conftest import Configure
from support.cutting import CuttingProxy
from support.ports import free_port, soon
from support.rabbitmq import RabbitServer
from support.tls import tls_front

from core import celery_app, messages, queue_lengths
from core.broker_address import broker_address
from core.broker_probe import ALARM, look
from core.checks import FAULT, OK, WARNING
from core.errors import Misconfigured, Transient
from core.settings.core import CoreSettings
from core.settings.load import get_settings
from flows.diagnostico import ready
from flows.diagnostico.broker import broker as seen
from workers import broker

SECRET = "nao-mostre"  # pragma: allowlist secret


def told() -> dict[str, tuple[str, str]]:
    return {one.sistema: (one.situacao, one.detalhe) for one in seen()}


def by_supervisor() -> None:
    given = broker.given(get_settings())
    assert given is not None
    broker.check(*given, CoreSettings.current())


def test_what_waits_is_counted_and_a_queue_of_another_kind_is_named(rabbit_broker: str, rabbit: RabbitServer) -> None:
    by_supervisor()
    assert ready.broker()
    messages.send_all([("questor.enviar_bloco", [number]) for number in range(3)])
    assert (queue_lengths.lengths() or {})["questor"] == 3
    situacao, detalhe = told()["broker"]
    assert situacao == OK, detalhe
    assert detalhe.startswith("RabbitMQ 3")
    assert "guest" not in detalhe
    assert told()["redis"][0] == OK
    with rabbit.connected() as connection:
        connection.channel().queue_declare("sat", durable=True, auto_delete=False)
    address = broker_address()
    assert address is not None
    (worry,) = look(address, 5, ["sat", "questor", "nao-ha"]).worries
    assert "outro tipo" in worry
    assert ": sat;" in worry


def test_an_alarm_holds_nobody_up_and_is_told(rabbit_broker: str, rabbit: RabbitServer) -> None:
    messages.send("questor.enviar_bloco", [0])
    rabbit.control("set_vm_memory_high_watermark", "0.0000001")
    try:
        # RabbitMQ takes the first of a connection and then stops to read
        with soon(), pytest.raises(Transient):
            messages.send_all([("questor.enviar_bloco", [number]) for number in range(9)])
        address = broker_address()
        assert address is not None
        assert look(address, 0.5, []).worries == (ALARM,)
        assert [one.situacao for one in seen()][:2] == [OK, WARNING]
        with soon():
            assert messages.answering() == []
    finally:
        rabbit.control("set_vm_memory_high_watermark", "0.4")
    messages.send("questor.enviar_bloco", [2])
    assert look(address, 5, []).worries == ()


@pytest.mark.parametrize(
    ("change", "kind", "word"),
    [
        (lambda url: url.replace("guest:guest", f"guest:{SECRET}"), Misconfigured, "recusou"),
        (lambda url: url.replace("%2F", "nao-ha"), Misconfigured, "recusou"),
        (lambda url: f"amqp://u:{SECRET}@127.0.0.1:{free_port()}/v", Transient, "não respondeu"),
    ],
)
def test_who_is_not_let_in_reads_why(
    change: Callable[[str], str], kind: type[Exception], word: str, rabbit: RabbitServer, configure: Configure
) -> None:
    configure(core__broker_url=change(rabbit.url))
    with pytest.raises(kind, match=rf"RabbitMQ de core\.broker_url.*{word}") as refused:
        by_supervisor()
    assert SECRET not in str(refused.value)
    assert not ready.broker()
    assert told()["broker"][0] == FAULT
    assert SECRET not in str(told())


def test_a_node_that_is_away_is_passed_over(rabbit: RabbitServer, configure: Configure) -> None:
    configure(core__broker_url=rabbit.url.replace("@", f"@127.0.0.1:{free_port()},"))
    celery_app.refresh()
    by_supervisor()
    messages.send("questor.enviar_bloco", [1])
    assert (queue_lengths.lengths() or {})["questor"] == 1


def test_a_certificate_is_verified_by_every_part(rabbit: RabbitServer, configure: Configure, tmp_path) -> None:  # type: ignore[no-untyped-def]
    with tls_front(tmp_path, rabbit.port) as front:
        url = f"amqps://guest:guest@localhost:{front.port}/%2F"  # pragma: allowlist secret
        configure(core__broker_url=url)
        celery_app.refresh()
        with pytest.raises(Misconfigured, match=r"core\.broker_ca"):
            by_supervisor()
        with pytest.raises(Transient):
            messages.send("questor.enviar_bloco", [1])
        assert front.heard == []
        configure(core__broker_url=url, core__broker_ca=str(front.authority))
        celery_app.refresh()
        by_supervisor()
        messages.send("questor.enviar_bloco", [1])
        assert (queue_lengths.lengths() or {})["questor"] == 1
        assert front.heard


def test_a_rabbitmq_that_falls_silent_is_asked_no_longer_than_told(
    rabbit_broker: str, rabbit: RabbitServer, configure: Configure
) -> None:
    with CuttingProxy(rabbit.port, every=10**6) as network:
        # the word that declares a queue
        network.silent_at = b"\x00\x32\x00\x0a"
        configure(core__broker_url=rabbit_broker.replace(str(rabbit.port), str(network.port)))
        celery_app.refresh()
        assert queue_lengths.lengths() is None
        assert network.fell_silent == 1
        assert queue_lengths.lengths() is not None
