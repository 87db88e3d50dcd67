"""An exchange as a destination, on a real RabbitMQ: nothing is delivered that no queue has confirmed."""

import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import amqp
import pytest
from support.deliveries import attempts, change, deliveries, destination, fire, make_due, only
from support.ports import wait_until
from support.rabbitmq import RabbitServer
from support.tls import tls_front

from cli.main import main
from core.clock import SYSTEM
from core.settings.deliveries import DeliverySettings
from events.delivery import kind, sign
from events.delivery.address import Judge
from events.delivery.drain import drain
from events.delivery.outcome import DELIVERED
from events.delivery.rabbitmq import options, sender
from events.delivery.rabbitmq.link import Link
from events.delivery.rabbitmq.message import Publication
from events.delivery.rabbitmq.outcomes import NACKED, UNROUTABLE
from flows.destinos.creating import NewDestination, create
from storage.models.eventos import Estado

EXCHANGE = "fiscal"
LIMITED = {"x-max-length": 1, "x-overflow": "reject-publish"}


@dataclass
class Fila:
    """A queue bound to the exchange, read as a consumer would."""

    server: RabbitServer
    name: str = "entrada"

    def bind(self, key: str = "#", **arguments: Any) -> None:
        with self.server.connected() as connection, connection.channel() as channel:
            channel.exchange_declare(EXCHANGE, "topic", durable=True, auto_delete=False)
            channel.queue_delete(self.name)
            channel.queue_declare(self.name, durable=True, auto_delete=False, arguments=arguments or None)
            channel.queue_bind(self.name, EXCHANGE, key)

    def messages(self) -> list[amqp.Message]:
        found = []
        with self.server.connected() as connection, connection.channel() as channel:
            while (message := channel.basic_get(self.name, no_ack=True)) is not None:
                found.append(message)
        return found

    def remove(self) -> None:
        with self.server.connected() as connection, connection.channel() as channel:
            channel.queue_delete(self.name)
            channel.exchange_delete(EXCHANGE)


@pytest.fixture
def fila(sqlite: str, loopback: None, rabbit: RabbitServer) -> Iterator[Fila]:
    made = Fila(rabbit)
    made.bind()
    yield made
    kind.close()
    if rabbit.answers():
        made.remove()


def rabbitmq(server: RabbitServer, *, url: str = "", nome: str = "fila", **opcoes: str) -> int:
    said = {"usuario": "guest", "senha": "guest", "exchange": EXCHANGE} | opcoes  # pragma: allowlist secret
    place = url or f"amqp://127.0.0.1:{server.port}"
    return create(NewDestination("rabbitmq", nome, place, ["alerta_aberto"], opcoes=said)).destino.id


def test_a_message_is_the_event_signed_kept_on_disk_and_confirmed(fila: Fila) -> None:
    number = rabbitmq(fila.server, routing_key="aviso.{evento}.{dados.uf}")
    (message_id,) = fire(uf="S.P")
    drain(number)
    assert only().estado == Estado.ENTREGUE
    (message,) = fila.messages()
    owed = destination(number)
    assert message.delivery_info["routing_key"] == "aviso.alerta_aberto.S_P"
    told = message.properties
    assert (told["message_id"], told["type"], told["delivery_mode"]) == (message_id, "alerta_aberto", 2)
    assert (told["content_type"], told["app_id"]) == ("application/json", "esteira")
    headers = told["application_headers"]
    assert (headers["webhook-id"], headers["X-Webhook-Attempt"]) == (message_id, "1")
    body = message.body.encode() if isinstance(message.body, str) else bytes(message.body)
    signed = sign.signature(owed.secret_key or "", message_id, int(headers["webhook-timestamp"]), body)
    assert headers["webhook-signature"] == signed
    assert json.loads(body)["dados"]["uf"] == "S.P"
    (one,) = attempts()
    assert (one.outcome, one.address, one.response) == (
        "entregue",
        f"127.0.0.1:{fila.server.port}",
        "confirmada pelo RabbitMQ",
    )


def test_many_go_over_one_kept_connection(fila: Fila) -> None:
    number = rabbitmq(fila.server)
    fire(200)
    drain(number)
    line = next(iter(sender.of_process()._lines.values()))
    first = line._link._connection
    assert first is not None
    ids = fire(50)
    drain(number)
    assert line._link._connection is first
    assert {row.estado for row in deliveries()} == {Estado.ENTREGUE}
    found = [message.properties["message_id"] for message in fila.messages()]
    assert len(found) == len(set(found)) == 250
    assert set(ids) < set(found)


def test_what_no_queue_takes_is_not_delivered_and_goes_once_one_does(fila: Fila) -> None:
    number = rabbitmq(fila.server, routing_key="{dados.para}")
    fila.bind("conhecida")
    fire(para="perdida")
    fire(para="conhecida")
    drain(number)
    lost, arrived = deliveries()
    assert (lost.estado, arrived.estado) == (Estado.PENDENTE, Estado.ENTREGUE)
    assert sorted((one.status_code or 0, one.error) for one in attempts()) == [
        (0, None),
        (312, "nenhuma fila do RabbitMQ recebe esta routing_key"),
    ]
    fila.bind("*")
    make_due()
    drain(number)
    assert [row.estado for row in deliveries()] == [Estado.ENTREGUE] * 2
    headers = [message.properties["application_headers"] for message in fila.messages()]
    assert [one["X-Webhook-Attempt"] for one in headers] == ["2"]


def test_one_event_on_two_keys_of_an_exchange_is_settled_for_each(fila: Fila) -> None:
    """Destinations of one exchange share a connection, and their messages have the same number: the event's."""
    fila.bind("aceita", **LIMITED)
    exchange = options.exchange_of(destination(rabbitmq(fila.server)))
    link = Link(exchange, Judge.of(DeliverySettings.current()), 10.0)
    keys, ends = ("ninguem", "aceita", "aceita", "ninguem"), time.monotonic() + 30
    found = link.publish([Publication(amqp.Message(b"{}", message_id="msg_1"), key, ends) for key in keys])
    link.close()
    assert [one.outcome for one in found] == [UNROUTABLE, DELIVERED, NACKED, UNROUTABLE]
    assert len(fila.messages()) == 1


def test_a_queue_that_is_full_refuses_and_nothing_is_lost(fila: Fila) -> None:
    fila.bind(**LIMITED)
    number = rabbitmq(fila.server)
    ids = set(fire(6))
    drain(number)
    waiting = [row for row in deliveries() if row.estado == Estado.PENDENTE]
    assert len(waiting) >= 4
    assert any("a fila está cheia" in (one.error or "") for one in attempts())
    found = fila.messages()
    fila.bind()
    change(number, circuito_espera=0, falhas_seguidas=0)
    make_due()
    drain(number)
    assert {row.estado for row in deliveries()} == {Estado.ENTREGUE}
    # what was confirmed, and what was not and went again
    assert {one.properties["message_id"] for one in [*found, *fila.messages()]} == ids


@pytest.mark.parametrize(
    ("opcoes", "path", "part"),
    [({"senha": "errada"}, "", "recusou o usuário ou a senha"), ({}, "/outro", "o vhost não existe")],
)
def test_an_account_that_is_refused_stops_its_destinations_and_keeps_their_events(
    fila: Fila, opcoes: dict[str, str], path: str, part: str, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"amqp://127.0.0.1:{fila.server.port}{path}"
    number = rabbitmq(fila.server, url=url, **opcoes)
    fire(3)
    drain(number)
    assert part in (destination(number).desligado_motivo or "")
    assert {row.estado for row in deliveries()} == {Estado.RETIDO}
    main(["destinos", "mostrar", "fila"])
    main(["diagnostico", "--json"])
    out, err = capsys.readouterr()
    assert part in out
    assert "errada" not in out + err
    # put right, what was kept goes out
    main(["destinos", "alterar", "fila", "--url", f"amqp://127.0.0.1:{fila.server.port}", "--opcao", "senha=guest"])
    main(["destinos", "retomar", "fila"])
    drain(number)
    assert {row.estado for row in deliveries()} == {Estado.ENTREGUE}
    assert len(fila.messages()) == 3


def test_an_exchange_that_is_not_there_or_takes_nothing_is_told_and_tried_again(fila: Fila) -> None:
    # the broker's own, which nobody else may publish to
    number = rabbitmq(fila.server, exchange="falta")
    closed = rabbitmq(fila.server, exchange="amq.rabbitmq.trace", nome="fechado")
    fire()
    drain(number)
    drain(closed)
    told = {one.status_code: one.error for one in attempts()}
    assert "não existe" in (told[404] or "")
    assert "não pode publicar" in (told[403] or "")
    assert {row.estado for row in deliveries()} == {Estado.PENDENTE}
    assert destination(number).desligado_em is None


@pytest.mark.slow
def test_a_broker_that_is_killed_in_mid_send_loses_nothing(fila: Fila) -> None:
    number = rabbitmq(fila.server)
    ids = set(fire())
    drain(number)
    change(number, timeout=1.0)
    ids |= set(fire(8))
    with frozen(fila.server):
        drain(number)
    assert Estado.PENDENTE in {row.estado for row in deliveries()}
    fila.server.kill()
    ids |= set(fire(2))
    make_due()
    drain(number)
    before = [row.estado for row in deliveries()]
    assert before[0] == Estado.ENTREGUE
    assert before[-1] == Estado.PENDENTE
    fila.server.start()
    settle(number)
    assert {row.estado for row in deliveries()} == {Estado.ENTREGUE}
    # what was on its way may have come twice, by the same id
    assert {message.properties["message_id"] for message in fila.messages()} == ids


def settle(number: int) -> None:
    """Deliver what is left, as time would."""

    def settled() -> bool:
        change(number, circuito_espera=0, falhas_seguidas=0, timeout=15.0, due_at=SYSTEM.now())
        make_due()
        drain(number)
        return {row.estado for row in deliveries()} == {Estado.ENTREGUE}

    wait_until(settled)


@contextmanager
def frozen(server: RabbitServer) -> Iterator[None]:
    """Let the node stand still: it takes connections and says nothing."""
    pid = int((server.folder / "pid").read_text())
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def test_a_connection_that_went_while_nothing_was_sent_costs_no_attempt(fila: Fila) -> None:
    number = rabbitmq(fila.server)
    fire()
    drain(number)
    fila.server.control("close_all_connections", "ronda")
    fire()
    drain(number)
    assert [one.outcome for one in attempts()] == ["entregue", "entregue"]


@pytest.mark.slow
def test_an_alarm_of_memory_is_waited_for(fila: Fila) -> None:
    number = rabbitmq(fila.server)
    fila.server.control("set_vm_memory_high_watermark", "absolute", "1")
    try:
        ids = set(fire(3))
        drain(number)
        assert {row.estado for row in deliveries()} == {Estado.PENDENTE}
        assert {one.error for one in attempts()} == {"o RabbitMQ não aceita publicações: falta memória ou disco nele"}
        assert destination(number).lento
    finally:
        fila.server.control("set_vm_memory_high_watermark", "0.6")
    settle(number)
    assert {row.estado for row in deliveries()} == {Estado.ENTREGUE}
    assert {message.properties["message_id"] for message in fila.messages()} == ids


def test_tls_is_verified_by_the_authority_that_is_said(fila: Fila, tmp_path: Path) -> None:
    with tls_front(tmp_path, fila.server.port) as front:
        said = {"ca": front.authority.read_text()}
        good = rabbitmq(fila.server, url=f"amqps://localhost:{front.port}", nome="bom", **said)
        strange = rabbitmq(fila.server, url=f"amqps://localhost:{front.port}", nome="outra autoridade")
        other = rabbitmq(fila.server, url=f"amqps://127.0.0.1:{front.port}", nome="outro nome", **said)
        fire()
        for number in (good, strange, other):
            drain(number)
        kind.close()
    assert [deliveries(number)[0].estado for number in (good, strange, other)] == [
        Estado.ENTREGUE,
        Estado.PENDENTE,
        Estado.PENDENTE,
    ]
    assert sorted(one.error or "" for one in attempts())[1:] == ["o certificado TLS não foi aceito"] * 2
    assert len(fila.messages()) == 1


def test_from_the_command_line_to_a_consumer(fila: Fila, capsys: pytest.CaptureFixture[str]) -> None:
    typed = ["--nome", "central", "--url", f"amqp://127.0.0.1:{fila.server.port}", "--eventos", "alerta_aberto"]
    typed += ["--opcao", "usuario=guest", "--opcao", "senha=guest", "--opcao", f"exchange={EXCHANGE}", "--json"]
    assert main(["destinos", "criar", "--tipo", "rabbitmq", *typed]) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["detalhes"]["exchange"] == EXCHANGE
    assert "senha" not in made["detalhes"]
    assert made["segredo"].startswith("whsec_")
    assert main(["destinos", "testar", "central"]) == 0
    (message,) = fila.messages()
    assert message.properties["type"] == "teste"
    assert main(["destinos", "trocar-segredo", "central", "--json"]) == 0
    fire()
    drain(made["id"])
    (signed,) = fila.messages()
    assert len(signed.properties["application_headers"]["webhook-signature"].split()) == 2
