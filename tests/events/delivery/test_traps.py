"""What breaks a naive pump for many destinations: each of these did, somewhere."""

import sqlite3
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import insert, update
from support.deliveries import SECRET, attempts, deliveries, destination, fire, owned, webhook
from support.ports import slowness, wait_until

from core import loop
from core.clock import SYSTEM
from events import disparar_webhook
from events.delivery import engine, pumps
from events.delivery.pumps import Server
from sandbox import faults
from sandbox.receiver import ReceiverServer
from storage.models.destinos import Destino
from storage.models.eventos import Attempt, Delivery, Estado, Event
from storage.session import engine as database
from storage.session import reading, transaction

pytestmark = pytest.mark.usefixtures("loopback")
TASK, EVENT = "entregas.drenar", "nfe_importada"
DEAD_SECONDS = 4.0


@pytest.fixture
def receiver() -> Iterator[ReceiverServer]:
    with ReceiverServer({f"/{n}": SECRET for n in range(40)}) as running:
        yield running
        pumps.end(60)


def tried_before(destinos: list[int]) -> None:
    """Let these have answered well before."""
    with transaction() as db:
        db.execute(update(Destino).where(Destino.id.in_(destinos)).values(ultima_execucao=SYSTEM.now()))


def waits(destinos: list[int]) -> list[float]:
    """Return the seconds from each event to its first attempt."""
    with reading() as db:
        rows = db.query(Delivery.created_at, Attempt.started_at).join(Attempt, Attempt.delivery_id == Delivery.id)
        return [(began - made).total_seconds() for made, began in rows.filter(Delivery.destino_id.in_(destinos))]


def test_an_open_import_over_all_destinations_delays_nobody_elses_events(
    postgres: str, receiver: ReceiverServer
) -> None:
    destinos = [webhook(f"{receiver.url}/{n}", nome=f"d{n}") for n in range(10)]
    with database().connect() as importing, importing.begin():
        now = SYSTEM.now()
        event = {"message_id": "msg_importacao", "nome": "alerta_aberto", "occurred_at": now, "corpo": b"{}"}
        number = importing.execute(insert(Event).returning(Event.id), event).scalar_one()
        owed = {"event_id": number, "estado": "pendente", "tentativas": 0, "due_at": now, "created_at": now}
        importing.execute(insert(Delivery), [{**owed, "destino_id": destino} for destino in destinos])
        for _ in range(5):
            fire()
            pumps.hint(TASK, destinos)
            wait_until(lambda: {row.estado for row in deliveries()} == {Estado.ENTREGUE})
    assert len(receiver.requests) == 50
    assert all(row.lease_token is None for row in deliveries())


def test_a_locked_database_turns_no_answer_into_a_time_out(sqlite: str, receiver: ReceiverServer) -> None:
    destinos = [webhook(f"{receiver.url}/{n}", nome=f"d{n}") for n in range(25)]
    with transaction() as db:
        db.execute(update(Destino).values(timeout=DEAD_SECONDS))
    receiver.faults.always(faults.slow(0.3))
    fire(2)
    pumps.hint(TASK, destinos)
    assert receiver.wait_for(lambda: len(receiver.requests) == 50)
    rival = sqlite3.connect(sqlite.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False)
    rival.execute("BEGIN IMMEDIATE")
    # Longer than any request may take: whoever waited for the database would be too late.
    time.sleep(6)
    rival.execute("ROLLBACK")
    rival.close()
    loop.finish(60)
    assert {row.estado for row in deliveries()} == {Estado.ENTREGUE}
    assert {attempt.outcome for attempt in attempts()} == {"entregue"}
    assert len(receiver.requests) == 50
    assert receiver.repeats == {} or set(receiver.repeats.values()) == {25}


def test_the_dead_and_a_crowded_tenant_keep_the_good_from_nothing(banco: str, receiver: ReceiverServer) -> None:
    receiver.faults.always(faults.silent(), key="/0")
    dead = [webhook(f"{receiver.url}/0", EVENT, nome=f"morto-{n}") for n in range(40)]
    crowd = [webhook(f"{receiver.url}/1", EVENT, nome=f"multidao-{n}") for n in range(60)]
    good = [webhook(f"{receiver.url}/{n + 2}", "cte_importado", nome=f"bom-{n}") for n in range(20)]
    tried_before(good)
    with transaction() as db:
        db.execute(update(Destino).where(Destino.id.in_(dead)).values(timeout=4.0))
    users = [owned(number, f"u{n}") for n, number in enumerate(good)]
    tenant = owned(crowd[0], "cheio")
    with transaction() as db:
        db.execute(update(Destino).where(Destino.id.in_(crowd)).values(usuario_id=tenant))
    for _ in range(6):
        disparar_webhook(EVENT, {})
        disparar_webhook(EVENT, {}, usuario=tenant)
    began = time.monotonic()
    pumps.hint(TASK, [*dead, *crowd])
    assert receiver.wait_for(lambda: sum(request.path == "/0" for request in receiver.requests) >= 40)
    for user, number in zip(users, good, strict=True):
        disparar_webhook("cte_importado", {}, usuario=user)
        pumps.hint(TASK, [number])
    wait_until(lambda: all({row.estado for row in deliveries(one)} == {Estado.ENTREGUE} for one in good))
    assert max(waits(good)) < 5 * slowness()
    # whose time is over makes room for another
    tried = sum(request.path == "/0" for request in receiver.requests)
    rounds = 1 + int((time.monotonic() - began) / DEAD_SECONDS)
    assert tried <= rounds * engine.AT_ONCE_SUSPECT
    assert tried <= 2 * len(dead)


def test_a_stolen_slot_costs_only_its_own_destination_its_word(banco: str, receiver: ReceiverServer) -> None:
    destinos = [webhook(f"{receiver.url}/{n}", nome=f"d{n}") for n in range(20)]
    receiver.faults.always(faults.slow(0.8))
    fire()
    server = Server(TASK)
    server.hint(destinos)
    assert receiver.wait_for(lambda: len(receiver.requests) == 20)
    stolen, others = destinos[7], [one for one in destinos if one != destinos[7]]
    with transaction() as db:
        db.execute(update(Destino).where(Destino.id == stolen).values(lease_token="ladrao"))
    wait_until(lambda: {row.estado for row in deliveries()} == {Estado.ENTREGUE})
    server.stop()
    loop.finish(60)
    assert destination(stolen).lease_token == "ladrao"
    assert (destination(stolen).total_execucoes, destination(stolen).ultima_execucao) == (0, None)
    for one in others:
        assert (destination(one).total_execucoes, destination(one).lease_token) == (1, None)
    assert len(receiver.requests) == 20


def test_a_stolen_row_is_not_told_and_nobody_elses_is_touched(banco: str, receiver: ReceiverServer) -> None:
    destinos = [webhook(f"{receiver.url}/{n}", nome=f"d{n}") for n in range(5)]
    receiver.faults.always(faults.slow(0.8))
    fire()
    server = Server(TASK)
    server.hint(destinos)
    assert receiver.wait_for(lambda: len(receiver.requests) == 5)
    with transaction() as db:
        db.execute(update(Delivery).where(Delivery.destino_id == destinos[2]).values(lease_token="ladrao"))
    wait_until(lambda: sum(row.estado == Estado.ENTREGUE for row in deliveries()) == 4)
    server.stop()
    loop.finish(60)
    (row,) = deliveries(destinos[2])
    assert (row.estado, row.lease_token, row.tentativas) == (Estado.ENVIANDO, "ladrao", 0)
    assert destination(destinos[2]).total_execucoes == 0
    assert len(attempts()) == 4
