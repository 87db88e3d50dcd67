"""What waits on disk: in order, bounded, whole after a kill, and no loss while the disk is full."""

import errno
import os
from pathlib import Path
from typing import Any

import pytest
from support.accounts import give_away, only_root, roots
from support.windows_files import as_windows

from flows.sat.agente.instants import Instants
from flows.sat.agente.kept import PATIENCE, Kept
from flows.sat.agente.sessions import Sessions


def reading(name: str) -> dict[str, Any]:
    return {"leitura": name, "linha": "é|10000", "relogio": 1.0, "ligada_ha": 1.0, "partida": "a"}


def names(kept: Kept, amount: int = 99) -> list[str]:
    return [one["leitura"] for _, one in kept.first(amount)]


def full(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(number: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)


def unreadable(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Let the disk refuse to read these files, or all."""
    read = Path.read_text

    def refuse(path: Path, *given: Any, **more: Any) -> str:
        if not names or path.name in names:
            raise OSError(errno.EMFILE, "Too many open files")
        return read(path, *given, **more)

    monkeypatch.setattr(Path, "read_text", refuse)


def test_readings_come_back_in_their_order_also_after_a_restart(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "a", 100)
    for number in range(12):
        kept.add(reading(str(number)))
    again = Kept(tmp_path / "a", 100)
    assert names(again, 3) == ["0", "1", "2"]
    again.remove([number for number, _ in again.first(11)])
    again.add(reading("12"))
    assert names(Kept(tmp_path / "a", 100)) == ["11", "12"]
    assert {path.stat().st_mode & 0o077 for path in (tmp_path / "a").iterdir()} == {0}


def test_where_there_are_too_many_the_oldest_go_and_are_counted(tmp_path: Path) -> None:
    kept = Kept(tmp_path, 3)
    for number in range(5):
        kept.add(reading(str(number)))
    assert (names(kept), kept.lost, len(list(tmp_path.iterdir()))) == (["2", "3", "4"], 2, 3)


def test_a_full_disk_loses_nothing_and_is_written_when_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Kept(tmp_path, 100)
    kept.add(reading("0"))
    with monkeypatch.context() as away:
        full(away)
        for number in (1, 2):
            kept.add(reading(str(number)))
        assert kept.fault == f"Não consegui guardar em {tmp_path}: o disco está cheio; 2 leituras ficam só na memória."
        assert names(kept) == ["0", "1", "2"]
        assert len(list(tmp_path.iterdir())) == 1
    kept.add(reading("3"))
    assert (kept.fault, kept.lost) == (None, 0)
    assert names(Kept(tmp_path, 100)) == ["0", "1", "2", "3"]


def test_a_system_that_opens_no_folder_keeps_them_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    as_windows(monkeypatch)
    kept = Kept(tmp_path, 100)
    for number in range(3):
        kept.add(reading(str(number)))
    assert (kept.fault, len(list(tmp_path.iterdir()))) == (None, 3)
    assert names(Kept(tmp_path, 100)) == ["0", "1", "2"]


def test_a_disk_that_cannot_be_read_for_a_while_costs_no_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Kept(tmp_path, 100)
    for number in range(60):
        kept.add(reading(str(number)))
    with monkeypatch.context() as away:
        unreadable(away)
        for _ in range(3 * PATIENCE):
            with pytest.raises(OSError, match="Too many open files"):
                kept.first(50)
    assert (names(kept), kept.lost) == ([str(number) for number in range(60)], 0)


def test_the_others_wait_for_one_that_cannot_be_read_but_not_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Kept(tmp_path, 100)
    for number in range(4):
        kept.add(reading(str(number)))
    with monkeypatch.context() as away:
        unreadable(away, "000000000002.json")
        for _ in range(PATIENCE - 1):
            assert names(kept) == ["0"]
        assert names(kept) == ["0", "2", "3"]
        assert names(kept, 2) == ["0", "2"]
    assert (names(kept), kept.lost) == (["0", "1", "2", "3"], 0)


def test_memory_is_bounded_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full(monkeypatch)
    kept = Kept(tmp_path, 10**6)
    for number in range(1003):
        kept.add(reading(str(number)))
    assert (len(kept), kept.lost, names(kept, 1)) == (1000, 3, ["3"])


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", "[" * 99_999, '{"leitura": "x"}', "\udcff"])
def test_a_file_that_cannot_be_read_costs_only_itself(tmp_path: Path, text: str) -> None:
    kept = Kept(tmp_path, 100)
    for number in range(2):
        kept.add(reading(str(number)))
    next(iter(sorted(tmp_path.iterdir()))).write_text(text, errors="surrogateescape")
    (tmp_path / "000000000003.json.parte").write_text("meia")
    (tmp_path / "nada.json").write_text("{}")
    again = Kept(tmp_path, 100)
    assert (names(again), again.lost, len(again)) == (["1"], 1, 1)
    assert not list(tmp_path.glob("*.parte"))


def test_no_session_number_comes_again_soon_whenever_it_was_killed(tmp_path: Path) -> None:
    seen: list[int] = []
    for _ in range(5):
        sessions = Sessions(tmp_path / "sessao")
        seen += [sessions.next() for _ in range(130)]
    assert len(set(seen)) == len(seen)
    assert all(100_000 <= one <= 999_999 for one in seen)


@pytest.mark.parametrize("text", ["", "x", "0", "99999999", "١٢٣٤٥٦", "-12345"])
def test_a_counter_that_cannot_be_read_begins_anywhere(tmp_path: Path, text: str) -> None:
    (tmp_path / "sessao").write_text(text)
    assert 100_000 <= Sessions(tmp_path / "sessao").next() <= 999_999


def test_a_counter_that_cannot_be_read_now_is_left_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sessao").write_text("500000\n")
    with monkeypatch.context() as away:
        unreadable(away)
        assert 100_000 <= Sessions(tmp_path / "sessao").next() <= 999_999
    assert Sessions(tmp_path / "sessao").next() == 500_000


def test_session_numbers_come_round_and_go_on_while_the_disk_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sessao").write_text("999998\n")
    sessions = Sessions(tmp_path / "sessao")
    assert [sessions.next() for _ in range(3)] == [999_998, 999_999, 100_000]
    full(monkeypatch)
    more = [sessions.next() for _ in range(300)]
    assert len(set(more)) == 300
    assert (tmp_path / "sessao").read_text() == "100098\n"


@pytest.mark.parametrize(
    ("wall", "up", "boot", "ago"),
    [
        (1060.0, 160.0, "a", 60),  # nothing happened to the clock
        (5.0, 160.0, "a", 60),  # it was put back
        (9e9, 160.0, "a", 60),  # it was put forward
        (1060.0, 99.0, "a", 0),
        (1060.0, 20.0, "b", 60),  # another start
        (5.0, 20.0, "b", 20),  # the battery of the clock is empty
    ],
)
def test_how_long_ago_something_was_is_known_with_a_wrong_clock(wall: float, up: float, boot: str, ago: float) -> None:
    kept = Instants(lambda: 1000.0, lambda: 100.0, lambda: "a").now()
    assert Instants(lambda: wall, lambda: up, lambda: boot).ago(kept) == ago


def test_this_machine_has_such_clocks() -> None:
    assert 0 <= Instants().ago(Instants().now()) < 60


@only_root
def test_what_root_reads_by_hand_waits_as_the_account_of_the_agent(tmp_path: Path) -> None:
    (tmp_path / "deles").mkdir()
    give_away(tmp_path / "deles")
    Kept(tmp_path / "deles" / "agente-sat" / "a", 100).add(reading("1"))
    assert roots((tmp_path / "deles").rglob("*")) == set()
