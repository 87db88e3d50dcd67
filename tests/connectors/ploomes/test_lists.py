"""A list is read to an end that is proven, whatever the account's manners."""

import json
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web

from connectors.base.faults import Blocked, Fault, RateLimited, Refused, Unintelligible
from connectors.base.policy import Policy
from connectors.ploomes import INTERACTIONS, TASKS, Item, Page, Ploomes
from core.clock import FixedClock
from core.pace import Counted, Free
from core.settings.ploomes import ContaPloomes
from sandbox import faults
from sandbox.ploomes import PloomesServer, empty_page


def ids(pages: Iterable[Page[Any]]) -> list[int]:
    return [row.id for page in pages for row in page.rows]


def add(server: PloomesServer, amount: int, entity: str = "Contacts", **more: Any) -> list[int]:
    name = {"Contacts": "Name", TASKS: "Title", INTERACTIONS: "Content"}[entity]
    return [server.add(entity, **{name: f"x {number}"}, **more)["Id"] for number in range(amount)]


def test_nothing_new_costs_two_requests_and_tells_the_server_s_time(
    server: PloomesServer, ploomes: Ploomes, clock: FixedClock
) -> None:
    pages = list(ploomes.contacts(clock.now()))
    assert pages == [Page((), clock.now(), whole=True)]
    assert server.requests.total() == 2


def test_few_rows_cost_two_requests_too(server: PloomesServer, ploomes: Ploomes, clock: FixedClock) -> None:
    added = add(server, 3)
    assert ids(ploomes.contacts(clock.now())) == added
    assert server.requests.total() == 2


def test_what_is_older_is_read_only_when_it_was_changed(
    server: PloomesServer, ploomes: Ploomes, clock: FixedClock
) -> None:
    old = add(server, 2)
    clock.advance(3600)
    server.touch(server.rows["Contacts"][old[0]])
    new = add(server, 1)
    since = clock.now() - timedelta(minutes=10)
    assert ids(ploomes.contacts(since)) == [old[0], *new]
    assert ids(ploomes.contacts(since, changed=False)) == new
    assert ids(ploomes.contacts(None)) == [*old, *new]
    assert ids(ploomes.contacts(None, after_id=old[0])) == [old[1], *new]


@pytest.mark.parametrize("cap", [300, 7])
def test_pages_are_read_to_the_last_although_they_are_cut(server: PloomesServer, conta: ContaPloomes, cap: int) -> None:
    added = add(server, 40)
    server.quirks.page_cap = cap
    server.quirks.next_links = True
    with Ploomes("padrao", conta.model_copy(update={"page_size": 20})) as ploomes:
        assert ids(ploomes.contacts(None)) == added


def test_a_short_page_in_the_middle_is_not_the_end(server: PloomesServer, ploomes: Ploomes) -> None:
    added = add(server, 12)
    server.quirks.short_page = 5
    assert ids(ploomes.contacts(None)) == added


def test_an_empty_page_that_the_count_contradicts_is_asked_again(server: PloomesServer, ploomes: Ploomes) -> None:
    added = add(server, 12)
    server.quirks.short_page = 5
    server.faults.queue(faults.usual, empty_page(), key="Contacts")
    assert ids(ploomes.contacts(None)) == added


def test_an_empty_first_page_is_not_believed(server: PloomesServer, ploomes: Ploomes) -> None:
    added = add(server, 3)
    server.faults.queue(empty_page(), key="Contacts")
    assert ids(ploomes.contacts(None)) == added


def test_who_answers_empty_pages_only_is_told(server: PloomesServer, ploomes: Ploomes) -> None:
    add(server, 3)
    lie = empty_page()
    server.faults.queue(lie, faults.usual, lie, faults.usual, lie, key="Contacts")
    with pytest.raises(Unintelligible, match="acabou antes do total"):
        list(ploomes.contacts(None))


def test_without_a_count_the_end_is_two_empty_pages_and_not_proven(server: PloomesServer, ploomes: Ploomes) -> None:
    added = add(server, 3)
    server.quirks.counts = False
    pages = list(ploomes.contacts(None))
    assert ids(pages) == added
    assert [page.whole for page in pages] == [True, False]
    server.faults.queue(faults.usual, empty_page(), empty_page(), empty_page(), key="Contacts")
    server.quirks.short_page = 2
    assert ids(ploomes.contacts(None)) == added[:2]  # nothing in the answers could tell


def without_the_second_row() -> faults.Fault:
    """Answer as usual, with a hole."""

    async def act(request: web.Request, answer: faults.Usual) -> web.StreamResponse:
        whole = await answer()
        assert isinstance(whole, web.Response)
        content = json.loads(whole.text or "")
        del content["value"][1]
        return web.json_response(content)

    return act


def test_a_row_left_out_of_a_page_is_found_by_the_count_and_no_row_comes_twice(
    server: PloomesServer, ploomes: Ploomes
) -> None:
    added = add(server, 4)
    server.faults.queue(without_the_second_row(), key="Contacts")
    assert ids(ploomes.contacts(None)) == [added[0], *added[2:], added[1]]


def test_rows_deleted_while_the_list_is_read_are_not_waited_for(server: PloomesServer, ploomes: Ploomes) -> None:
    added = add(server, 6)
    server.quirks.short_page = 2
    reading: Iterator[Page[Any]] = ploomes.contacts(None)
    first = next(reading)
    del server.rows["Contacts"][added[-1]]
    assert [row.id for row in first.rows] + ids(reading) == added[:-1]


def test_an_answer_that_is_too_large_is_asked_for_in_smaller_pages(server: PloomesServer, conta: ContaPloomes) -> None:
    added = add(server, 10)
    server.faults.queue(faults.status(413), faults.status(413), key="Contacts")
    with Ploomes("padrao", conta.model_copy(update={"page_size": 8})) as ploomes:
        pages = list(ploomes.contacts(None))
    assert [len(page.rows) for page in pages] == [2, 2, 2, 2, 2, 0]
    assert ids(pages) == added


@pytest.mark.parametrize(
    ("quirk", "said"), [("filters", "o filtro foi ignorado"), ("orders", "não vem na ordem pedida")]
)
def test_who_ignores_what_was_asked_is_told(
    server: PloomesServer, ploomes: Ploomes, clock: FixedClock, quirk: str, said: str
) -> None:
    add(server, 3)
    clock.advance(3600)
    add(server, 3)
    setattr(server.quirks, quirk, False)
    with pytest.raises(Unintelligible, match=said):
        list(ploomes.contacts(clock.now()))


def test_tags_are_filtered_by_the_server_or_here(server: PloomesServer, conta: ContaPloomes) -> None:
    for entity in (TASKS, INTERACTIONS):
        add(server, 2, entity)
        wanted = add(server, 1, entity, Tags=[{"TagId": 7}]) + add(server, 1, entity, Tags=[{"TagId": 5}, {"TagId": 8}])
        with Ploomes("padrao", conta) as ploomes:
            assert ids(ploomes.items(entity, None, tags=[7, 8])) == wanted
            server.quirks.filters_tags = False
            with pytest.raises(Refused):
                list(ploomes.items(entity, None, tags=[7, 8]))
        with Ploomes("padrao", conta.model_copy(update={"tag_filter": False})) as ploomes:
            assert ids(ploomes.items(entity, None, tags=[7, 8])) == wanted
        server.quirks.filters_tags = True


def test_a_filter_on_tags_that_is_ignored_is_told(server: PloomesServer, ploomes: Ploomes) -> None:
    add(server, 1, TASKS)
    server.quirks.filters = False
    with pytest.raises(Unintelligible, match="tag_filter"):
        list(ploomes.items(TASKS, None, tags=[7]))


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (faults.status(200, '"limite excedido"'), Unintelligible),
        (faults.status(200, '{"value": "limite excedido"}'), Unintelligible),
        (faults.status(200, '{"value": [{"Name": "sem Id"}]}'), Unintelligible),
        (faults.status(200, '{"value": [{"Id": true}]}'), Unintelligible),
        (faults.html(), Unintelligible),
        (faults.status(403, '{"error": {"message": "sem direito"}}'), Blocked),
        (faults.status(400, '{"Message": "filtro"}'), Refused),
        (faults.status(429, "", {"Retry-After": "3600"}), RateLimited),
    ],
)
def test_what_is_no_list_is_no_empty_list(
    server: PloomesServer, ploomes: Ploomes, fault: faults.Fault, kind: type[Fault]
) -> None:
    server.faults.always(fault)
    with pytest.raises(kind):
        list(ploomes.contacts(None))


def test_a_text_in_the_place_of_rows_is_repeated_in_the_sentence(server: PloomesServer, ploomes: Ploomes) -> None:
    server.faults.always(faults.status(200, '{"value": "limite excedido"}'))
    with pytest.raises(Unintelligible, match="limite excedido"):
        list(ploomes.contacts(None))


def test_a_reading_is_repeated_after_a_passing_fault_and_every_request_is_counted(
    server: PloomesServer, conta: ContaPloomes
) -> None:
    added = add(server, 1)
    counted = Counted(Free)
    server.faults.queue(faults.reset(), faults.status(503), faults.usual, faults.status(429, "", {"Retry-After": "0"}))
    with Ploomes("padrao", conta, pace=counted, policy=Policy(attempts=3, first_pause=0)) as ploomes:
        assert ids(ploomes.contacts(None)) == added
    assert (counted.requests, counted.told_to_wait) == (5, 1)


def test_an_item_says_whose_it_is_and_when_it_was_made(server: PloomesServer, ploomes: Ploomes) -> None:
    contact = server.add("Contacts", Name="Padaria", CNPJ="12.ABC.345/01DE-35")["Id"]  # pragma: allowlist secret
    deal = server.add("Deals", Title="Venda", ContactId=contact)["Id"]
    server.add(
        TASKS, Title=None, Description="<p>Instalar</p>", DealId=deal, CreateDate="2026-07-14T12:00:00.1234567-03:00"
    )
    server.add(INTERACTIONS, Content="Ligou", ContactId=contact, CreateDate=None, Date="2026-07-13T09:00:00-03:00")
    (task,) = [row for page in ploomes.items(TASKS, None) for row in page.rows]
    assert isinstance(task, Item)
    assert (task.titulo, task.texto, task.contact_id, task.deal_contact_id) == ("", "<p>Instalar</p>", None, contact)
    assert str(task.created_at) == "2026-07-14 15:00:00.123456+00:00"
    (record,) = [row for page in ploomes.items(INTERACTIONS, None) for row in page.rows]
    assert (record.texto, record.contact_id, str(record.created_at)) == ("Ligou", contact, "2026-07-13 12:00:00+00:00")
    assert record.raw["Contact"]["CNPJ"] == "12.ABC.345/01DE-35"
