"""One poller for all viewers; each is shown what is new, and none holds up another or the end of the process."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from api.painel import live as room
from api.painel import stream
from api.painel.live import Live, News, Viewer, told_of
from api.painel.panel import Sinal
from api.painel.readings import Reading, Readings
from api.painel.stream import BEGIN, GONE, HEARTBEAT, Stream
from core import stopping
from core.caller import OPERATOR, Caller

Sent = list[dict[str, Any]]


def news(parte: str, marca: str) -> News:
    return News(parte, marca, f"{parte}{marca} ".encode())


def run(work: Callable[[], Awaitable[None]]) -> None:
    async def within() -> None:
        async with asyncio.timeout(60):
            await work()

    asyncio.run(within())


def test_a_viewer_is_shown_the_newest_of_each_part_once() -> None:
    async def work() -> None:
        viewer = Viewer(1, OPERATOR)
        viewer.offer([news("a", "1"), news("b", "1")])
        viewer.offer([news("a", "2"), news("b", "1")])
        assert await viewer.next(60) == b"a2 b1 "
        viewer.offer([news("a", "2"), news("b", "1")])
        assert await viewer.next(0) == b""
        viewer.offer([news("a", "2"), news("b", "3")])
        assert await viewer.next(60) == b"b3 "
        viewer.end()
        assert (await viewer.next(60), viewer.over) == (b"", True)

    run(work)


def test_there_is_room_for_so_many_and_for_so_many_of_one_person(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST_VIEWERS", 3)
    monkeypatch.setattr(room, "MOST_OF_ONE", 2)
    monkeypatch.setattr(Readings, "of", lambda *_: ())

    async def work() -> None:
        every = Live()
        first, second = every.join(1, OPERATOR), every.join(1, OPERATOR)
        assert first is not None
        assert second is not None
        assert every.join(1, OPERATOR) is None
        assert every.join(2, Caller(2)) is not None
        assert every.join(3, Caller(3)) is None
        every.leave(first)
        assert every.join(3, Caller(3)) is not None
        assert len(every) == 3
        stopping.ask_to_stop()
        every.leave(second)
        assert every.join(1, OPERATOR) is None

    try:
        run(work)
    finally:
        stopping.reset()


def test_all_viewers_of_one_caller_cost_one_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Caller] = []

    def of(_: Readings, caller: Caller) -> tuple[Reading, ...]:
        asked.append(caller)
        return (Reading("a", "A", 1, Sinal.BEM, str(caller.usuario_id), "<p>\n\n</p>", "1"),)

    monkeypatch.setattr(Readings, "of", of)

    async def work() -> None:
        every = Live()
        viewers = [every.join(number, caller) for number in range(20) for caller in (OPERATOR, Caller(9))]
        shown = [await viewer.next(60) for viewer in viewers if viewer is not None]
        assert sorted(asked, key=str) == sorted([OPERATOR, Caller(9)], key=str)
        assert len(shown) == 40
        assert len(set(shown)) == 2
        assert all(one.count(b"\n\n") == 2 for one in shown), "a card's text ends no event"
        for viewer in viewers:
            assert viewer is not None
            every.leave(viewer)
        assert len(every) == 0

    run(work)


def test_a_page_that_cannot_be_read_stills_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def of(_: Readings, caller: Caller) -> tuple[Reading, ...]:
        if caller.is_operator:
            raise ZeroDivisionError
        return (Reading("a", "A", 1, Sinal.BEM, "", "", "1"),)

    monkeypatch.setattr(Readings, "of", of)
    monkeypatch.setattr(room, "EVERY_SECONDS", 0.01)

    async def work() -> None:
        every = Live()
        broken = [every.join(number, OPERATOR) for number in range(3)]
        good = every.join(9, Caller(9))
        assert good is not None
        assert await good.next(60)
        for viewer in (*broken, good):
            assert viewer is not None
            every.leave(viewer)

    run(work)


def test_the_end_of_the_process_ends_every_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Readings, "of", lambda *_: ())

    async def work() -> None:
        every = Live()
        viewers = [every.join(number, OPERATOR) for number in range(5)]
        stopping.ask_to_stop()
        for viewer in viewers:
            assert viewer is not None
            while not viewer.over:
                await viewer.next(60)

    try:
        run(work)
    finally:
        stopping.reset()


async def _waits_for_ever(*_: object) -> Any:
    await asyncio.Event().wait()


def streamed(
    viewer_of: Callable[[Live], Viewer], stands: bool = True, receive: Any = _waits_for_ever, most: int = 50
) -> tuple[Sent, Live]:
    """Return what a stream sends until it ends."""
    sent: Sent = []
    every = Live()

    async def send(message: Any) -> None:
        sent.append(message)
        await asyncio.sleep(0)
        if len(sent) == most:
            raise AssertionError(sent)

    async def work() -> None:
        await Stream(every, viewer_of(every), lambda: stands)({}, receive, send)

    run(work)
    return sent, every


def joined(every: Live) -> Viewer:
    viewer = every.join(1, OPERATOR)
    assert viewer is not None
    return viewer


def test_a_stream_ends_with_its_session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Readings, "of", lambda *_: ())
    monkeypatch.setattr(stream, "HEARTBEAT_SECONDS", 0.01)
    sent, every = streamed(joined, stands=False)
    start, *bodies = sent
    assert (b"content-type", b"text/event-stream; charset=utf-8") in start["headers"]
    assert bodies[0]["body"] == BEGIN
    assert (bodies[-1]["body"], bodies[-1]["more_body"]) == (GONE, False)
    assert len(every) == 0


def test_a_stream_that_always_has_news_ends_with_its_session_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Readings, "of", lambda *_: ())
    # what the poller tells comes whenever its thread is done
    monkeypatch.setattr(room, "told_of", lambda _: [])
    monkeypatch.setattr(stream, "HEARTBEAT_SECONDS", 0.0)
    answers = iter([True, True, False])
    sent: Sent = []

    async def work() -> None:
        every = Live()
        viewer = joined(every)

        async def send(message: Any) -> None:
            sent.append(message)
            assert len(sent) < 50
            viewer.offer([news("a", str(len(sent)))])

        await Stream(every, viewer, lambda: next(answers))({}, _waits_for_ever, send)

    run(work)
    assert [one["body"] for one in sent[1:]] == [BEGIN, b"a2 ", b"a3 ", GONE]


def test_a_stream_ends_with_its_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Readings, "of", lambda *_: ())
    beats = iter(({"type": "http.request"}, {"type": "http.disconnect"}))

    async def receive() -> Any:
        return next(beats)

    sent, every = streamed(joined, receive=receive)
    assert sent[-1]["more_body"] is False
    assert len(every) == 0


def test_a_heartbeat_is_sent_while_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Readings, "of", lambda *_: ())
    monkeypatch.setattr(stream, "HEARTBEAT_SECONDS", 0.01)
    answers = iter([True, True, False])
    sent: Sent = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def work() -> None:
        every = Live()
        await Stream(every, joined(every), lambda: next(answers))({}, _waits_for_ever, send)

    run(work)
    assert [one["body"] for one in sent if one.get("body") == HEARTBEAT] == [HEARTBEAT] * 2


def test_a_viewer_that_takes_nothing_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Readings, "of", lambda *_: ())
    monkeypatch.setattr(stream, "SLOW_SECONDS", 0.01)
    sent: Sent = []

    async def send(message: Any) -> None:
        sent.append(message)
        if message["type"] == "http.response.body":
            await _waits_for_ever()

    async def work() -> None:
        every = Live()
        await Stream(every, joined(every), lambda: True)({}, _waits_for_ever, send)
        assert len(every) == 0

    run(work)
    assert len(sent) == 2


def test_the_sentence_over_the_cards_is_an_event_too() -> None:
    found = told_of([Reading("a", "A", 1, Sinal.FALHA, "", "", "1")])
    assert [one.parte for one in found] == ["a", ""]
    assert "Precisa de algu" in found[1].event.decode()
