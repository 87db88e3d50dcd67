"""Ranges put together and cut out of one another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.faixas import Faixa, Faixas


@pytest.mark.parametrize(
    ("ranges", "pieces"),
    [
        ([], [((10, 20), False)]),
        ([(1, 9), (21, 30)], [((10, 20), False)]),
        ([(1, 99)], [((10, 20), True)]),
        ([(12, 14)], [((10, 11), False), ((12, 14), True), ((15, 20), False)]),
        ([(5, 10), (20, 25)], [((10, 10), True), ((11, 19), False), ((20, 20), True)]),
        ([(15, 16), (12, 14), (13, 18)], [((10, 11), False), ((12, 18), True), ((19, 20), False)]),
        ([(16, 12)], [((10, 20), False)]),
    ],
)
def test_a_range_is_cut_where_others_hold_it(ranges: list[Faixa], pieces: list[tuple[Faixa, bool]]) -> None:
    assert list(Faixas(ranges).cut(10, 20)) == pieces


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40))), st.integers(0, 40), st.integers(0, 40))
def test_every_number_is_in_one_piece_and_held_if_some_range_has_it(ranges: list[Faixa], one: int, two: int) -> None:
    begin, end = min(one, two), max(one, two)
    told = [
        (number, held) for piece, held in Faixas(ranges).cut(begin, end) for number in range(piece[0], piece[1] + 1)
    ]
    assert told == [(number, any(a <= number <= b for a, b in ranges)) for number in range(begin, end + 1)]
