"""The ids of what is under way hold where they are bound, and in what is begun there."""

import contextvars
import threading

from core import context


def test_ids_hold_inside_and_not_outside() -> None:
    assert context.origin() is None
    with context.bound(origin="a" * 32, task="x"):
        with context.bound(task="y", empty=None):
            assert context.ids() == {"origin": "a" * 32, "task": "y"}
        assert context.ids()["task"] == "x"
        assert context.cause() == "a" * 32
    assert context.ids() == {}


def test_another_thread_has_its_own_unless_it_is_given_them() -> None:
    seen = []
    with context.bound(origin="a" * 32):
        here = contextvars.copy_context()
        for work in (context.origin, lambda: here.run(context.origin)):
            thread = threading.Thread(target=lambda work=work: seen.append(work()))
            thread.start()
            thread.join()
    assert seen == [None, "a" * 32]


def test_what_carries_nothing_begins_anew() -> None:
    assert context.of_cause("b" * 32 + "-" + "c" * 16) == "b" * 32
    one, other = context.of_cause(None), context.of_cause(None)
    assert len(one) == len(other) == 32
    assert one != other
