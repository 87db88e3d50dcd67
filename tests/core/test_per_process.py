"""What a process keeps is made once and closed once, and is never shared with a process that it forked."""

import os
from itertools import count

from core.per_process import PerProcess


def test_it_is_made_when_asked_for_and_again_after_its_end() -> None:
    numbers, closed = count(), list[int]()
    kept = PerProcess(lambda: next(numbers), closed.append)
    kept.close()
    assert (kept.get(), kept.get(), closed) == (0, 0, [])
    kept.close()
    kept.close()
    assert (closed, kept.get()) == ([0], 1)


def test_a_process_that_was_forked_closes_nothing_of_its_parent_and_makes_its_own() -> None:
    numbers, closed = count(), list[int]()
    kept = PerProcess(lambda: next(numbers), closed.append)
    assert kept.get() == 0
    child = os.fork()
    if child == 0:
        own = kept.get()
        kept.close()
        os._exit(own * 10 + len(closed))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 11
    child = os.fork()
    if child == 0:
        kept.close()
        os._exit(len(closed))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert kept.get() == 0
