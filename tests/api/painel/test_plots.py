"""Columns of a plot: as high as they are great, a zero is a line, a gap is nothing."""

import pytest

from api.painel.plots import HIGH, columns


@pytest.mark.parametrize(
    ("values", "heights"),
    [
        ([], []),
        ([None, None], []),
        ([0, 0], [0.6, 0.6]),
        ([5, None, 10], [15.0, 30.0]),
        ([10**15, 1], [30.0, 0.6]),
    ],
)
def test_a_value_is_a_column(values: list[int | None], heights: list[float]) -> None:
    path = columns(values)
    assert [float(one.partition("h")[0].rpartition("v-")[2]) for one in path.split("M")[1:]] == heights
    places = [float(one.split()[0]) for one in path.split("M")[1:]]
    assert places == [place + 0.1 for place, one in enumerate(values) if one is not None]
    assert all(f" {HIGH:g}v" in one for one in path.split("M")[1:])
