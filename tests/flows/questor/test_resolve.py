"""Asking for documents whose answer was lost: each question once, by one sender, and never at the cost of the files."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from aiohttp import web
from conftest import Configure
from sqlalchemy import update
from support.questor import TOKEN, account, files, lot, states

from core import stopping
from core.clock import SYSTEM, FixedClock
from flows.questor import resolve, send
from flows.questor.ledger import WORK_SECONDS
from flows.questor.rows import NEVER
from sandbox import faults
from sandbox.faults import Usual
from sandbox.questor import QuestorServer
from sandbox.questor.documentos import Documento, documento
from storage.models.questor import QuestorArquivo, QuestorConta
from storage.session import transaction
from tasks.questor import QUESTOR

QUERY = "obternfeporfiltro"


@pytest.fixture
def server(configure: Configure) -> Iterator[QuestorServer]:
    with QuestorServer(TOKEN) as running:
        configure(**account(running.url))
        yield running


@pytest.fixture
def stop_flag() -> Iterator[None]:
    yield
    stopping.reset()


def of_emitters(amount: int) -> list[Documento]:
    """Return a note of each of so many emitters."""
    return [documento("nfe", number, cnpj=f"{number:014d}") for number in range(1, amount + 1)]


def lose(server: QuestorServer, lost: Sequence[Documento], *, stored: bool = True) -> FixedClock:
    """Let the answers of these be lost; return a clock at the instant when they are to be asked for."""
    if stored:
        server.guardados |= {one.identidade: one for one in lost}
    mine = QuestorArquivo.identidade.in_([one.identidade for one in lost])
    with transaction() as db:
        values = {"estado": "desconhecido", "motivo": "sem_resposta", "tentativas": 1, "due_at": SYSTEM.now()}
        db.execute(update(QuestorArquivo).where(mine).values(**values))
    return FixedClock(SYSTEM.now())


def taking(clock: FixedClock, seconds: float, then: Callable[[], object] = lambda: None) -> faults.Fault:
    """Answer as usual after so many seconds, in which something else happens."""

    async def act(request: web.Request, answer: Usual) -> web.StreamResponse:
        clock.advance(seconds)
        await asyncio.to_thread(then)
        return await answer()

    return act


def test_a_chunk_asks_for_a_while_then_sends_and_the_next_goes_on(
    sqlite: str, server: QuestorServer, tmp_path: Path
) -> None:
    lost, fresh = of_emitters(12), [documento("nfe", number) for number in range(50, 60)]
    lote = lot(tmp_path / "xml", [*lost, *fresh])
    clock = lose(server, lost)
    server.faults.always(taking(clock, 9.0), key=QUERY)
    asked = []
    for _ in range(3):
        send.send_chunk(lote, clock)
        asked.append(server.pedidos[QUERY])
        assert {row.estado for row in files(lote)[12:]} == {"enviado"}
    assert asked == [5, 10, 12]
    assert states(lote) == {"enviado": 22}
    assert [row.motivo for row in files(lote)[:12]] == ["confirmado"] * 12
    assert all(row.lease_token is None for row in files(lote))


@pytest.mark.parametrize(("amount", "pages"), [(1, 5), (4, 6)])
def test_nobody_else_asks_while_a_question_takes_many_minutes(
    banco: str, server: QuestorServer, tmp_path: Path, amount: int, pages: int
) -> None:
    """An emitter's month has several pages, each of which takes as long as a slow server needs."""
    lost = [documento("nfe", number) for number in range(1, amount + 1)]
    lote = lot(tmp_path / "xml", lost)
    clock = lose(server, lost)
    server.guardados = {one.identidade: one for one in [*(documento("nfe", 900 + n) for n in range(4)), *lost]}
    server.limites.take = 1
    others = []
    server.faults.always(taking(clock, 79.0, lambda: others.append(send.send_chunk(lote, clock).enviados)), key=QUERY)
    send.send_chunk(lote, clock)
    assert server.pedidos[QUERY] == pages
    assert others == [0] * pages


def test_a_question_whose_pages_take_all_the_time_there_is_counts_as_not_answered(
    sqlite: str, server: QuestorServer, tmp_path: Path
) -> None:
    lost = [documento("nfe", 1)]
    lote = lot(tmp_path / "xml", [*lost, documento("nfe", 2)])
    clock = lose(server, lost)
    server.guardados = {one.identidade: one for one in [documento("nfe", 900 + n) for n in range(9)]}
    server.limites.take = 1
    server.faults.always(taking(clock, 119.0), key=QUERY)
    send.send_chunk(lote, clock)
    asked, sent = files(lote)
    assert (asked.estado, asked.erros, asked.lease_token) == ("desconhecido", 1, None)
    assert asked.due_at > clock.now()
    assert sent.estado == "enviado"
    assert server.pedidos[QUERY] == 4


def test_a_process_that_is_to_stop_breaks_a_question_off_and_gives_it_back(
    sqlite: str, server: QuestorServer, tmp_path: Path, stop_flag: None
) -> None:
    lost = of_emitters(3)
    lote = lot(tmp_path / "xml", lost)
    other = documento("nfe", 900, cnpj=f"{2:014d}")
    server.guardados[other.identidade] = other
    clock = lose(server, lost)
    server.limites.take = 1
    server.faults.queue(faults.usual, taking(clock, 1.0, stopping.ask_to_stop), key=QUERY)
    send.send_chunk(lote, clock)
    first, second, third = files(lote)
    assert first.motivo == "confirmado"
    assert [(row.estado, row.erros, row.lease_token) for row in (second, third)] == [("desconhecido", 0, None)] * 2
    assert second.due_at <= clock.now()


@pytest.mark.parametrize("request_seconds", [1.0, 90.0, 120.0, 300.0])
def test_asking_and_sending_end_before_their_task_is_cut_off(request_seconds: float) -> None:
    asking = resolve.asking_seconds(request_seconds) + request_seconds
    assert asking + WORK_SECONDS + request_seconds <= QUESTOR.longest


def test_who_asked_too_long_leaves_the_sending_to_the_next_chunk(
    sqlite: str, server: QuestorServer, configure: Configure, tmp_path: Path
) -> None:
    configure(**account(server.url, total_timeout="600"))
    lost = of_emitters(1)
    lote = lot(tmp_path / "xml", [*lost, documento("nfe", 2)])
    clock = lose(server, lost)
    server.faults.queue(taking(clock, 500.0), key=QUERY)
    assert send.send_chunk(lote, clock).mais
    assert states(lote) == {"enviado": 1, "pendente": 1}
    assert not send.send_chunk(lote, clock).mais
    assert states(lote) == {"enviado": 2}


RECEIVER = "99888777000160"


def purchase(numero: int = 1) -> Documento:
    """Return a note that the office's client received."""
    return documento("nfe", numero, destinatario=RECEIVER)


@pytest.mark.parametrize("wanted", [purchase(), documento("nfe", 1, cnpj=RECEIVER)], ids=["purchase", "sale"])
def test_what_the_office_lists_under_its_client_is_not_sent_again(
    banco: str, server: QuestorServer, tmp_path: Path, wanted: Documento
) -> None:
    server.clientes = {RECEIVER}
    server.faults.queue(faults.after(faults.reset()), key="importarxmlnfearray")
    lote = lot(tmp_path / "xml", [wanted])
    send.send_chunk(lote)
    make_due()
    send.send_chunk(lote)
    (row,) = files(lote)
    assert (row.estado, row.motivo) == ("enviado", "confirmado")
    assert server.posts == {wanted.identidade: 1}


def test_a_text_that_is_gone_names_nobody_so_that_not_listed_is_not_known(
    sqlite: str, server: QuestorServer, tmp_path: Path
) -> None:
    server.clientes = {RECEIVER}
    lote = lot(tmp_path / "xml", [purchase(1), purchase(2)])
    clock = lose(server, [purchase(1)])
    (tmp_path / "xml/0.xml").unlink()
    send.send_chunk(lote, clock)
    first, second = files(lote)
    assert (first.estado, first.motivo, first.repeticoes) == ("pendente", "repetido", 1)
    assert (second.estado, first.due_at > clock.now()) == ("enviado", True)


def test_what_is_lost_each_time_and_never_listed_is_sent_a_few_times_only(
    sqlite: str, server: QuestorServer, tmp_path: Path
) -> None:
    server.faults.always(faults.reset(), key="importarxmlnfearray")
    lote = lot(tmp_path / "xml", [documento("nfe", 1)])
    for _ in range(12):
        send.send_chunk(lote)
        make_due()
    (row,) = files(lote)
    assert (row.estado, row.motivo) == ("desconhecido", "sem_confirmacao")
    assert server.posts.total() == 4


def test_what_a_killed_sender_held_is_sent_at_once_and_does_not_count(
    sqlite: str, server: QuestorServer, tmp_path: Path
) -> None:
    lote = lot(tmp_path / "xml", [documento("nfe", 1)])
    with transaction() as db:
        db.execute(update(QuestorArquivo).values(estado="desconhecido", due_at=SYSTEM.now()))
    send.send_chunk(lote)
    assert [(one.estado, one.repeticoes) for one in files(lote)] == [("enviado", 0)]


def make_due() -> None:
    with transaction() as db:
        waits = (QuestorArquivo.lease_token.is_(None), QuestorArquivo.due_at < NEVER)
        db.execute(update(QuestorArquivo).where(*waits).values(due_at=SYSTEM.now()))
        db.execute(update(QuestorConta).values(aberto_ate=None, falhas=0, espera=0))
