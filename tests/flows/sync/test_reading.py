"""What is read, from when on, and until when: late rows, late tags, equal timestamps, edits, deletions."""

from datetime import timedelta

import pytest
from aiohttp import web

from core.settings.sync import ZONE
from core.stopping import ask_to_stop
from core.stopping import reset as reset_stopping
from flows.sync import standing
from sandbox.faults import Usual, status, usual
from tests.flows.sync.conftest import Configure, World


@pytest.fixture
def livro() -> str:
    """Where the ledger stands makes no difference to what is read."""
    return ""


def settings(world: World, configure: Configure, **more: str) -> None:
    configure(**{f"sync__{name}": value for name, value in more.items()})


def test_rows_of_one_timestamp_over_a_page_border_and_one_that_shows_late_go_once_each(world: World) -> None:
    world.ploomes.quirks.page_cap = 10
    for _ in range(29):
        world.contact()
    world.ploomes.add("Contacts", visible_in=15 * 60, Name="Tardia", TypeId=1, Register=world.contact_free())
    assert world.run("clientes-pm").criados == 29
    # another one moves the cursor past the late one
    world.contact()
    world.run("clientes-pm")
    world.clock.advance(20 * 60)
    world.contact()
    world.run("clientes-pm")
    world.clock.advance(26 * 3600)
    world.run("clientes-pm")
    assert len(set(world.documents_of_clients())) == len(world.milvus.clientes) == 32


def test_the_cursor_is_a_time_that_was_read_and_never_the_last_moment(world: World) -> None:
    world.contact()
    made = world.clock.now()
    report = world.run("clientes-pm")
    assert report.cursor_depois == made
    world.contact()
    world.clock.advance(-119)
    now = world.clock.now() + timedelta(seconds=120)
    assert (world.run("clientes-pm").cursor_depois or now) <= now - timedelta(seconds=60)


def test_a_reading_that_a_stop_cuts_short_keeps_what_it_read_and_leaves_the_cursor(world: World) -> None:
    world.ploomes.quirks.page_cap = 10
    for _ in range(25):
        world.contact()

    async def stop(request: web.Request, answer: Usual) -> web.StreamResponse:
        ask_to_stop()
        return await answer()

    world.ploomes.faults.queue(usual, stop, key="GET Contacts")
    report = world.run("clientes-pm")
    reset_stopping()
    assert (report.lidos, report.novos, report.criados, report.restam) == (20, 20, 0, True)
    assert standing.cursor("padrao", "clientes-pm") is None
    assert world.run("clientes-pm").criados == 25


def test_nothing_read_leaves_the_cursor_where_it_is(world: World) -> None:
    world.contact()
    world.run("clientes-pm")
    before = standing.cursor("padrao", "clientes-pm")
    world.clock.advance(7200)
    world.run("clientes-pm")
    assert standing.cursor("padrao", "clientes-pm") == before


@pytest.mark.parametrize("told", [True, False])
def test_a_tag_that_is_added_later_makes_a_ticket(world: World, told: bool) -> None:
    contact = world.contact()
    item = world.task(contact, tag=None)
    world.run("clientes-pm")
    world.run("tarefas")
    world.clock.advance(5 * 3600)
    item["Tags"] = [{"TagId": 40001}]
    if told:
        world.ploomes.touch(item)
    else:
        # the change moved no date: only the daily pass over the tag finds it
        world.clock.advance(86_400)
    assert world.run("tarefas").criados == 1


def test_a_client_that_is_assigned_later_without_any_date_is_found_within_a_day(world: World) -> None:
    contact = world.contact()
    item = world.interaction(None)
    world.run("clientes-pm")
    world.run("interacoes")
    world.clock.advance(86_400)
    item["ContactId"] = contact["Id"]
    assert world.run("interacoes").criados == 1


def test_an_item_of_a_deal_takes_the_deals_client(world: World, configure: Configure) -> None:
    contact = world.contact()
    deal = world.ploomes.add("Deals", ContactId=contact["Id"])
    world.task(None, DealId=deal["Id"])
    world.run("clientes-pm")
    settings(world, configure, deal_client="false")
    assert world.run("tarefas").pulados == {"sem_cliente": 1}
    settings(world, configure, deal_client="true")
    assert world.run("tarefas").criados == 1


def test_an_edit_after_sending_sends_nothing_again(world: World) -> None:
    contact = world.contact()
    item = world.task(contact)
    world.settled()
    item["Title"] = "Outro"
    contact["Name"] = "Outro nome"
    world.ploomes.touch(item)
    world.ploomes.touch(contact)
    world.settled()
    assert (len(world.milvus.clientes), len(world.milvus.chamados)) == (1, 1)


def test_what_was_deleted_at_its_source_ends_and_nothing_is_deleted_in_the_target(world: World) -> None:
    contact, old = world.contact(), world.contact("11144477736")
    world.run("clientes-pm")
    del world.ploomes.rows["Contacts"][old["Id"]]
    del world.ploomes.rows["Contacts"][contact["Id"]]
    world.clock.advance(86_400)
    assert world.run("clientes-pm").falhos == {"origem_sumiu": 1}
    assert len(world.milvus.clientes) == 1


def test_the_cut_off_is_an_instant_and_its_own_moment_is_in(world: World, configure: Configure) -> None:
    at = "2026-07-10T00:00:00-03:00"
    settings(world, configure, cutoff="2026-07-10T00:00:00")
    world.contact(CreateDate=at)
    world.contact(CreateDate="2026-07-10T02:59:59.5+00:00")
    report = world.run("clientes-pm")
    assert (report.criados, ZONE.key) == (1, "America/Sao_Paulo")


def test_documents_that_are_none_are_told_by_their_reason(world: World) -> None:
    without = [world.contact(given) for given in ("", "   ", "00000000000", "111.111.111-11")]
    world.contact("111.444.777-36")
    report = world.run("clientes-pm")
    assert report.pulados == {"sem_documento": 4}
    assert report.sem_documento == [one["Id"] for one in without]
    assert world.ledger.counts() == {
        ("clientes-pm", "estacionado", "documento_invalido"): 1,
        ("contatos", "enviado", None): 1,
    }
    assert world.milvus.clientes == []


def test_a_wrong_document_goes_where_the_settings_say_so(world: World, configure: Configure) -> None:
    settings(world, configure, send_invalid="true")
    world.contact("111.444.777-36")
    assert world.run("clientes-pm").criados == 1


def test_two_contacts_with_one_document_are_one_client_and_both_reach_it(world: World) -> None:
    first = world.contact("11222333000181")
    second = world.contact("11.222.333/0001-81")
    world.task(first)
    world.task(second)
    world.settled()
    assert (len(world.milvus.clientes), len(world.milvus.chamados)) == (1, 2)


def test_a_contact_whose_document_changes_is_told_and_is_a_new_client(world: World) -> None:
    contact = world.contact("11222333000181")
    world.run("clientes-pm")
    contact["Register"] = world.contact_free()
    world.ploomes.touch(contact)
    report = world.run("clientes-pm")
    assert report.criados == 1
    assert report.trocas == [f"contato {contact['Id']}: …0181 → …{contact['Register'][-4:]}"]
    assert world.run("clientes-pm").trocas == []


def test_blocked_clients_exist(world: World) -> None:
    world.milvus.add_cliente("11222333000181", is_ativo=False)
    world.contact("11.222.333/0001-81")
    assert world.run("clientes-pm").ja_estavam == 1
    assert len(world.milvus.clientes) == 1


def test_a_capped_list_of_clients_is_told_as_partial_or_read_by_other_means(world: World) -> None:
    world.milvus.quirks.clients.pages = "ignored"
    world.milvus.quirks.clients.cap = 1000
    world.milvus.add_cliente(world.contact_free())
    assert not world.run("clientes-mp").parcial


def test_a_list_whose_end_no_count_proves_is_told_as_partial(world: World) -> None:
    world.contact()
    world.ploomes.quirks.counts = False
    report = world.run("clientes-pm")
    assert (report.criados, report.parcial) == (1, True)


@pytest.mark.parametrize("counts", [True, False])
def test_a_page_of_which_no_row_has_a_tag_of_ours_is_no_end_of_the_list(
    world: World, configure: Configure, counts: bool
) -> None:
    configure(ploomes__tag_filter="false")
    world.ploomes.quirks.counts = counts
    world.task(world.contact(), tag=None)
    assert world.run("tarefas").parcial is not counts


def test_what_was_out_of_sight_for_a_while_goes_when_it_is_seen_again(world: World) -> None:
    """A key that loses its right to see a record is told the same as of one that is deleted."""
    contact = world.contact()
    task = world.task(contact)
    world.run("tarefas")
    del world.ploomes.rows["Tasks"][task["Id"]]
    world.clock.advance(86_400)
    assert world.run("tarefas").falhos == {"origem_sumiu": 1}
    world.run("clientes-pm")
    world.ploomes.rows["Tasks"][task["Id"]] = task
    world.clock.advance(2 * 86_400)
    assert world.run("tarefas").criados == 1


def test_a_document_that_is_put_right_after_a_detour_is_a_client(world: World) -> None:
    contact = world.contact()
    right, other = contact["Register"], world.contact_free()
    world.milvus.faults.always(status(503), key="POST cliente/criar")
    world.run("clientes-pm")
    contact["Register"] = other
    world.ploomes.touch(contact)
    world.clock.advance(7200)
    world.milvus.faults.clear("POST cliente/criar")
    assert world.run("clientes-pm").falhos == {"documento_mudou": 1}
    contact["Register"] = right
    world.ploomes.touch(contact)
    world.settled("clientes-pm")
    assert world.documents_of_clients() == sorted([right, other])
