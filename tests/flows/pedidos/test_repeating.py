"""A key holds for a day; what is done with it is done with its answer, or not at all."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from core.clock import SYSTEM, FixedClock
from core.errors import Conflict, PlatformError
from events.outbox import disparar_webhook
from flows.pedidos.repeating import KEPT, Answer, Chave, once
from flows.usuarios.managing import criar
from storage.models.eventos import Event
from storage.models.usuarios import Usuario
from storage.session import reading


@pytest.fixture
def key(banco: str) -> Chave:
    return Chave(criar("ana").id, "rota", "chave", {"b": 1, "a": "é"})


def recorded() -> int:
    with reading() as db:
        return db.scalar(select(func.count()).select_from(Event)) or 0


def owner(db: Session) -> int:
    return db.scalars(select(Usuario.id)).one()


def answering(said: list[str]) -> Callable[[Session], Answer]:
    def do(db: Session) -> Answer:
        said.append("feito")
        disparar_webhook("nfe_importada", {}, owner(db), db)
        return 201, f"feito {len(said)}"

    return do


def test_a_day_later_it_is_another_request(key: Chave) -> None:
    said: list[str] = []
    now = SYSTEM.now()
    for later, answer in ((timedelta(0), "feito 1"), (KEPT - timedelta(seconds=1), "feito 1"), (KEPT, "feito 2")):
        assert once(key, answering(said), FixedClock(now + later)) == (201, answer)


@pytest.mark.parametrize("end", [Conflict("não pode"), SystemExit()])
def test_what_ends_before_its_answer_was_not_done_and_frees_the_key(key: Chave, end: BaseException) -> None:
    said: list[str] = []

    def dies(db: Session) -> Answer:
        answering(said)(db)
        raise end

    with pytest.raises(type(end)):
        once(key, dies)
    assert recorded() == 0
    assert once(key, answering(said)) == (201, "feito 2")
    assert recorded() == 1


def test_a_commit_that_nobody_knows_the_end_of_is_not_done_again(key: Chave) -> None:
    said: list[str] = []

    def lost(_: Session) -> None:
        raise OperationalError("COMMIT", {}, Exception("the connection was lost"))

    event.listen(Session, "after_commit", lost)
    try:
        with pytest.raises((OperationalError, PlatformError)):
            once(key, answering(said))
    finally:
        event.remove(Session, "after_commit", lost)
    assert once(key, answering(said)) == (201, "feito 1")
    assert recorded() == 1


def test_without_a_key_it_is_always_done(key: Chave) -> None:
    said: list[str] = []
    assert [once(None, answering(said))[1] for _ in range(2)] == ["feito 1", "feito 2"]
    assert recorded() == 2


def test_of_many_at_once_one_does_it(key: Chave) -> None:
    said: list[str] = []
    together = Barrier(6)

    def ask() -> str:
        together.wait(60)
        return once(key, answering(said))[1]

    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda _: ask(), range(6)))
    assert len(said) == recorded() == 1
    assert set(answers) == {"feito 1"}
    assert once(key, answering(said)) == (201, "feito 1")
