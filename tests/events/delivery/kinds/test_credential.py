"""One credential that many topics share: refused once, it is used by none of them any more."""

from collections.abc import Iterator

import pytest
from support.deliveries import attempts, change, deliveries, destination, fire, seal
from support.deliveries import ntfy as destino_ntfy

from claims.pump import Pace, Pump
from core import loop
from core.clock import SYSTEM
from events.delivery.engine import Engine
from sandbox import faults
from sandbox.ntfy import NtfyServer
from sandbox.ntfy.access import Accounts
from storage.models.eventos import Estado

GOOD, BAD = "tk_" + "c" * 29, "tk_" + "e" * 29
TOPICS = 45


@pytest.fixture
def server(loopback: None) -> Iterator[NtfyServer]:
    accounts = Accounts(users={"ana": "senha-de-teste"}, tokens={GOOD: "ana"})  # pragma: allowlist secret
    with NtfyServer(accounts, burst=1000) as running:
        yield running


def run() -> None:
    """Serve every destination that is owed something, in one run."""
    work = Engine(None, SYSTEM)
    work.hints.everything = True

    async def whole() -> None:
        await Pump(work, Pace(gather=0.0, most=20)).run()

    loop.run(whole())


def topics(server: NtfyServer, segredo: str | None) -> list[int]:
    return [destino_ntfy(server.url, f"loja-{n}", segredo=segredo, nome=f"loja-{n}") for n in range(TOPICS)]


def test_a_refused_token_is_tried_once_whatever_topics_it_is_for(banco: str, server: NtfyServer) -> None:
    refused, good = topics(server, BAD), destino_ntfy(server.url, "central", segredo=GOOD, nome="central")
    fire()
    run()
    run()
    assert sorted(attempt.status_code or 0 for attempt in attempts()) == [200, 401]
    assert all(destination(number).desligado_em for number in refused)
    assert {row.estado for number in refused for row in deliveries(number)} == {Estado.RETIDO}
    assert destination(good).desligado_em is None
    assert [row.estado for row in deliveries(good)] == [Estado.ENTREGUE]


def test_one_whose_token_no_key_opens_hides_no_refusal_from_the_others(banco: str, server: NtfyServer) -> None:
    first, *others = topics(server, BAD)
    fire()
    seal(first)
    run()
    assert [attempt.status_code for attempt in attempts()] == [401]
    assert all(destination(number).desligado_em for number in others)
    assert {row.estado for row in deliveries(first)} == {Estado.PENDENTE}


def test_a_server_that_fails_first_has_not_accepted_the_token(banco: str, server: NtfyServer) -> None:
    refused = topics(server, BAD)
    server.faults.queue(faults.status(500))
    fire()
    run()
    assert sorted(attempt.status_code or 0 for attempt in attempts()) == [401, 500]
    assert all(destination(number).desligado_em for number in refused)


def test_a_token_that_is_accepted_serves_all_its_topics(banco: str, server: NtfyServer) -> None:
    topics(server, GOOD)
    fire()
    run()
    assert {row.estado for row in deliveries()} == {Estado.ENTREGUE}
    assert len(attempts()) == TOPICS


def test_a_topic_that_is_forbidden_stops_no_other_one(banco: str, server: NtfyServer) -> None:
    forbidden, other = (destino_ntfy(server.url, name, segredo=GOOD, nome=name) for name in ("um", "dois"))
    change(other, ultima_execucao=SYSTEM.now())
    server.faults.queue(faults.status(403, '{"code": 40301, "http": 403, "error": "forbidden"}'))
    fire()
    run()
    run()
    assert sorted(attempt.status_code or 0 for attempt in attempts()) == [200, 403]
    assert [bool(destination(number).desligado_em) for number in (forbidden, other)].count(True) == 1


def test_topics_without_a_credential_are_judged_one_by_one(banco: str, server: NtfyServer) -> None:
    first, second = (destino_ntfy(server.url, name, nome=name) for name in ("um", "dois"))
    server.faults.queue(faults.status(401, '{"code": 40101, "http": 401, "error": "unauthorized"}'))
    fire()
    run()
    assert [bool(destination(number).desligado_em) for number in (first, second)].count(True) == 1
    assert sorted(row.estado for row in deliveries()) == sorted([Estado.RETIDO, Estado.ENTREGUE])
