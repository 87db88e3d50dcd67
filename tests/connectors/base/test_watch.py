"""Calls whose time is up are cut, others are not, and one thread serves all."""

import threading
import time

from connectors.base.watch import Watch

LONG = 600.0


def test_what_is_over_in_time_is_not_cut_and_what_is_not_is_cut_whatever_the_order() -> None:
    watch, cut, heard = Watch(), list[str](), threading.Event()

    def late() -> None:
        cut.append("late")
        heard.set()

    with watch.until(time.monotonic() + LONG, lambda: cut.append("long")):
        with watch.until(time.monotonic() + LONG, lambda: cut.append("done")):
            pass
        with watch.until(time.monotonic() - 1, late):
            assert heard.wait(60)
    watch.close()
    assert cut == ["late"]


def test_nothing_is_kept_of_calls_that_are_over_and_one_thread_serves_all() -> None:
    watch, before = Watch(), threading.active_count()
    for _ in range(50):
        with watch.until(time.monotonic() + LONG, print):
            assert threading.active_count() == before + 1
    assert not watch._waiting
    assert not watch._over
    watch.close()
    assert threading.active_count() == before


def test_a_watch_that_was_closed_begins_again() -> None:
    watch, heard = Watch(), threading.Event()
    with watch.until(time.monotonic() + LONG, print):
        pass
    watch.close()
    with watch.until(time.monotonic(), heard.set):
        assert heard.wait(60)
    watch.close()


def test_one_that_cannot_be_cut_hinders_no_other() -> None:
    watch, heard = Watch(), threading.Event()

    def broken() -> None:
        raise OSError("fechada")

    with watch.until(time.monotonic(), broken), watch.until(time.monotonic() + 0.01, heard.set):
        assert heard.wait(60)
    watch.close()
