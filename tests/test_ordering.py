"""The order of the tests: none is lost, and no worker has all the long ones, or one of them at the end."""

import pytest
from support.ordering import LONG_END, shares


@pytest.mark.parametrize("workers", [1, 2, 3, 7])
@pytest.mark.parametrize(("long", "short"), [(0, 0), (0, 50), (5, 0), (9, 3), (40, 4000), (3, 100)])
def test_each_is_there_once(long: int, short: int, workers: int) -> None:
    given = [f"long {n}" for n in range(long)], [f"short {n}" for n in range(short)]
    assert sorted(shares(*given, workers)) == sorted(given[0] + given[1])


def test_those_that_would_wait_for_each_other_are_one_worker_s() -> None:
    long, short, queued = [f"long {n}" for n in range(6)], [f"short {n}" for n in range(90)], ["rabbit"] * 4
    ordered = shares(long, short, 2, queued)
    assert sorted(ordered) == sorted(long + short + queued)
    assert ordered[:50].count("rabbit") == 4
    assert [sum(one.startswith("long") for one in part) for part in (ordered[:50], ordered[50:])] == [1, 5]


def test_workers_have_as_many_long_ones_none_of_them_at_the_end() -> None:
    long, short, workers = [-1] * 90, list(range(9000)), 3
    ordered = shares(long, short, workers)
    part = len(ordered) // workers
    for begin in range(0, len(ordered), part):
        own = ordered[begin : begin + part]
        assert own.count(-1) == 30
        assert own[0] == -1
        last = max(place for place, one in enumerate(own) if one == -1)
        assert last < LONG_END * part
        assert [one for one in own if one != -1] == sorted(one for one in own if one != -1)
