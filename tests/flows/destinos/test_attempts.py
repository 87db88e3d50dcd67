"""What was sent to a webhook and how it went; bodies are whole as far as there is room."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from support.deliveries import change, ntfy, owned, webhook

from core.caller import Caller
from core.clock import FixedClock
from core.errors import NotFound, UsageError
from flows.destinos import attempts
from flows.destinos.attempts import BEGINNING, MOST, ROOM, Estatisticas, estatisticas, newest
from storage.models.eventos import Attempt, Delivery, Estado, Event
from storage.session import transaction

NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)
CLOCK = FixedClock(NOW)


@pytest.fixture
def erp(sqlite: str) -> int:
    return webhook("https://erp.exemplo.com.br/x", nome="ERP")


def tried(destino: int, corpo: bytes = b"{}", *, ago: timedelta = timedelta(), error: str | None = None) -> int:
    """Note an attempt to send a body; return the number of its delivery."""
    with transaction() as db:
        event = Event(message_id=f"msg_{destino}_{len(corpo)}_{db.query(Event).count()}", nome="teste", corpo=corpo)
        event.occurred_at = NOW
        db.add(event)
        db.flush()
        made = Delivery(event_id=event.id, destino_id=destino, estado=Estado.ENTREGUE, created_at=NOW, due_at=NOW)
        db.add(made)
        db.flush()
        status, answer = (0, None) if error else (200, "ok")
        more = {"outcome": "x", "status_code": status, "response": answer, "error": error}
        db.add(Attempt(delivery_id=made.id, number=1, started_at=NOW - ago, duration_ms=7, **more))
        return made.id


@pytest.mark.parametrize(
    ("lengths", "cut"),
    [
        ([], []),
        ([ROOM], [False]),
        ([ROOM + 1], [True]),
        # what is short is whole, however little room is left
        ([ROOM, BEGINNING, BEGINNING + 1], [False, False, True]),
        ([ROOM + 1, 10, BEGINNING + 1], [True, False, True]),
        ([ROOM // 2, ROOM // 2, BEGINNING + 1], [False, False, True]),
        ([BEGINNING] * 80, [False] * 80),
    ],
)
def test_the_newest_long_bodies_are_whole_until_there_is_no_room(lengths: Sequence[int], cut: list[bool]) -> None:
    assert attempts._without_room(lengths) == cut


def test_an_attempt_is_shown_with_what_was_sent_and_answered(erp: int) -> None:
    well = tried(erp, b'{"a": 1}', ago=timedelta(minutes=1))
    badly = tried(erp, b'{"a": 2}', error="não respondeu")
    first, second = newest(erp)
    assert (first.entrega_id, first.sucesso, first.status_code, first.response, first.erro) == (
        badly,
        False,
        0,
        None,
        "não respondeu",
    )
    assert (second.entrega_id, second.sucesso, second.status_code, second.response, second.erro) == (
        well,
        True,
        200,
        "ok",
        None,
    )
    assert (second.webhook_nome, second.evento, second.payload, second.payload_cortado) == (
        "ERP",
        "teste",
        '{"a": 1}',
        False,
    )
    assert (second.data_execucao, second.tentativa, second.duracao_ms) == (NOW - timedelta(minutes=1), 1, 7)


def test_of_many_attempts_the_newest_are_shown_and_those_of_others_are_not(erp: int) -> None:
    other = webhook("https://crm.exemplo.com.br/x", nome="CRM")
    numbers = [tried(one) for one in (erp, erp, other, erp)]
    assert [one.entrega_id for one in newest(erp, 2)] == [numbers[3], numbers[1]]
    assert [one.entrega_id for one in newest(other)] == [numbers[2]]


@pytest.mark.parametrize("limite", [0, -1, MOST + 1])
def test_more_than_there_is_room_for_may_not_be_asked_for(erp: int, limite: int) -> None:
    with pytest.raises(UsageError, match="de 1 a 50") as refused:
        newest(erp, limite)
    assert refused.value.campo == "limit"
    assert newest(erp, MOST) == newest(erp, 1) == ()


def test_what_is_no_webhook_or_somebody_else_s_is_not_there(erp: int) -> None:
    phone = ntfy("https://ntfy.exemplo.com.br")
    ana = Caller(owned(erp, "ana"))
    assert newest(erp, caller=ana) == ()
    for number, caller in ((phone, Caller()), (987_654, Caller()), (erp, Caller((ana.usuario_id or 0) + 1))):
        with pytest.raises(NotFound):
            newest(number, caller=caller)


def test_a_body_without_room_is_cut_between_two_letters_and_one_that_is_no_text_is_shown_all_the_same(
    erp: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "BEGINNING", 4)
    monkeypatch.setattr(attempts, "ROOM", 8)
    for corpo in ("abcdé", "abcééé", b"\xffabcdef"):
        tried(erp, corpo if isinstance(corpo, bytes) else corpo.encode())
    shown = newest(erp)
    assert [one.payload_cortado for one in shown] == [False, True, True]
    # the fourth byte is the first half of a letter
    assert [one.payload for one in shown] == ["\ufffdabcdef", "abc", "abcd"]


@pytest.mark.usefixtures("sqlite")
def test_without_webhooks_the_figures_are_numbers() -> None:
    assert estatisticas(clock=CLOCK) == Estatisticas(0, 0, 0, 0.0, 0, 0)


def test_attempts_of_the_last_day_are_counted_and_the_rate_has_two_places(erp: int) -> None:
    tried(erp, ago=timedelta(hours=24))
    tried(erp, ago=timedelta(hours=24, seconds=1))
    for error in (None, "não"):
        tried(erp, error=error)
    assert estatisticas(clock=CLOCK) == Estatisticas(1, 1, 3, 66.67, 3, 2)


def test_webhooks_that_are_off_or_stopped_are_not_active_and_other_kinds_do_not_count(erp: int) -> None:
    for nome, columns in (("b", {"ativo": False}), ("c", {"desligado_em": NOW}), ("d", {"pausado_em": NOW})):
        change(webhook(f"https://{nome}.exemplo.com.br/x", nome=nome), **columns)
    tried(ntfy("https://ntfy.exemplo.com.br"), error="não")
    tried(erp)
    assert estatisticas(clock=CLOCK) == Estatisticas(4, 2, 1, 100.0, 1, 1)


def test_a_user_s_figures_are_of_the_user_s_own(erp: int) -> None:
    mine = webhook("https://crm.exemplo.com.br/x", nome="CRM")
    ana = Caller(owned(mine, "ana"))
    tried(erp, error="não")
    tried(mine)
    assert estatisticas(ana, CLOCK) == Estatisticas(1, 1, 1, 100.0, 1, 1)
    assert estatisticas(Caller((ana.usuario_id or 0) + 1), CLOCK).total_webhooks == 0
