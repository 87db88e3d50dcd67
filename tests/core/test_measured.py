"""What tasks come to is counted in memory, and told once."""

import pytest

from core import measured


@pytest.fixture(autouse=True)
def nothing_before() -> None:
    measured.taken()


def test_a_task_ends_well_or_badly_and_is_told_once() -> None:
    with measured.task("a"):
        pass
    with pytest.raises(ValueError, match="x"), measured.task("a"):
        raise ValueError("x")
    told = measured.taken()
    assert {(name, ended): total for (name, ended, _), (total, _) in told.items()} == {("a", "bem"): 1, ("a", "mal"): 1}
    assert measured.taken() == {}


@pytest.mark.parametrize(
    ("milliseconds", "bound"), [(0, 10), (10, 10), (10.1, 100), (299_999, 300_000), (1e9, measured.INFINITE_MS)]
)
def test_a_duration_belongs_to_the_first_bound_that_holds_it(milliseconds: float, bound: int) -> None:
    measured.count("a", measured.WELL, milliseconds)
    assert [key[2] for key in measured.taken()] == [bound]


def test_what_could_not_be_told_is_told_later() -> None:
    measured.count("a", measured.WELL, 7)
    told = measured.taken()
    measured.count("a", measured.WELL, 8)
    measured.give_back(told)
    assert measured.taken() == {("a", "bem", 10): (2, 15)}
