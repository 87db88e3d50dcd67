"""A pump that does not keep up asks at once, soon again while nobody comes, and ever more seldom if that is no use."""

import pytest

from events.delivery.help import Help

Look = tuple[float, bool, bool]
NO, BUSY, ALONE = (False, False), (True, False), (True, True)


@pytest.mark.parametrize(
    ("at", "looks", "asked"),
    [
        pytest.param(0.0, [(1.0, *BUSY), (1.1, *NO), (1.2, *BUSY), (1.3, *NO)], [], id="a moment is none"),
        pytest.param(0.0, [(1.0, *BUSY), (1.1, *BUSY)], [1.1], id="at once"),
        pytest.param(6.0, [(n / 2, *BUSY) for n in range(14)], [6.0], id="who helps, later"),
        pytest.param(0.0, [(float(n), *BUSY) for n in range(20)], [1.0, 3.0, 7.0, 15.0], id="ever later"),
        pytest.param(
            0.0,
            [(0.0, *BUSY), (0.1, *BUSY), (0.4, *ALONE), (0.8, *BUSY), (0.9, *BUSY), (2.0, *BUSY), (2.9, *BUSY)],
            [0.1, 0.9, 2.9],
            id="nobody was there yet",
        ),
        pytest.param(
            0.0,
            [(n / 4, *(ALONE if n % 4 == 0 else BUSY)) for n in range(1, 36)],
            [0.5, 1.5, 2.5, 3.5, 4.5, 6.5],
            id="nobody will ever be",
        ),
        pytest.param(
            0.0,
            [
                (0.0, *BUSY),
                (0.1, *BUSY),
                (0.2, *NO),
                (0.3, *BUSY),
                (0.4, *BUSY),
                (6.0, *NO),
                (6.1, *BUSY),
                (6.2, *BUSY),
            ],
            [0.1, 6.2],
            id="a rest of a moment is none",
        ),
    ],
)
def test_it_asks(at: float, looks: list[Look], asked: list[float]) -> None:
    help_ = Help(at)
    assert [now for now, busy, alone in looks if help_.is_due(now, busy, alone)] == asked
