import json
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from conftest import Configure
from standardwebhooks import Webhook
from support.deliveries import SECRET, attempts, change, deliveries, destination, fire, make_due, only, webhook
from support.descriptors import no_descriptors
from support.ports import soon

from core.clock import SYSTEM, FixedClock
from events.delivery.drain import drain
from sandbox import faults
from sandbox.receiver import ReceiverServer
from sandbox.server import refused_address
from storage.models.eventos import Estado

pytestmark = pytest.mark.usefixtures("loopback")


@pytest.fixture
def receiver() -> Iterator[ReceiverServer]:
    with ReceiverServer({"/x": SECRET, "/livre": None}) as running:
        yield running


def test_a_due_event_arrives_signed_and_is_recorded(banco: str, receiver: ReceiverServer) -> None:
    destino = webhook(f"{receiver.url}/x")
    (message_id,) = fire(nome="São João", evento="alerta_aberto")
    report = drain(destino)
    assert (report.feitas, report.entregues, report.mais) == (1, 1, False)
    (request,) = receiver.requests
    assert request.verdict == "ok"
    assert (only().estado, only().tentativas, only().lease_token) == (Estado.ENTREGUE, 1, None)
    (attempt,) = attempts()
    assert (attempt.number, attempt.status_code, attempt.outcome) == (1, 200, "entregue")
    assert attempt.address == f"127.0.0.1:{receiver.port}"
    assert json.loads(attempt.response or "")["status"] == "ok"
    assert request.webhook_id == message_id


@pytest.mark.parametrize("path", ["/x", "/nada"])
def test_a_clock_that_was_ahead_for_a_moment_keeps_no_slot(banco: str, receiver: ReceiverServer, path: str) -> None:
    destino = webhook(f"{receiver.url}{path}")
    fire()
    assert drain(destino, FixedClock(SYSTEM.now() + timedelta(hours=3))).feitas == 1
    fire()
    assert drain(destino).feitas == 1
    assert destination(destino).due_at <= SYSTEM.now()


def test_what_this_machine_lacks_is_no_attempt_and_no_failure_of_the_receiver(
    banco: str, receiver: ReceiverServer, capsys: pytest.CaptureFixture[str]
) -> None:
    destino = webhook(f"{receiver.url}/x")
    change(destino, retry_count=1)
    with ReceiverServer({"/x": SECRET}) as other:
        before = webhook(f"{other.url}/x", nome="outro")
        fire(5)
        assert drain(before).entregues == 5
        with no_descriptors():
            assert drain(destino).feitas == 0
    assert {(one.estado, one.tentativas) for one in deliveries(destino)} == {(Estado.PENDENTE, 0)}
    assert (destination(destino).falhas_seguidas, len(attempts())) == (0, 5)
    assert capsys.readouterr().err.count("no descriptor or memory is left") == 1
    make_due()
    assert drain(destino).entregues == 5


def test_the_official_library_accepts_every_request(sqlite: str, receiver: ReceiverServer) -> None:
    destino = webhook(f"{receiver.url}/x")
    fire(20, nome="ação “entre aspas”")
    drain(destino)
    assert len(receiver.requests) == 20
    for request in receiver.requests:
        Webhook(SECRET).verify(request.body.decode(), {k.lower(): v for k, v in request.headers.items()})


def test_without_secret_there_are_id_and_timestamp_but_no_signature(sqlite: str, receiver: ReceiverServer) -> None:
    destino = webhook(f"{receiver.url}/livre")
    change(destino, secret_key=None)
    fire()
    drain(destino)
    assert receiver.requests[0].verdict == "ok"


def test_a_retry_sends_the_same_bytes_and_id_with_a_new_signature(sqlite: str, receiver: ReceiverServer) -> None:
    receiver.faults.queue(faults.status(500))
    destino = webhook(f"{receiver.url}/x")
    fire()
    drain(destino)
    make_due()
    drain(destino)
    first, second = receiver.requests
    assert (first.body, first.webhook_id) == (second.body, second.webhook_id)
    assert [r.headers["X-Webhook-Attempt"] for r in receiver.requests] == ["1", "2"]
    assert only().estado == Estado.ENTREGUE


LOCATION = "http://127.0.0.1:1/segredo"
OUTCOMES = {
    "redirect": (faults.redirect(LOCATION), "redirecionado", 302, 5, False),
    "404": (faults.status(404), "falhou", 404, 5, False),
    "401": (faults.status(401), "falhou", 401, 5, False),
    "429": (faults.status(429), "ocupado", 429, 60, True),
    "429 e Retry-After": (faults.status(429, headers={"Retry-After": "120"}), "ocupado", 429, 120, True),
    "500": (faults.status(500), "falhou", 500, 5, False),
    "503 e Retry-After": (faults.status(503, headers={"Retry-After": "30.5"}), "falhou", 503, 30.5, True),
    "503": (faults.status(503), "falhou", 503, 5, True),
    "silêncio": (faults.silent(), "sobrecarga", 0, 60, True),
    "cabeçalho que goteja": (faults.drip_head(), "sobrecarga", 0, 60, True),
    "reset": (faults.reset(), "falhou", 0, 5, False),
    "fecha sem responder": (faults.close_early(b""), "falhou", 0, 5, False),
    "não é HTTP": (faults.garbage(), "falhou", 0, 5, False),
}


@pytest.mark.parametrize("case", OUTCOMES.values(), ids=OUTCOMES)
def test_a_failure_is_recorded_and_due_again_on_schedule(
    sqlite: str, receiver: ReceiverServer, case: tuple[faults.Fault, str, int, float, bool]
) -> None:
    fault, outcome, status, wait, slow = case
    receiver.faults.always(fault)
    destino = webhook(f"{receiver.url}/x")
    # a short time for those alone that never answer
    change(destino, timeout=1.0 if outcome == "sobrecarga" else 60.0)
    fire()
    began = SYSTEM.now()
    drain(destino)
    ended = SYSTEM.now()
    (attempt,) = attempts()
    assert (attempt.outcome, attempt.status_code) == (outcome, status)
    assert only().estado == Estado.PENDENTE
    low, high = (1.0, 1.2) if wait != 5 else (0.8, 1.2)
    assert (only().due_at - began).total_seconds() >= wait * low
    assert (only().due_at - ended).total_seconds() <= wait * high
    assert destination(destino).lento is slow
    assert len(receiver.requests) == 1


SUCCESSES = {
    "200": faults.status(200),
    "204": faults.status(204),
    "corpo que goteja": faults.drip(),
    "corpo enorme": faults.huge(),
    "corpo cortado": faults.close_early(),
    "bomba": faults.bomb(),
    "página": faults.html(),
}


@pytest.mark.parametrize("fault", SUCCESSES.values(), ids=SUCCESSES)
def test_a_success_is_its_headers_whatever_the_body(sqlite: str, receiver: ReceiverServer, fault: faults.Fault) -> None:
    receiver.faults.queue(fault)
    destino = webhook(f"{receiver.url}/x")
    fire()
    with soon():
        drain(destino)
    assert only().estado == Estado.ENTREGUE
    assert len((attempts()[0].response or "").encode()) <= 2 * 1024


def test_a_dripping_failure_ends_with_the_total_deadline(sqlite: str, receiver: ReceiverServer) -> None:
    receiver.faults.queue(faults.drip_head(every_ms=10))
    destino = webhook(f"{receiver.url}/x")
    change(destino, timeout=1.0)
    fire()
    with soon():
        drain(destino)


def test_an_answer_is_kept_short_as_text_with_a_mark(sqlite: str, receiver: ReceiverServer) -> None:
    receiver.faults.queue(faults.status(500, b"\xff\x00" + b"a" * 10_000))
    destino = webhook(f"{receiver.url}/x")
    fire()
    drain(destino)
    response = attempts()[0].response or ""
    assert response.startswith("\ufffd\ufffdaaa")
    assert response.endswith("[cortado]")


def test_gone_switches_the_destination_off_and_tells_the_operator_elsewhere(
    banco: str, receiver: ReceiverServer
) -> None:
    receiver.faults.always(faults.status(410), key="/x")
    gone = webhook(f"{receiver.url}/x", "alerta_aberto", "destino_desligado", nome="sumido")
    other = webhook(f"{receiver.url}/livre", "destino_desligado")
    fire(30)
    drain(gone)
    assert destination(gone).desligado_em is not None
    states = [row.estado for row in deliveries(gone)]
    assert set(states) <= {Estado.ESGOTADO, Estado.RETIDO}
    assert len(deliveries(other)) == 1
    assert not drain(gone).feitas


def test_a_refused_address_is_blocked_without_a_request_or_a_retry(
    sqlite: str, receiver: ReceiverServer, configure: Configure
) -> None:
    configure(deliveries__allow_networks="[]")
    destino = webhook(f"{receiver.url}/x")
    fire()
    drain(destino)
    assert (only().estado, only().tentativas) == (Estado.BLOQUEADO, 0)
    assert not receiver.requests
    assert "não permitido" in (only().last_error or "")


def test_a_refused_scheme_is_blocked(sqlite: str, receiver: ReceiverServer, configure: Configure) -> None:
    configure(deliveries__allow_http="false")
    destino = webhook(f"{receiver.url}/x")
    fire()
    drain(destino)
    assert only().estado == Estado.BLOQUEADO
    assert not receiver.requests


def test_a_refused_connection_and_an_unknown_name_are_told_alike(sqlite: str) -> None:
    with refused_address() as closed:
        destinos = [webhook(f"{closed}/x"), webhook("http://nome-que-nao-existe.invalid/x")]
        fire()
        for destino in destinos:
            drain(destino)
    assert {row.last_error for row in deliveries()} == {"não foi possível conectar"}


def test_the_last_attempt_exhausts_the_row_and_tells_the_operator(sqlite: str, receiver: ReceiverServer) -> None:
    receiver.faults.always(faults.status(500), key="/x")
    destino = webhook(f"{receiver.url}/x", "alerta_aberto", "entrega_esgotada")
    other = webhook(f"{receiver.url}/livre", "entrega_esgotada")
    change(destino, retry_count=2)
    fire()
    for _ in range(3):
        make_due()
        drain(destino)
    (row,) = deliveries(destino)
    assert (row.estado, row.tentativas) == (Estado.ESGOTADO, 2)
    assert len(deliveries(other)) == 1
    assert (destination(destino).total_execucoes, destination(destino).total_erros) == (1, 1)


def test_a_success_brings_a_destination_back_from_the_slow_queue(sqlite: str, receiver: ReceiverServer) -> None:
    destino = webhook(f"{receiver.url}/x")
    change(destino, lento=True)
    fire()
    drain(destino)
    assert destination(destino).lento is False


def test_only_one_drain_holds_a_destination(banco: str, receiver: ReceiverServer) -> None:
    destino = webhook(f"{receiver.url}/x")
    fire(20)
    receiver.faults.always(faults.slow(0.3))
    rival: list[bool] = []
    seen = threading.Thread(
        target=lambda: receiver.wait_for(lambda: receiver.requests) and rival.append(_busy(destino))
    )
    seen.start()
    drain(destino)
    seen.join()
    assert rival == [True]
    assert receiver.repeats == {}
    assert len(receiver.ids) == 20


def _busy(destino: int) -> bool:
    return drain(destino).ocupado


def test_a_large_backlog_is_left_to_the_next_drain(sqlite: str, receiver: ReceiverServer) -> None:
    destino = webhook(f"{receiver.url}/x")
    fire(620)
    first = drain(destino)
    assert first.mais
    assert first.feitas == 500
    assert drain(destino).feitas == 120
    assert receiver.repeats == {}


def test_what_was_not_sent_in_time_goes_back_unchanged(
    sqlite: str, receiver: ReceiverServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("events.delivery.drain.BUDGET_SECONDS", 0.5)
    receiver.faults.always(faults.slow(0.4))
    destino = webhook(f"{receiver.url}/x")
    fire(60)
    report = drain(destino)
    assert 0 < report.feitas < 60
    assert report.mais
    left = [row for row in deliveries() if row.estado == Estado.PENDENTE]
    assert len(left) == 60 - report.feitas
    assert all(row.tentativas == 0 and row.lease_token is None for row in left)


def test_a_fault_of_our_own_is_no_attempt(sqlite: str, receiver: ReceiverServer) -> None:
    destino = webhook(f"{receiver.url}/x")
    change(destino, headers_customizados="isto não é JSON")
    fire()
    with pytest.raises(ValueError, match="Expecting value"):
        drain(destino)
    assert (only().estado, only().tentativas, only().lease_token) == (Estado.PENDENTE, 0, None)
    assert attempts() == []


def test_custom_headers_are_sent_but_replace_none_of_ours(sqlite: str, receiver: ReceiverServer) -> None:
    receiver.expect("/x", SECRET, {"X-Loja": "12"})
    destino = webhook(f"{receiver.url}/x")
    change(destino, headers_customizados=json.dumps({"X-Loja": "12", "Webhook-Id": "falso", "Content-Type": "x"}))
    fire()
    drain(destino)
    assert receiver.requests[0].verdict == "ok"


def test_a_claim_of_a_dead_process_is_swept_up(banco: str, receiver: ReceiverServer) -> None:
    from claims.holder import host
    from events.delivery.rows import ROWS, SLOTS
    from events.delivery.sweep import sweep
    from storage.session import transaction

    destino = webhook(f"{receiver.url}/x")
    fire(3)
    dead = f"{host()}|999999999|1|morto"
    with transaction() as db:
        ROWS.on(db).claim(2, SYSTEM.now(), 3600, dead)
        SLOTS.on(db).claim(1, SYSTEM.now(), 3600, dead)
    assert sweep() == [(destino, "entregas.drenar")]
    drain(destino)
    assert {row.estado for row in deliveries()} == {Estado.ENTREGUE}


def test_the_sweep_names_only_destinations_with_due_rows_the_longest_unserved_first(
    banco: str, receiver: ReceiverServer
) -> None:
    from events.delivery.sweep import sweep

    first, second, idle = (webhook(f"{receiver.url}/x") for _ in range(3))
    off = webhook(f"{receiver.url}/x")
    fire()
    change(first, servido_em=SYSTEM.now())
    change(second, servido_em=SYSTEM.now() - timedelta(hours=1), lento=True)
    change(off, ativo=False)
    drain(idle)
    assert sweep() == [(second, "entregas.drenar_lentas"), (first, "entregas.drenar")]
