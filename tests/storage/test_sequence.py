"""Numbers of an entity's events: from 1, without gaps, also when rivals count at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from storage.sequence import LEAP, LIMIT, OTHERS, next_values, restored_sql
from storage.session import transaction


def count(entidade: str) -> int:
    with transaction() as db:
        return next_values(db, {entidade: 1})[entidade]


def test_each_entity_counts_for_itself(banco: str) -> None:
    assert [count(name) for name in ("a", "b", "a", "a", "b")] == [1, 1, 2, 3, 2]


def test_a_number_that_was_rolled_back_is_given_again(banco: str) -> None:
    assert count("a") == 1
    with pytest.raises(RuntimeError), transaction() as db:
        assert next_values(db, {"a": 1}) == {"a": 2}
        raise RuntimeError
    assert count("a") == 2


def test_rivals_get_different_numbers_without_gaps(banco: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(count, ["a"] * 20)) == list(range(1, 21))


def test_a_long_name_is_cut_where_the_column_ends(banco: str) -> None:
    assert [count("x" * LIMIT + tail) for tail in ("", "y")] == [1, 2]


def test_in_a_restored_database_each_goes_on_far_above_what_it_knows_also_one_that_it_does_not_know(
    banco: str,
) -> None:
    assert [count("a"), count("a")] == [1, 2]
    for restores in (1, 2):
        with transaction() as db:
            for statement in restored_sql(f"'{OTHERS}'"):
                db.execute(text(statement))
        began = restores * LEAP
        new = [f"{letter}{restores}" for letter in "bc"]
        assert [count("a") - began, *(count(name) - began for name in new)] == [2 + restores, 1, 1]
        with transaction() as db:
            found = next_values(db, {"a": 0, new[0]: 2, f"d{restores}": 3})
        assert found == {"a": began + 2 + restores, new[0]: began + 3, f"d{restores}": began + 3}


def test_several_are_counted_at_once_each_by_so_many(banco: str) -> None:
    assert count("b") == 1
    with transaction() as db:
        assert next_values(db, {"b": 3, "a": 2}) == {"a": 2, "b": 4}


def test_rivals_that_name_several_in_any_order_do_not_wait_in_a_circle(banco: str) -> None:
    def both(amounts: dict[str, int]) -> None:
        with transaction() as db:
            next_values(db, amounts)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(both, [{"a": 1, "b": 1}, {"b": 1, "a": 1}] * 10))
    assert (count("a"), count("b")) == (21, 21)
