"""Which tasks and interactions become tickets, whose client each is for, and when a ticket is looked for first."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from connectors.milvus import reference
from connectors.ploomes import Item as Work
from connectors.ploomes.rows import item as read
from core.clock import FixedClock
from flows.sync.flow import Seen
from flows.sync.ledger import item as books
from flows.sync.ledger.item import CLIENTES, Item, New, Outcome, Situacao
from flows.sync.results import ADOPTED, REFUSED
from flows.sync.sides import Sides
from flows.sync.tickets import SOON, Tickets, Waits
from sandbox.faults import Fault, after, reset, status
from tests.flows.sync.conftest import NOON, OTHER, TAG, World, line, offline

CUTOFF = datetime.fromisoformat("2026-07-01T00:00:00-03:00")
TAGS = [{"id": TAG, "label": "INSTALAÇÃO", "category": "Instalação"}, {"id": OTHER, "label": "ENTREGA"}]
LIST, CREATE, SEARCH = "POST chamado/listagem", "POST chamado/criar", "GET cliente/busca"
INCOMPLETE = status(200, '{"meta": {"paginate": {"total": 9}}, "lista": []}')


@pytest.fixture
def livro() -> str:
    """Where the ledger stands makes no difference to what is asked of the other side."""
    return ""


def task(entity: str = "Tasks", **said: Any) -> Work:
    usual = {"Id": 7, "Title": "Instalar", "ContactId": 3, "Tags": [{"TagId": TAG}], "CreateDate": CUTOFF.isoformat()}
    return read(entity, usual | said)


def judged(*rows: Work, nome: str = "tarefas", **settings: Any) -> list[Seen[Work]]:
    return Tickets(offline(FixedClock(NOON), tags=TAGS, **settings), nome).judge(rows)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({}, None),
        ({"CreateDate": (CUTOFF - timedelta(seconds=1)).isoformat()}, "antes_do_corte"),
        ({"CreateDate": None}, "antes_do_corte"),
        ({"Tags": []}, "sem_etiqueta"),
        ({"Tags": [{"TagId": 1}]}, "sem_etiqueta"),
        ({"Tags": [{"TagId": 1}, {"TagId": OTHER}]}, None),
        ({"ContactId": None}, "sem_cliente"),
        ({"ContactId": 0}, "sem_cliente"),
        ({"ContactId": None, "Deal": {"Id": 5, "ContactId": None}}, "sem_cliente"),
        ({"ContactId": None, "Tags": []}, "sem_etiqueta"),
    ],
)
def test_what_is_of_before_or_has_no_tag_or_no_client_is_passed_over(said: dict[str, Any], reason: str | None) -> None:
    (seen,) = judged(task(**said))
    assert (seen.skipped, seen.new is None) == (reason, reason is not None)


@pytest.mark.parametrize(
    ("nome", "entity", "livro_"),
    [("tarefas", "Tasks", books.TAREFAS), ("interacoes", "InteractionRecords", books.INTERACOES)],
)
def test_what_goes_is_noted_by_its_number_with_its_client(nome: str, entity: str, livro_: str) -> None:
    (seen,) = judged(task(entity), nome=nome)
    assert seen.new == New(livro=livro_, fluxo=nome, chave="7", ploomes_id="7", ligado="3")


@pytest.mark.parametrize(
    ("own", "deal_client", "ligado"), [(3, True, "3"), (3, False, "3"), (None, True, "9"), (None, False, None)]
)
def test_the_client_of_a_deal_stands_in_where_the_settings_say_so(
    own: int | None, deal_client: bool, ligado: str | None
) -> None:
    row = task(ContactId=own, Deal={"Id": 5, "ContactId": 9})
    (seen,) = judged(row, deal_client=deal_client)
    assert (seen.new and seen.new.ligado) == ligado


class Office:
    """A task of a contact at an office, and what is known of its client."""

    def __init__(self, world: World, sides: Sides) -> None:
        self.world, self.sides, self.flow = world, sides, Tickets(sides, "tarefas")
        self.contact = world.contact()
        self.documento: str = self.contact["Register"]
        self.task = world.task(self.contact)

    @property
    def row(self) -> Work:
        found = self.sides.ploomes.item("Tasks", self.task["Id"])
        assert found is not None
        return found

    def know(self, **said: Any) -> None:
        """Let the ledger have a line of the client."""
        self.sides.ledger.owe([New(livro=CLIENTES, fluxo="clientes-pm", chave=self.documento, **said)], NOON)

    def known(self) -> Item | None:
        return self.sides.ledger.find(CLIENTES, [self.documento]).get(self.documento)

    def client(self, **more: Any) -> dict[str, Any]:
        return self.world.milvus.add_cliente(self.documento, **more)

    def send(self, **said: Any) -> Outcome:
        found = self.flow.send(line(livro="tarefas", fluxo="tarefas", chave=str(self.task["Id"]), **said), self.row)
        assert isinstance(found, Outcome)
        return found

    def tickets(self) -> list[str]:
        """Return whose each ticket is."""
        return [one["cliente_token"] for one in self.world.milvus.chamados]

    def asked(self, route: str) -> int:
        return self.world.milvus.requests[route]


@pytest.fixture
def office(world: World, sides: Sides) -> Office:
    return Office(world, sides)


def waits(office: Office) -> tuple[str, float | None]:
    with pytest.raises(Waits) as caught:
        office.flow.token_of(office.row)
    return caught.value.motivo, caught.value.seconds


def test_a_client_that_is_known_is_not_asked_for(office: Office) -> None:
    office.know(milvus_token="TOKEN1", situacao=Situacao.ENVIADO)
    assert office.flow.token_of(office.row) == "TOKEN1"
    assert office.asked(SEARCH) == 0
    assert office.world.ploomes.requests["GET Contacts"] == 0, "its document came with the task"


@pytest.mark.parametrize("said", [None, {"situacao": Situacao.ENVIADO}])
def test_a_client_that_is_found_is_known_from_then_on(office: Office, said: dict[str, Any] | None) -> None:
    if said is not None:
        office.know(**said)
    there = office.client()
    assert office.flow.token_of(office.row) == there["token"]
    known = office.known()
    assert known is not None
    assert (known.situacao, known.milvus_id, known.milvus_token) == ("enviado", str(there["id"]), there["token"])


def test_a_client_that_is_still_to_be_sent_stays_so_though_it_is_found(office: Office) -> None:
    """Its own flow finds out that it is there."""
    office.know(situacao=Situacao.PENDENTE)
    there = office.client()
    assert office.flow.token_of(office.row) == there["token"]
    known = office.known()
    assert known is not None
    assert (known.situacao, known.milvus_id) == ("pendente", None)


def test_a_dry_run_remembers_no_client(office: Office) -> None:
    office.sides.dry = True
    there = office.client()
    assert office.flow.token_of(office.row) == there["token"]
    assert office.known() is None


def test_a_client_without_a_token_is_none_to_open_a_ticket_for(office: Office) -> None:
    office.client(token="")
    assert waits(office) == ("esperando_cliente", None)
    there = office.client()
    assert office.flow.token_of(office.row) == there["token"]


@pytest.mark.parametrize(
    ("said", "seconds"), [(None, None), ({"situacao": Situacao.PENDENTE}, None), ({"situacao": Situacao.ENVIADO}, SOON)]
)
def test_a_client_that_was_just_made_is_waited_for_a_moment_and_another_longer(
    office: Office, said: dict[str, Any] | None, seconds: float | None
) -> None:
    if said is not None:
        office.know(**said)
    assert waits(office) == ("esperando_cliente", seconds)


@pytest.mark.parametrize(("minutes", "seconds"), [(9, SOON), (10, None), (-1, None)])
def test_a_client_that_was_made_long_ago_and_is_not_there_is_waited_for_longer(
    office: Office, minutes: int, seconds: float | None
) -> None:
    """Or by a clock that was ahead: of that nobody knows."""
    office.know(situacao=Situacao.ENVIADO)
    office.world.clock.advance(timedelta(minutes=minutes).total_seconds())
    assert waits(office) == ("esperando_cliente", seconds)


def test_a_client_that_was_forgotten_is_not_asked_for(office: Office) -> None:
    office.know(situacao=Situacao.ESQUECIDO)
    assert waits(office) == ("cliente_esquecido", None)
    assert office.asked(SEARCH) == 0


def test_a_contact_without_a_document_or_that_is_gone_has_no_client(office: Office) -> None:
    office.contact["Register"] = "000"
    assert waits(office) == ("cliente_sem_documento", None)
    del office.world.ploomes.rows["Contacts"][office.contact["Id"]]
    assert waits(office) == ("cliente_sem_documento", None)
    office.task["ContactId"] = None
    assert waits(office) == ("sem_cliente", None)


def test_the_document_of_a_deal_s_client_is_asked_for(office: Office) -> None:
    deal = office.world.ploomes.add("Deals", ContactId=office.contact["Id"])
    office.task |= {"ContactId": None, "DealId": deal["Id"]}
    there = office.client()
    assert office.flow.token_of(office.row) == there["token"]
    assert office.world.ploomes.requests["GET Contacts"] == 1


def test_a_contact_that_came_beside_is_not_taken_for_that_of_the_deal(office: Office) -> None:
    other = {"Id": 1, "Register": office.world.contact_free()}
    row = task(ContactId=None, Deal={"Id": 5, "ContactId": office.contact["Id"]}, Contact=other)
    there = office.client()
    assert office.flow.token_of(row) == there["token"]


def test_a_ticket_is_opened_at_once_where_it_was_never_tried(office: Office) -> None:
    there = office.client()
    found = office.send()
    (ticket,) = office.world.milvus.chamados
    assert (found.situacao, found.milvus_id, found.milvus_token) == ("enviado", str(ticket["codigo"]), there["token"])
    assert (found.avisado, office.asked(LIST)) == (False, 0)


@pytest.mark.parametrize(("lost", "motivo"), [("Tags", "sem_etiqueta"), ("ContactId", "sem_cliente")])
def test_what_lost_its_tag_or_its_client_meanwhile_is_parked(office: Office, lost: str, motivo: str) -> None:
    office.client()
    office.task[lost] = [] if lost == "Tags" else None
    found = office.send()
    assert (found.situacao, found.motivo, office.tickets()) == ("estacionado", motivo, [])


def test_what_waits_for_a_client_that_was_just_made_is_due_again_in_a_moment(office: Office) -> None:
    office.know(situacao=Situacao.ENVIADO)
    found = office.send()
    assert (found.situacao, found.motivo) == ("estacionado", "esperando_cliente")
    assert found.due_at == office.world.clock.now() + timedelta(seconds=SOON)


def test_a_dry_run_says_for_what_it_would_open_a_ticket(office: Office) -> None:
    office.sides.dry = True
    office.client()
    said = office.flow.send(line(livro="tarefas"), office.row)
    assert said == f"abriria um chamado para {reference('ploomes', 'Tasks', office.task['Id'])}"
    assert office.tickets() == []


def test_a_ticket_that_an_earlier_try_opened_is_found_by_its_reference(office: Office) -> None:
    there = office.client()
    ref = reference("ploomes", "Tasks", office.task["Id"])
    office.world.milvus.add_chamado(there, descricao="Outro assunto")
    mine = office.world.milvus.add_chamado(there, descricao=f"Levar cabos\n\n{ref}")
    found = office.send(tentado=True)
    assert (found.situacao, found.motivo, found.milvus_id) == ("enviado", ADOPTED, str(mine["codigo"]))
    assert len(office.tickets()) == 2


def test_a_ticket_is_looked_for_at_the_client_of_then_too(office: Office) -> None:
    office.client()
    before = office.world.milvus.add_cliente(office.world.contact_free())
    ref = reference("ploomes", "Tasks", office.task["Id"])
    mine = office.world.milvus.add_chamado(before, descricao=ref)
    found = office.send(tentado=True, milvus_token=before["token"])
    assert (found.milvus_id, found.milvus_token) == (str(mine["codigo"]), before["token"])


def test_after_a_try_a_second_look_is_needed_before_a_ticket_is_opened(office: Office) -> None:
    office.client()
    found = office.send(tentado=True)
    assert (found.situacao, found.procuras, office.tickets()) == ("desconhecido", 1, [])
    assert office.send(tentado=True, procuras=1).situacao == Situacao.ENVIADO
    assert len(office.tickets()) == 1


def test_a_list_that_is_not_whole_is_no_look(office: Office) -> None:
    office.client()
    office.world.milvus.faults.always(INCOMPLETE, key=LIST)
    found = office.send(tentado=True, procuras=1)
    assert (found.situacao, found.motivo, found.procuras) == ("desconhecido", "lista_incompleta", 1)
    assert office.tickets() == []


@pytest.mark.parametrize("route", [SEARCH, LIST])
def test_a_server_that_is_down_is_asked_later_and_opens_nothing(office: Office, route: str) -> None:
    office.client()
    office.world.milvus.faults.always(status(503), key=route)
    found = office.send(tentado=True)
    assert (found.situacao, found.tentativas, office.tickets()) == ("desconhecido", 1, [])


def test_an_answer_that_was_lost_keeps_whose_ticket_it_may_be(office: Office) -> None:
    there = office.client()
    office.world.milvus.faults.queue(after(reset()), key=CREATE)
    found = office.send()
    assert (found.situacao, found.tentado, found.milvus_token) == ("desconhecido", True, there["token"])


def merged(office: Office, token: str = "NOVO01") -> Callable[..., Any]:
    """Return a fault that refuses a ticket because the client has another token by now."""

    async def refuse(request: Any, answer: Any) -> Any:
        office.world.milvus.clientes[0]["token"] = token
        return await status(422)(request, answer)

    return refuse


def vanished(office: Office) -> Callable[..., Any]:
    """Return a fault that refuses a ticket because the client is gone."""

    async def refuse(request: Any, answer: Any) -> Any:
        office.world.milvus.clientes.clear()
        return await status(422)(request, answer)

    return refuse


def test_a_refusal_is_made_good_where_the_client_has_another_token(office: Office) -> None:
    office.client()
    office.world.milvus.faults.queue(merged(office), key=CREATE)
    found = office.send()
    assert (found.situacao, found.milvus_token, office.tickets()) == ("enviado", "NOVO01", ["NOVO01"])


def test_a_refusal_because_the_client_is_gone_waits_for_one(office: Office) -> None:
    office.client()
    office.world.milvus.faults.queue(vanished(office), key=CREATE)
    found = office.send()
    assert (found.situacao, found.motivo) == ("estacionado", "esperando_cliente")


@pytest.mark.parametrize(
    ("fault", "situacao", "motivo"),
    [(status(422), Situacao.ESTACIONADO, REFUSED), (status(429, headers={"Retry-After": "0"}), "pendente", None)],
)
def test_a_refusal_whose_client_is_as_it_was_stands(
    office: Office, fault: Fault, situacao: str, motivo: str | None
) -> None:
    office.client()
    office.world.milvus.faults.always(fault, key=CREATE)
    found = office.send()
    assert (found.situacao, found.motivo, office.tickets()) == (situacao, motivo, [])


@pytest.mark.parametrize("again", [False, True])
def test_a_second_refusal_stands_though_the_token_is_another_one_once_more(office: Office, again: bool) -> None:
    office.client()
    second = merged(office, "NOVO02") if again else status(422)
    office.world.milvus.faults.queue(merged(office), second, key=CREATE)
    found = office.send()
    assert (found.situacao, found.motivo, office.asked(CREATE)) == ("estacionado", REFUSED, 2)


def test_what_failed_before_asks_for_its_client_anew(office: Office) -> None:
    office.know(milvus_token="VELHO1", situacao=Situacao.ENVIADO)
    there = office.client()
    assert office.send(tentativas=1).milvus_token == there["token"]


@pytest.mark.parametrize(
    ("tentado", "there", "comments"),
    [(False, False, 1), (True, False, 1), (True, True, 1), (False, True, 2)],
    ids=["first", "lost before", "lost after", "said by a person"],
)
def test_a_follow_up_that_may_be_there_is_looked_for_first(
    office: Office, tentado: bool, there: bool, comments: int
) -> None:
    ticket = office.world.milvus.add_chamado(office.client())
    code, ref = str(ticket["codigo"]), reference("ploomes", "Tasks", office.task["Id"])
    if there:
        office.sides.milvus.comment(code, f"Instalar\n\n{ref} 0a1b")
    office.flow.change(line(tentado=tentado, milvus_id=code), office.row, "0a1b")
    said = [one["texto"] for one in office.world.milvus.acompanhamentos[code]]
    assert len(said) == comments
    assert said[-1].endswith(f"{ref} 0a1b")
