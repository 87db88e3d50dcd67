"""A key holds for a day; who died with it holds it for a minute."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from core.clock import SYSTEM, FixedClock
from core.errors import Conflict
from flows.pedidos.repeating import KEPT, UNDER_WAY, Answer, Chave, _begun, once
from flows.usuarios.managing import criar


@pytest.fixture
def key(banco: str) -> Chave:
    return Chave(criar("ana").id, "rota", "chave", {"b": 1, "a": "é"})


def answering(said: list[str]) -> Callable[[], Answer]:
    def do() -> Answer:
        said.append("feito")
        return 201, f"feito {len(said)}"

    return do


def test_a_day_later_it_is_another_request(key: Chave) -> None:
    said: list[str] = []
    now = SYSTEM.now()
    for later, answer in ((timedelta(0), "feito 1"), (KEPT - timedelta(seconds=1), "feito 1"), (KEPT, "feito 2")):
        assert once(key, answering(said), FixedClock(now + later)) == (201, answer)


def test_who_died_with_it_holds_it_for_a_minute(key: Chave) -> None:
    now = SYSTEM.now()
    assert _begun(key, now)
    with pytest.raises(Conflict, match="ainda"):
        once(key, answering([]), FixedClock(now + UNDER_WAY - timedelta(seconds=1)))
    assert once(key, answering([]), FixedClock(now + UNDER_WAY)) == (201, "feito 1")


@pytest.mark.parametrize("fails", [True, False])
def test_who_was_too_slow_takes_no_answer_away_from_who_came_after(key: Chave, *, fails: bool) -> None:
    now, said = SYSTEM.now(), list[str]()
    later = FixedClock(now + UNDER_WAY)

    def slow() -> Answer:
        assert once(key, answering(said), later) == (201, "feito 1")
        if fails:
            raise Conflict("tarde demais")
        return 201, "tarde demais"

    if fails:
        with pytest.raises(Conflict, match="tarde"):
            once(key, slow, FixedClock(now))
    else:
        assert once(key, slow, FixedClock(now)) == (201, "tarde demais")
    assert once(key, answering(said), later) == (201, "feito 1")


def test_of_many_at_once_one_does_it(key: Chave) -> None:
    said: list[str] = []
    together = Barrier(6)

    def ask() -> str:
        together.wait(60)
        try:
            return once(key, answering(said))[1]
        except Conflict:
            return "espere"

    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda _: ask(), range(6)))
    assert len(said) == 1
    assert set(answers) <= {"feito 1", "espere"}
    assert once(key, answering(said)) == (201, "feito 1")
