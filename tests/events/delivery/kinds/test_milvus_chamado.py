"""An alert opens a ticket in Milvus and its recovery comments on it, once each, whatever is lost on the way."""

import asyncio
import json
import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from conftest import Configure
from standard import Standard
from support.deliveries import attempts, change_delivery, deliveries, destination, fire, make_due

from claims import bucket
from claims.pace import SharedPace
from connectors.base.faults import Fault, OutOfMeans, Overloaded, Refused
from connectors.milvus.client import budgets
from core import loop
from core.clock import SYSTEM
from core.errors import UsageError
from core.settings.deliveries import DeliverySettings
from core.settings.milvus import MilvusSettings
from events.delivery.drain import drain
from events.delivery.kind import Made, Message, buckets_of
from events.delivery.kinds.milvus_chamado import KIND, LEAST_SECONDS, SHARE
from events.delivery.milvus import account
from events.delivery.milvus.attempt import attempt, of_fault
from events.delivery.outcome import NO_MEANS, NO_TURN
from flows.destinos.creating import Created, NewDestination, create
from flows.destinos.switching import resume
from flows.destinos.trying import try_out
from flows.destinos.views import destinations
from sandbox import faults
from sandbox.faults import Fault as Broken
from sandbox.faults import after
from sandbox.milvus import MilvusServer
from storage.models.destinos import Destino
from storage.models.eventos import Estado
from storage.session import transaction

TOKEN = "token-de-exemplo-1"  # pragma: allowlist secret
BEGAN = SYSTEM.now() - timedelta(minutes=5)
ALERT = {"fonte": "sat", "objeto": "loja-1", "codigo": "bateria", "aberto_em": BEGAN.isoformat(), "severidade": "aviso"}


@pytest.fixture
def server(loopback: None, sqlite: str, configure: Configure) -> Iterator[MilvusServer]:
    configure(milvus__token=TOKEN, milvus__per_minute="0", milvus__listings_per_minute="0")
    # on a busy machine what is asserted comes from the desk, not from the time
    configure(deliveries__connect_timeout="30", deliveries__total_timeout="30")
    with MilvusServer(TOKEN) as running:
        running.add_cliente("11222333000181", "Padaria")
        running.names = {"mesa_trabalho": {"Suporte"}}
        yield running


def made(server: MilvusServer, segredo: str | None = TOKEN, url: str = "", **opcoes: str) -> Created:
    given = {"cliente": server.clientes[0]["token"], **opcoes}
    new = NewDestination("milvus_chamado", "desk", url or server.url, ["*"], segredo=segredo, opcoes=given)
    return create(new)


def opened(server: MilvusServer, **opcoes: str) -> int:
    return made(server, **opcoes).destino.id


def deliver(destino: int, amount: int = 1) -> None:
    """Let everything be due and go out, so many times."""
    for _ in range(amount):
        make_due()
        drain(destino)


def states() -> list[str]:
    return [row.estado for row in deliveries()]


def comments(server: MilvusServer) -> list[str]:
    return [row["texto"] for rows in server.acompanhamentos.values() for row in rows]


def test_an_alert_opens_a_ticket_and_its_recovery_comments_on_it(server: MilvusServer) -> None:
    destino = opened(server, mesa="Suporte", contato="Plantão")
    fire(**ALERT, mensagem="A bateria está fraca.")
    deliver(destino)
    (ticket,) = server.chamados
    assert (ticket["assunto"], ticket["mesa_trabalho"]) == ("Alerta aberto: loja-1", "Suporte")
    assert ticket["descricao"].startswith("A bateria está fraca.\n\nReferência: esteira/evento/msg_")
    assert server.bodies["chamado/criar"][0]["chamado_contato"] == "Plantão"
    fire(evento="alerta_resolvido", **ALERT, mensagem="Resolvido: a bateria está boa.")
    deliver(destino)
    assert len(server.chamados) == 1
    assert [text.partition("\n")[0] for text in comments(server)] == ["Resolvido: a bateria está boa."]
    assert states() == [Estado.ENTREGUE] * 2
    assert {row.response for row in attempts()} == {f"chamado {ticket['codigo']}"}


def test_what_goes_out_together_or_in_any_order_makes_one_ticket(server: MilvusServer) -> None:
    destino = opened(server)
    fire(1, "alerta_resolvido", **ALERT, mensagem="Resolvido")
    fire(1, **ALERT, mensagem="Agravou", agravado=True)
    fire(1, **ALERT, mensagem="Aberto")
    fire(1, "alerta_lembrete", **ALERT, mensagem="Ainda aberto")
    deliver(destino, 2)
    assert states() == [Estado.ENTREGUE] * 4
    assert len(server.chamados) == 1
    assert len(comments(server)) == 3


def test_a_silent_desk_holds_up_no_other_and_what_finds_no_turn_there_is_not_tried(server: MilvusServer) -> None:
    message = Message("msg_1", "alerta_aberto", b'{"dados": {}}', 1)

    def desk(number: int, url: str, timeout: float) -> Destino:
        opcoes = json.dumps({"cliente": server.clientes[0]["token"]})
        return Destino(id=number, tipo=KIND.tipo, url=url, timeout=timeout, secret_key=TOKEN, opcoes=opcoes)

    async def try_all(silent: socket.socket) -> None:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        waiting = [asyncio.ensure_future(KIND.deliver(desk(n, url, 30), message, SYSTEM.now())) for n in range(SHARE)]
        await asyncio.sleep(0)
        # by then less is left of its time than an attempt needs
        late = await KIND.deliver(desk(SHARE, url, LEAST_SECONDS), message, SYSTEM.now())
        assert (late.outcome, late.outcome.requested) == (NO_TURN, False)
        assert (await KIND.deliver(desk(SHARE + 1, server.url, 30), message, SYSTEM.now())).outcome.delivered
        assert not any(one.done() for one in waiting)
        silent.close()
        assert {one.outcome.delivered for one in await asyncio.gather(*waiting)} == {False}

    with socket.create_server(("127.0.0.1", 0), backlog=2 * SHARE) as silent:
        loop.run(try_all(silent))


def test_what_this_machine_lacks_is_no_attempt() -> None:
    assert of_fault(OutOfMeans()) == NO_MEANS


def test_an_attempt_ends_when_its_time_does_however_long_it_waited(server: MilvusServer) -> None:
    destino, message = destination(opened(server)), Message("msg_1", "alerta_aberto", b'{"dados": {}}', 1)
    outcome, _, _ = attempt(destino, message, time.monotonic())
    assert (outcome.delivered, server.chamados) == (False, [])


def test_other_alerts_and_other_events_have_tickets_of_their_own(server: MilvusServer) -> None:
    destino = opened(server)
    fire(**ALERT)
    fire(**ALERT | {"objeto": "loja-2"})
    fire(**ALERT | {"aberto_em": (BEGAN + timedelta(minutes=1)).isoformat()})
    fire(2, "erro_importacao", mensagem="arquivo ruim")
    deliver(destino)
    assert states() == [Estado.ENTREGUE] * 5
    assert len({row["codigo"] for row in server.chamados}) == 5


@pytest.mark.parametrize(
    "fault",
    [
        after(faults.reset()),
        after(faults.status(504)),
        after(faults.status(500)),
        after(faults.status(200, '"aberto com sucesso"')),
        after(faults.html()),
    ],
    ids=["reset", "504", "500", "a text", "a page"],
)
@pytest.mark.parametrize("capped", [False, True])
def test_a_lost_answer_makes_no_second_ticket_and_no_second_comment(
    server: MilvusServer, fault: Broken, capped: bool
) -> None:
    destino = opened(server)
    if capped:
        for _ in range(7):
            server.add_chamado(server.clientes[0])
        manners = server.quirks.tickets
        manners.cap, manners.sizes = 3, False
    for name, evento in (("criar", "alerta_aberto"), ("acompanhamento/criar", "alerta_resolvido")):
        server.faults.queue(fault, key=f"POST chamado/{name}")
        fire(evento=evento, **ALERT)
        deliver(destino)
        waiting = deliveries()[-1]
        assert waiting.estado == Estado.PENDENTE
        assert waiting.due_at >= SYSTEM.now() + timedelta(seconds=40)
        for row in server.chamados:
            server.close_chamado(row)
        deliver(destino)
    assert states() == [Estado.ENTREGUE] * 2
    assert len([row for row in server.chamados if "Referência" in row["descricao"]]) == 1
    assert len(comments(server)) == 1


def test_a_worker_killed_after_the_answer_makes_no_second_ticket(server: MilvusServer) -> None:
    destino = opened(server)
    fire(**ALERT)
    deliver(destino)
    change_delivery(deliveries()[0].id, estado=Estado.PENDENTE, tentativas=0, finished_at=None)
    deliver(destino)
    assert states() == [Estado.ENTREGUE]
    assert len(server.chamados) == 1
    assert comments(server) == []


def test_a_list_that_is_not_whole_opens_nothing(server: MilvusServer) -> None:
    destino = opened(server)
    fire(**ALERT)
    answer = '{"meta": {"paginate": {"total": "3"}}, "lista": []}'
    server.faults.always(faults.status(200, answer), key="POST chamado/listagem")
    deliver(destino)
    assert "incompleta" in (deliveries()[0].last_error or "")
    assert server.requests["POST chamado/criar"] == 0
    server.faults.clear("POST chamado/listagem")
    deliver(destino)
    assert states() == [Estado.ENTREGUE]


def test_a_recovery_without_a_ticket_waits_for_it_but_not_in_strict_order(server: MilvusServer) -> None:
    destino = opened(server)
    fire(evento="alerta_resolvido", **ALERT)
    deliver(destino)
    assert states() == [Estado.PENDENTE]
    with transaction() as db:
        db.get_one(Destino, destino).ordem_estrita = True
    deliver(destino)
    assert states() == [Estado.ESGOTADO]
    assert "não há o que comentar" in (deliveries()[0].last_error or "")
    assert server.chamados == []


@pytest.mark.parametrize(
    ("fault", "state", "said"),
    [
        (faults.status(422, '{"message": "Mesa inexistente"}'), Estado.ESGOTADO, "Mesa inexistente"),
        (faults.status(422, json.dumps({"message": "x " * 2500})), Estado.ESGOTADO, "x x"),
        (faults.status(403), Estado.PENDENTE, "acesso foi negado"),
        (faults.status(500, '{"message": "Campo inválido"}'), Estado.PENDENTE, "Campo inválido"),
        (faults.status(429, "", {"Retry-After": "120"}), Estado.PENDENTE, "pediu para esperar"),
    ],
)
def test_what_milvus_says_decides_what_follows(server: MilvusServer, fault: Broken, state: Estado, said: str) -> None:
    destino = opened(server)
    fire(**ALERT)
    server.faults.always(fault, key="POST chamado/criar")
    deliver(destino)
    (row,) = deliveries()
    assert row.estado == state
    assert said in (row.last_error or "")
    assert len(row.last_error or "") <= 480
    assert TOKEN not in repr([vars(one) for one in attempts()])


def test_a_refused_token_switches_off_whoever_has_it_and_nothing_is_lost(server: MilvusServer) -> None:
    destino = opened(server)
    server._token = "outro"
    fire(**ALERT)
    deliver(destino)
    assert states() == [Estado.RETIDO]
    assert destination(destino).desligado_em is not None
    server._token = TOKEN
    resume(str(destino))
    deliver(destino)
    assert states() == [Estado.ENTREGUE]


def test_an_address_that_the_rules_deny_is_never_called(server: MilvusServer, configure: Configure) -> None:
    destino = made(server, url=server.url.replace("127.0.0.1", "localhost")).destino.id
    configure(deliveries__allow_networks="[]", deliveries__allow_ports=f"[{server.port}]")
    fire(**ALERT)
    deliver(destino)
    assert states() == [Estado.BLOQUEADO]
    assert server.requests.total() == 0


def test_a_name_is_called_at_the_address_that_was_judged(server: MilvusServer) -> None:
    destino = made(server, url=server.url.replace("127.0.0.1", "localhost")).destino.id
    fire(**ALERT)
    deliver(destino)
    assert states() == [Estado.ENTREGUE]


def test_the_token_s_budget_is_the_one_of_the_synchronisation(server: MilvusServer, configure: Configure) -> None:
    configure(milvus__per_minute="7")
    destino = opened(server)
    own, _ = budgets(MilvusSettings.current().conta("padrao"))
    (drawn,) = buckets_of(destination(destino), DeliverySettings.current())
    assert (drawn.nome, drawn.refill_seconds) == (own.nome, pytest.approx(60 / 7))
    assert drawn == account.bucket(MilvusSettings.current().conta("padrao"))
    assert SharedPace(own).take(0)
    fire(**ALERT)
    deliver(destino)
    assert (states(), server.requests.total()) == ([Estado.PENDENTE], 0)
    with transaction() as db:
        bucket.give_back(db, {drawn: 1}, SYSTEM.now())


@pytest.mark.parametrize(
    ("change", "campo"),
    [
        ({"segredo": None}, "segredo"),
        ({"segredo": "com espaço"}, "segredo"),
        ({"url": "https://desk.example/api"}, "url"),
        ({"url": "desk"}, "url"),
        ({"prioridade": "1"}, "opcao"),
        ({"cliente": " "}, "opcao"),
        ({"mesa": "a\nb"}, "opcao"),
    ],
)
def test_what_is_wrong_with_a_destination(server: MilvusServer, change: dict[str, Any], campo: str) -> None:
    with pytest.raises(UsageError) as caught:
        made(server, **change)
    assert caught.value.campo == campo


def test_what_people_see_of_it(server: MilvusServer) -> None:
    opened(server, mesa="Suporte")
    shown = repr(destinations())
    assert "Suporte" in shown
    assert TOKEN not in shown


def test_the_test_button_opens_a_ticket(server: MilvusServer) -> None:
    opened(server)
    tested = try_out("desk")
    assert tested.sucesso
    assert len(server.chamados) == 1


MESSAGE = Message("msg_1", "teste", b'{"evento": "teste", "dados": {"mensagem": "x"}}', 1)


@pytest.mark.usefixtures("loopback")
class TestMilvusChamado(Standard):
    content: ClassVar[object] = {
        "meta": {"paginate": {"total": 1}},
        "lista": [{"codigo": 9, "cliente_token": "ABC", "descricao": "x\n\nReferência: esteira/evento/msg_1"}],
    }
    secret = TOKEN

    def call(self, url: str, seconds: float) -> object:
        opcoes = '{"cliente": "ABC"}'
        destino = Destino(tipo=KIND.tipo, nome="x", url=url, secret_key=TOKEN, opcoes=opcoes, timeout=seconds)
        done = loop.run(KIND.deliver(destino, MESSAGE, SYSTEM.now()))
        self.shows_no_secret(repr(done))
        if done.outcome.delivered:
            return done
        kind: type[Fault] = Overloaded if done.outcome.estado is Estado.PENDENTE else Refused
        raise kind(f"{done.outcome.text}.", status=done.status or None, retry_after=done.outcome.retry_after)

    def understood(self, answer: object) -> bool:
        return isinstance(answer, Made) and answer.outcome.delivered
