"""The table in which a run with faults ends: what is lost, made up or sent twice is seen, and nothing else is."""

import pytest

from bench import chegadas
from bench.chegadas import Flow


@pytest.mark.parametrize(
    ("flow", "right", "numbers"),
    [
        (Flow("x", {"a", "b"}, {"a": 1, "b": 1}), True, ("2", "2", "0", "0", "0", "–")),
        (Flow("x", {"a", "b"}, {"a": 1}), False, ("2", "1", "1", "0", "0", "–")),
        (Flow("x", {"a"}, {"a": 1, "z": 1}), False, ("1", "1", "0", "1", "0", "–")),
        (Flow("x", {"a"}, {"a": 3}, 2), True, ("1", "1", "0", "0", "2", "2")),
        (Flow("x", {"a"}, {"a": 3}, 1), False, ("1", "1", "0", "0", "2", "1")),
        (Flow("x", {"a"}, {"a": 9}), True, ("1", "1", "0", "0", "8", "–")),
        (Flow("x", set(), {}, 0), True, ("0", "0", "0", "0", "0", "0")),
    ],
)
def test_a_flow_is_right_when_all_came_and_only_what_was_under_way_came_again(
    flow: Flow, right: bool, numbers: tuple[str, ...]
) -> None:
    assert flow.right is right
    assert flow.row() == ("x", *numbers)


def test_the_table_names_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert not chegadas.judge([Flow("certo", {"a"}, {"a": 1}), Flow("errado", {"b", "c"}, {"b": 1, "d": 1})])
    said = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in said[1:3]] == [["certo", "1"], ["errado", "2"]]
    assert len({len(line) for line in said[:3]}) == 1
    assert said[3:] == ["errado: falta c", "errado: não esperado d", "ERRADO"]
