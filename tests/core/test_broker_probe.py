"""What a real RabbitMQ or Redis says when it is asked, and what an operator reads when something is wrong with it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from conftest import Configure
from support.cutting import CuttingProxy
from support.ports import free_port, soon, wait_until
from support.rabbitmq import RabbitServer
from support.redis import RedisServer
from support.tls import tls_front

from core import celery_app, messages, queue_lengths
from core.broker_address import broker_address
from core.broker_probe import ALARM, NO_COPY, NO_MEMORY, REPLICA, look
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


def test_a_rabbitmq_with_no_connection_left_refuses_no_login_and_is_waited_for(
    rabbit_broker: str, rabbit: RabbitServer
) -> None:
    rabbit.control("set_vhost_limits", "-p", "/", '{"max-connections": 0}')
    try:
        with pytest.raises(Transient, match=r"RabbitMQ de core\.broker_url .*recusa conexões agora"):
            by_supervisor()
        assert told()["broker"][0] == FAULT
    finally:
        rabbit.control("clear_vhost_limits", "-p", "/")
    by_supervisor()


@pytest.fixture
def own_redis(tmp_path: Path, configure: Configure) -> Iterator[RedisServer]:
    """A Redis for this test alone, configured as broker."""
    with RedisServer(tmp_path) as running:
        configure(core__redis_url=running.url)
        celery_app.refresh()
        yield running
    celery_app.refresh()


def worries() -> tuple[str, ...]:
    address = broker_address()
    assert address is not None
    return look(address, 5, []).worries


def test_a_redis_that_cannot_write_its_disk_refuses_no_login_and_is_waited_for(own_redis: RedisServer) -> None:
    # over a folder nothing can be renamed
    taken = own_redis.folder / "dump.rdb"
    taken.mkdir()
    with redis.Redis(port=own_redis.port) as client:
        assert worries() == ()
        client.bgsave()
        wait_until(lambda: client.info()["rdb_last_bgsave_status"] == "err")
        assert worries() == (NO_COPY,)
        client.config_set("save", "3600 1")
        with pytest.raises(Transient, match=r"Redis de core\.redis_url .*não consegue gravar no disco dele"):
            by_supervisor()
        assert not ready.broker()
        assert queue_lengths.lengths() is not None
        situacao, detalhe = told()["broker"]
        assert (situacao, "não consegue gravar no disco dele" in detalhe) == (FAULT, True)
        taken.rmdir()
        client.bgsave()
        wait_until(lambda: client.info()["rdb_last_bgsave_status"] == "ok")
    by_supervisor()
    assert ready.broker()


def test_a_redis_that_takes_no_messages_is_told_and_no_worker_is_asked_through_it(own_redis: RedisServer) -> None:
    with redis.Redis(port=own_redis.port) as client:
        client.config_set("maxmemory", "1")
        assert told()["broker"] == (WARNING, NO_MEMORY)
        assert "não perguntei" in told()["workers"][1]
        client.config_set("maxmemory", "0")
        assert worries() == ()
        client.slaveof("127.0.0.1", str(free_port()))
        assert worries() == (REPLICA,)


def test_a_number_of_a_database_that_there_is_not_is_a_matter_of_configuration(
    own_redis: RedisServer, configure: Configure
) -> None:
    configure(core__redis_url=f"redis://127.0.0.1:{own_redis.port}/9999")
    with pytest.raises(Misconfigured, match="recusou o usuário, a senha ou o número do banco"):
        by_supervisor()
    assert "número do banco" in told()["broker"][1]
