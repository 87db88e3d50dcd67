"""Whatever breaks: nothing is missing, nothing is there twice, for all four flows, over both ledgers."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from aiohttp import web

from claims.holder import new_token
from core.pace import Free
from core.settings.sync import FLOWS
from flows.sync import standing
from flows.sync.ends import MOST_TRIES
from flows.sync.ledger.item import CONTATOS, Situacao
from flows.sync.results import Report
from flows.sync.run import flow_of, whole
from flows.sync.sending import FAILURES
from flows.sync.sides import both
from flows.sync.under_way import Run
from sandbox.faults import Fault, Usual, after, close_early, html, reset, status, usual
from tests.flows.sync.conftest import World

POSTS = {
    "clientes-pm": ("milvus", "POST cliente/criar"),
    "clientes-mp": ("ploomes", "POST Contacts"),
    "tarefas": ("milvus", "POST chamado/criar"),
    "interacoes": ("milvus", "POST chamado/criar"),
}
BREAKS: list[Fault] = [
    after(reset()),
    after(status(500, "falhou")),
    status(429, headers={"Retry-After": "0"}),
    status(429),
    after(close_early()),
    usual,
    reset(),
    after(status(408)),
    after(html(200)),
    status(503),
]


@pytest.fixture(params=["sqlite", "postgres", "mongo"])
def kind(request: pytest.FixtureRequest) -> str:
    """Where the ledger stands."""
    return str(request.param)


@pytest.fixture
def base(kind: str, request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue("postgres" if kind == "postgres" else "sqlite"))


@pytest.fixture
def livro(kind: str, request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue("mongo")) if kind == "mongo" else ""


def full(world: World, amount: int = 4) -> None:
    """Give each flow work."""
    contacts = [world.contact() for _ in range(amount)]
    for contact in contacts:
        world.task(contact)
        world.interaction(contact)
    for number in range(amount):
        world.milvus.add_cliente(world.contact_free(), f"Cliente {number}")


def everything_once(world: World) -> None:
    """Each client is on both sides once, each item is one ticket."""
    left = Counter(world.documents_of_clients())
    right = Counter(row["Register"] for row in world.ploomes.rows["Contacts"].values())
    assert left == right
    assert set(left.values()) == {1}
    items = [("Tasks", number) for number in world.ploomes.rows["Tasks"]]
    items += [("InteractionRecords", number) for number in world.ploomes.rows["InteractionRecords"]]
    assert world.references() == sorted(f"Referência: ploomes/{entity}/{number}" for entity, number in items)


@pytest.mark.parametrize("fluxo", FLOWS)
def test_answers_that_are_lost_and_refusals_for_a_while_cost_nothing(world: World, fluxo: str) -> None:
    full(world)
    side, route = POSTS[fluxo]
    getattr(world, side).faults.queue(*BREAKS, key=route)
    world.settled()
    everything_once(world)


def test_an_outage_longer_than_the_window_costs_time_only(world: World) -> None:
    full(world, 2)
    for server in (world.ploomes, world.milvus):
        server.faults.always(status(503))
    assert {world.run(fluxo).estado for fluxo in FLOWS} == {"degradado"}
    world.clock.advance(5 * 3600)
    full(world, 1)
    for server in (world.ploomes, world.milvus):
        server.faults.clear()
    world.settled()
    everything_once(world)


def test_looking_for_what_an_outage_left_unknown_is_no_failure_of_the_other_side(world: World) -> None:
    for _ in range(FAILURES):
        world.contact()
    world.milvus.faults.always(reset(), key="POST cliente/criar")
    assert world.run("clientes-pm").desconhecidos == FAILURES
    world.milvus.faults.clear("POST cliente/criar")
    report = world.run("clientes-pm")
    assert (report.estado, report.falha, report.desconhecidos) == ("bem", None, FAILURES)
    assert {item.erro for item in world.ledger.waiting("clientes-pm", None, 9)} == {None}
    assert world.run("clientes-pm").criados == FAILURES


def test_a_list_that_is_not_whole_is_no_failure_of_the_other_side(world: World) -> None:
    contact = world.contact()
    for _ in range(FAILURES):
        world.task(contact)
    world.run("clientes-pm")
    world.milvus.faults.always(reset(), key="POST chamado/criar")
    assert world.run("tarefas").desconhecidos == FAILURES
    cut = status(200, '{"meta": {"paginate": {"total": 9}}, "lista": []}')
    world.milvus.faults.always(cut, key="POST chamado/listagem")
    report = world.run("tarefas")
    assert (report.estado, report.falha, report.desconhecidos) == ("bem", None, FAILURES)
    assert world.ledger.counts()["tarefas", Situacao.DESCONHECIDO, "lista_incompleta"] == FAILURES


def test_two_workers_at_once_send_each_item_once_even_without_the_lock(world: World) -> None:
    full(world, 8)
    world.run("clientes-pm")

    def work(fluxo: str) -> None:
        with both("padrao", clock=world.clock) as sides:
            whole(Run(sides, flow_of(fluxo, sides), Report("padrao", fluxo), new_token(), None), None)

    for fluxo in FLOWS:
        workers = [threading.Thread(target=work, args=(fluxo,)) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    everything_once(world)


def test_a_second_run_of_a_flow_ends_at_once_and_says_so(world: World) -> None:
    assert standing.hold("padrao", "tarefas", new_token(), world.clock.now(), 300) is not None
    assert world.run("tarefas").estado == "ocupado"


def test_a_cut_post_is_adopted_where_the_list_is_capped_hides_closed_tickets_and_ignores_its_size(world: World) -> None:
    contact = world.contact()
    world.run("clientes-pm")
    row = world.milvus.clientes[0]
    world.task(contact)
    world.milvus.faults.queue(after(reset()), key="POST chamado/criar")
    assert world.run("tarefas").desconhecidos == 1
    quirks = world.milvus.quirks.tickets
    quirks.cap, quirks.sizes, quirks.hides_closed = 50, False, True
    world.milvus.close_chamado(world.milvus.chamados[0])
    for _ in range(60):
        world.milvus.add_chamado(row)
    assert world.run("tarefas").adotados == 1
    assert sum("Referência" in one["descricao"] for one in world.milvus.chamados) == 1


def test_a_list_that_is_not_whole_shows_nothing_and_the_item_stays_unknown(world: World) -> None:
    contact = world.contact()
    world.run("clientes-pm")
    world.task(contact)
    world.milvus.faults.queue(reset(), key="POST chamado/criar")
    world.run("tarefas")
    world.milvus.faults.always(status(500), key="POST chamado/listagem")
    for _ in range(4):
        world.run("tarefas")
        world.clock.advance(3600)
    assert world.milvus.chamados == []
    assert world.ledger.counts()["tarefas", Situacao.DESCONHECIDO, None] == 1
    world.milvus.faults.clear("POST chamado/listagem")
    world.settled("tarefas")
    assert len(world.milvus.chamados) == 1


def test_a_refused_key_stops_the_flow_and_waits_for_a_person(world: World) -> None:
    world.contact()
    world.milvus.faults.always(status(401))
    report = world.run("clientes-pm")
    assert (report.estado, report.criados) == ("parado", 0)
    world.milvus.faults.clear()
    assert world.run("clientes-pm").criados == 1


def test_one_bad_record_costs_itself_and_is_listed(world: World) -> None:
    for _ in range(3):
        world.contact()
    world.milvus.faults.queue(
        status(422, '{"message": "cliente_documento 11144477735 inválido"}'), key="POST cliente/criar"
    )
    report = world.run("clientes-pm")
    assert (report.criados, report.estacionados) == (2, {"recusado": 1})
    (item,) = world.ledger.waiting("clientes-pm", None, 9)
    assert item.erro is not None
    assert "11144477735" not in item.erro
    world.clock.advance(86_400)
    assert world.run("clientes-pm").criados == 1


def test_a_run_whose_time_is_over_stops_cleanly_and_the_next_one_does_the_rest(world: World) -> None:
    for _ in range(60):
        world.contact()
    with both("padrao", clock=world.clock) as sides:
        run = Run(sides, flow_of("clientes-pm", sides), Report("padrao", "clientes-pm"), new_token(), None)

        async def end(request: web.Request, answer: Usual) -> web.StreamResponse:
            run.ends = 0.0
            return await answer()

        world.milvus.faults.queue(usual, usual, end, key="POST cliente/criar")
        whole(run, None)
    made = len(world.milvus.clientes)
    assert 3 <= run.report.criados == made < 40
    assert run.report.restam
    assert run.report.estado == "bem"
    assert world.ledger.counts() == {
        ("clientes-pm", Situacao.ENVIADO, None): made,
        ("clientes-pm", Situacao.PENDENTE, None): 60 - made,
        (CONTATOS, Situacao.ENVIADO, None): 60,
    }
    world.settled()
    everything_once(world)


def test_a_cut_post_after_many_failures_is_looked_for_too(world: World) -> None:
    world.contact()
    world.milvus.faults.queue(*[status(503)] * 3 * (MOST_TRIES - 1), key="GET cliente/busca")
    for _ in range(MOST_TRIES - 1):
        assert world.run("clientes-pm").adiados == 1
        world.clock.advance(3 * 3600)
    world.milvus.faults.queue(after(reset()), key="POST cliente/criar")
    assert world.run("clientes-pm").estacionados == {"falha_repetida": 1}
    # the search lags behind: one look is not enough
    world.milvus._hidden["cliente", world.milvus.clientes[0]["id"]] = world.clock.now() + timedelta(days=3)
    world.clock.advance(2 * 86_400)
    assert world.run("clientes-pm").desconhecidos == 1
    world.clock.advance(2 * 86_400)
    assert world.run("clientes-pm").adotados == 1
    assert len(world.milvus.clientes) == 1


def test_a_ticket_whose_client_changed_after_the_cut_is_found_at_the_client_of_before(world: World) -> None:
    task, other = world.task(world.contact()), world.contact()
    world.run("clientes-pm")
    world.milvus.faults.queue(after(reset()), key="POST chamado/criar")
    assert world.run("tarefas").desconhecidos == 1
    task["ContactId"] = other["Id"]
    assert world.run("tarefas").adotados == 1
    assert len(world.milvus.chamados) == 1


def test_a_token_that_is_another_one_by_now_is_asked_for_again(world: World) -> None:
    contact = world.contact()
    world.task(contact)
    world.run("clientes-pm")
    assert world.run("tarefas").criados == 1
    # as after a merge of two clients
    world.milvus.clientes[0]["token"] = "NOVO01"
    for _ in range(2):
        world.task(contact)
        assert world.run("tarefas").criados == 1
    assert len(world.milvus.refused) == 1
    assert [one["cliente_token"] for one in world.milvus.chamados][1:] == ["NOVO01"] * 2


def test_tickets_of_a_client_that_is_gone_wait_for_one(world: World) -> None:
    contact = world.contact()
    world.task(contact)
    world.run("clientes-pm")
    world.run("tarefas")
    gone = world.milvus.clientes.pop()
    world.task(contact)
    assert world.run("tarefas").estacionados == {"esperando_cliente": 1}
    world.milvus.add_cliente(gone["cnpj_cpf"])
    world.settled("tarefas")
    assert len(world.milvus.chamados) == 2


def test_tickets_of_a_client_that_is_gone_are_looked_at_later_and_later(world: World) -> None:
    """Due again in a moment for ever, they would be looked at before any other."""
    world.task(world.contact())
    world.run("clientes-pm")
    world.milvus.clientes.clear()
    world.clock.advance(3600)
    assert world.run("tarefas").estacionados == {"esperando_cliente": 1}
    assert world.run("tarefas").estacionados == {}


def test_a_token_whose_refusal_looks_like_a_fault_of_the_server_is_asked_for_again_too(world: World) -> None:
    contact = world.contact()
    world.task(contact)
    world.run("clientes-pm")
    world.run("tarefas")
    world.milvus.clientes[0]["token"] = "NOVO01"
    world.task(contact)
    world.milvus.faults.queue(status(500, "Campo inválido"), key="POST chamado/criar")
    world.settled("tarefas")
    assert [one["cliente_token"] for one in world.milvus.chamados][1:] == ["NOVO01"]


def test_a_run_that_crashes_does_not_look_well_and_the_next_one_goes_on(world: World) -> None:
    world.contact()

    class Broken(Free):
        def take(self, seconds: float) -> bool:
            raise RuntimeError

    with pytest.raises(RuntimeError):
        world.run("clientes-pm", pace=Broken)
    (row,) = standing.rows()
    assert row.bem_em is None
    assert "RuntimeError" in (row.falha or "")
    assert world.run("clientes-pm").criados == 1
    (row,) = standing.rows()
    assert (row.bem_em is None, row.falha) == (False, None)


def test_odd_tokens_and_texts_in_the_place_of_documents_cost_themselves(world: World) -> None:
    """A column has a length, and PostgreSQL no character of code 0: one row of that kind would end every run."""
    for token in ("B" * 60, "B\0"):
        world.milvus.add_cliente(world.contact_free(), token=token)
        world.milvus.add_cliente(world.contact()["Register"], token=token)
    world.milvus.add_cliente("Ver contrato " * 40)
    world.contact("Falar com o contador " * 20)
    good = world.contact()
    assert [world.run(fluxo).estado for fluxo in FLOWS] == ["bem"] * len(FLOWS)
    assert good["Register"] in world.documents_of_clients()
    assert len(world.ploomes.rows["Contacts"]) == 6
