"""Tickets: opened once, found by their reference whatever the account's dialect, commented."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connectors.base.faults import Overloaded, Unintelligible, UnknownOutcome
from connectors.milvus import Milvus, checks, has_reference, reference
from connectors.milvus.rows import moment
from core.clock import FixedClock
from core.settings.milvus import ContaMilvus
from sandbox import faults
from sandbox.faults import after
from sandbox.milvus import MilvusServer

CNPJ = "11222333000181"
LINE = reference("ploomes", "Tasks", 123)
HOUR = timedelta(hours=1)


def opened(server: MilvusServer, amount: int, clock: FixedClock, **more: Any) -> tuple[str, list[str]]:
    """Open tickets of one client, one a minute; return its token and their codes."""
    client = server.add_cliente(CNPJ)
    codes = []
    for _ in range(amount):
        codes.append(str(server.add_chamado(client, **more)["codigo"]))
        clock.advance(60)
    return client["token"], codes


def codes(milvus: Milvus, token: str, since: datetime) -> tuple[set[str], bool]:
    found = milvus.list_chamados(token, since)
    return {one.codigo for one in found.rows}, found.complete


def test_a_ticket_is_opened_and_found_again_by_its_reference(
    server: MilvusServer, milvus: Milvus, clock: FixedClock
) -> None:
    token, _ = opened(server, 2, clock, descricao=f"Instalar\n{reference('ploomes', 'Tasks', 1234)}")
    assert milvus.may_open(token) is None
    body = {"cliente_id": token, "chamado_assunto": "Instalar", "chamado_descricao": f"Duas bobinas.\n\n{LINE}"}
    code = milvus.create_chamado(body)
    server.close_chamado(server.chamados[-1])
    found = milvus.find_chamados(token, LINE, clock.now() - HOUR)
    assert ([one.codigo for one in found.rows], found.complete) == ([code], True)
    assert found.rows[0].criado_em == clock.now().replace(microsecond=0)
    assert server.requests["POST chamado/listagem"] == 1


@pytest.mark.parametrize(
    "manners",
    [
        {},
        {"place": "body"},
        {"place": "query"},
        {"dialect": "page"},
        {"dialect": "page", "strict": True},
        {"dialect": "pagina", "strict": True},
        {"cap": 5, "sizes": False},
        {"cap": 5, "sizes": False, "dialect": "page"},
        {"cap": 5, "sizes": False, "pages": False},
        {"cap": 5, "sizes": False, "pages": False, "strict": True, "dialect": "page"},
        {"key": "data", "brazilian_dates": True, "cap": 5},
        {"filters": False, "cap": 5},
    ],
    ids=str,
)
def test_whatever_the_dialect_every_ticket_is_found_closed_ones_too(
    server: MilvusServer, milvus: Milvus, clock: FixedClock, manners: dict[str, Any]
) -> None:
    for name, value in manners.items():
        setattr(server.quirks.tickets, name, value)
    since = clock.now()
    token, added = opened(server, 13, clock)
    server.add_chamado(server.add_cliente("11144477735"))
    for row in server.chamados[::3]:
        server.close_chamado(row)
    for _ in range(2):
        assert codes(milvus, token, since) == (set(added), True)


def test_probing_is_done_once(server: MilvusServer, conta: ContaMilvus, clock: FixedClock) -> None:
    since = clock.now()
    token, _ = opened(server, 9, clock)
    server.quirks.tickets.dialect = "page"
    with Milvus("padrao", conta.model_copy(update={"page_size": 5}), clock=clock) as milvus:
        server.quirks.tickets.cap = 5
        counts = []
        for _ in range(2):
            server.requests.clear()
            milvus.list_chamados(token, since)
            counts.append(server.requests.total())
    # page 1, page 2 in the wrong dialect, page 2 in the right one; then nothing but pages
    assert counts == [3, 2]


def test_tickets_of_one_moment_that_no_page_shows_make_a_partial_list(
    server: MilvusServer, milvus: Milvus, clock: FixedClock
) -> None:
    client = server.add_cliente(CNPJ)
    for _ in range(8):
        server.add_chamado(client)
    manners = server.quirks.tickets
    manners.cap, manners.sizes, manners.pages = 5, False, False
    found = milvus.list_chamados(client["token"], clock.now() - HOUR)
    assert (len(found.rows), found.complete) == (5, False)
    assert server.requests["POST chamado/listagem"] <= 101


def test_without_a_total_a_list_is_whole_only_where_pages_turn_to_an_empty_one(
    server: MilvusServer, milvus: Milvus, clock: FixedClock
) -> None:
    since = clock.now()
    server.quirks.tickets.tells_total = False
    token, added = opened(server, 1, clock)
    assert codes(milvus, token, since) == (set(added), True)
    server.quirks.tickets.cap = 5
    _, more = opened(server, 7, clock)
    token = server.clientes[-1]["token"]
    assert codes(milvus, token, since) == (set(more), True)
    server.requests.clear()
    server.quirks.tickets.pages = False
    assert codes(milvus, token, since) == (set(more[2:]), False)
    assert server.requests.total() <= 3


def test_an_empty_list_with_a_total_is_partial(server: MilvusServer, milvus: Milvus, clock: FixedClock) -> None:
    answer = '{"meta": {"paginate": {"total": "3"}}, "lista": []}'
    server.faults.always(faults.status(200, answer))
    assert codes(milvus, "ABC", clock.now() - timedelta(seconds=1)) == (set(), False)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (after(faults.reset()), UnknownOutcome),
        (after(faults.status(502)), Overloaded),
        (faults.status(500, '{"message": "Campo inválido"}'), Overloaded),
        (after(faults.status(200, '"ok"')), Unintelligible),
    ],
)
def test_a_ticket_that_may_have_been_opened_is_not_opened_again(
    server: MilvusServer, milvus: Milvus, clock: FixedClock, fault: faults.Fault, kind: type[Exception]
) -> None:
    token, _ = opened(server, 0, clock)
    server.faults.always(fault, key="POST chamado/criar")
    with pytest.raises(kind) as caught:
        milvus.create_chamado({"cliente_id": token, "chamado_assunto": "a", "chamado_descricao": LINE})
    assert getattr(caught.value, "may_be_stored", False)
    assert server.requests["POST chamado/criar"] == 1


def test_comments(server: MilvusServer, milvus: Milvus, clock: FixedClock) -> None:
    _, (code,) = opened(server, 1, clock)
    milvus.comment(code, "Voltou ao normal.\nReferência: x/y/1")
    server.acompanhamentos[code].append({"texto": None, "texto_html": "<p>ok</p>", "is_excluido": False})
    server.acompanhamentos[code].append({"texto": "apagado", "is_excluido": True})
    assert milvus.comments(code) == ["Voltou ao normal.\nReferência: x/y/1", "ok"]
    server.faults.queue(after(faults.reset()), key="POST chamado/acompanhamento/criar")
    with pytest.raises(UnknownOutcome) as caught:
        milvus.comment(code, "de novo")
    assert caught.value.may_be_stored
    assert len(milvus.comments(code)) == 3


def test_why_no_ticket_may_be_opened(server: MilvusServer, milvus: Milvus) -> None:
    server.quirks.contract = "Contrato vencido"
    assert milvus.may_open("ABCDEF") == "Contrato vencido"
    server.faults.always(faults.status(200, '{"pode_abrir_chamado": "talvez"}'))
    with pytest.raises(Unintelligible):
        milvus.may_open("ABCDEF")


def test_names_that_no_ticket_has_are_told(server: MilvusServer, milvus: Milvus, clock: FixedClock) -> None:
    opened(server, 1, clock, mesa_trabalho="Suporte")
    names = [("mesa_trabalho", "Suporte"), ("mesa_trabalho", "Suport"), ("setor", "Campo"), ("categoria_primaria", "")]
    told = checks.unseen(milvus, names)
    assert told == [
        "Nenhum chamado tem a mesa 'Suport': confira o nome, letra por letra.",
        "Nenhum chamado tem o setor 'Campo': confira o nome, letra por letra.",
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (LINE, True),
        (f"Instalar.\n\n{LINE}\n", True),
        (f"<p>Instalar</p><p>{LINE}</p>", True),
        (f"Instalar<br>{LINE}<br>obrigado", True),
        ("Refer\u00c3\u00aancia: ploomes/Tasks/123", True),  # read in the wrong encoding on the way
        ("Referencia: ploomes/Tasks/123", True),
        ("Referência: ploomes/Tasks/1234", False),
        ("Referência: xploomes/Tasks/123", False),
        ("veja a tarefa ploomes/Tasks/123", False),
        ("igual ao de Referência: ploomes/Tasks/123", False),
        ("", False),
    ],
)
def test_a_reference_is_a_line_of_its_own(text: str, found: bool) -> None:
    assert has_reference(text, LINE) is found


def test_what_a_reference_is_made_of_cannot_break_it() -> None:
    odd = reference("esteira", "alerta", "loja 1/caixa\n2")
    assert odd == "Referência: esteira/alerta/loja-1-caixa-2"
    assert has_reference(f"x\n{odd}", odd)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2026-07-14 12:00:00", datetime(2026, 7, 14, 15, tzinfo=UTC)),
        ("14/07/2026 12:00", datetime(2026, 7, 14, 15, tzinfo=UTC)),
        ("2026-07-14", None),
        (None, None),
    ],
)
def test_dates_are_of_the_account_s_own_clock(text: object, read: datetime | None) -> None:
    assert moment(text, ZoneInfo("America/Sao_Paulo")) == read
