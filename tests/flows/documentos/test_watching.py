"""A folder is watched: what rests is taken and moved aside, what is still written is left."""

import contextlib
import errno
import ntpath
import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.clock import FixedClock
from core.errors import Transient, UsageError
from flows.documentos.moving import move, signature
from flows.documentos.watching import BATCH, Folders, Round, Watch

NOW = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
REFUSED = b"refused"


class Importer:
    """Notes what it was given; refuses what says so."""

    def __init__(self) -> None:
        self.given: list[str] = []
        self.calls = 0
        self.fault: Exception | None = None

    def __call__(self, paths: Sequence[bytes]) -> list[bool]:
        if self.fault is not None:
            raise self.fault
        self.calls += 1
        self.given += [os.fsdecode(os.path.basename(path)) for path in paths]
        return [Path(os.fsdecode(path)).read_bytes() != REFUSED for path in paths]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "chegada"
    made.mkdir()
    return made


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def importer() -> Importer:
    return Importer()


@pytest.fixture
def watch(folder: Path, importer: Importer, clock: FixedClock) -> Watch:
    return Watch(Folders.of(str(folder)), importer, clock=clock)


def put(path: Path, content: bytes = b"<a/>") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def looked(watch: Watch, clock: FixedClock, *, rounds: int = 2, seconds: float = 6) -> Round:
    """Look some times, with a while in between; return what the last look came to."""
    for _ in range(rounds - 1):
        watch.look()
        clock.advance(seconds)
    return watch.look()


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_rests_is_taken_and_put_aside(folder: Path, watch: Watch, clock: FixedClock) -> None:
    put(folder / "a.xml")
    put(folder / "b.ZIP", REFUSED)
    assert watch.look() == Round(esperando=2)
    clock.advance(5)
    assert watch.look() == Round(importados=1, recusados=1)
    assert tree(folder) == {"importados/2026-11/a.xml": b"<a/>", "recusados/b.ZIP": REFUSED}
    assert looked(watch, clock) == Round()


def test_a_file_that_is_still_written_is_left(
    folder: Path, watch: Watch, importer: Importer, clock: FixedClock
) -> None:
    file = put(folder / "a.xml", b"")
    for _ in range(20):
        watch.look()
        clock.advance(4.9)
        file.write_bytes(file.read_bytes() + b"x")
    assert importer.given == []
    assert looked(watch, clock).importados == 1


def test_a_clock_that_is_set_back_counts_anew(
    folder: Path, watch: Watch, importer: Importer, clock: FixedClock
) -> None:
    put(folder / "a.xml")
    watch.look()
    clock.advance(-3600)
    watch.look()
    clock.advance(4)
    assert (watch.look().esperando, importer.given) == (1, [])
    clock.advance(1)
    assert watch.look().importados == 1


def test_links_pipes_hidden_and_other_files_are_left(
    folder: Path, watch: Watch, importer: Importer, clock: FixedClock, tmp_path: Path
) -> None:
    put(tmp_path / "fora.xml")
    (folder / "ligacao.xml").symlink_to(tmp_path / "fora.xml")
    (folder / "volta").symlink_to(folder)
    os.mkfifo(folder / "fila.xml")
    for name in (".oculta.xml", "~$nota.xml", "nota.xml.part", "nota.tmp", "leia.txt", ".pasta/a.xml"):
        put(folder / name)
    (folder / "pasta.xml").mkdir()
    before = sorted(os.listdir(folder))
    assert looked(watch, clock) == Round()
    assert (sorted(os.listdir(folder)), importer.given) == (before, [])


def test_subfolders_are_kept_and_what_is_aside_is_not_looked_at(
    folder: Path, watch: Watch, importer: Importer, clock: FixedClock
) -> None:
    put(folder / "loja 1" / "São João" / "a.xml")
    put(folder / "importados" / "2026-10" / "velha.xml")
    put(folder / "recusados" / "ruim.xml")
    assert looked(watch, clock).importados == 1
    assert importer.given == ["a.xml"]
    assert "importados/2026-11/loja 1/São João/a.xml" in tree(folder)


def test_subfolders_are_kept_where_paths_are_written_as_on_windows(
    folder: Path, watch: Watch, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    relpath = os.path.relpath
    monkeypatch.setattr(os.path, "relpath", lambda path, start: relpath(path, start).replace(b"/", b"\\"))
    monkeypatch.setattr(os.path, "split", ntpath.split)
    put(folder / "loja" / "a.xml")
    put(folder / "loja" / "b.xml", REFUSED)
    assert looked(watch, clock) == Round(importados=1, recusados=1)
    assert sorted(tree(folder)) == ["importados/2026-11/loja/a.xml", "recusados/loja/b.xml"]


def test_the_user_says_where_things_go(folder: Path, importer: Importer, clock: FixedClock, tmp_path: Path) -> None:
    folders = Folders.of(str(folder), str(tmp_path / "ok"), str(folder / "ruins"))
    put(folder / "a.xml")
    put(folder / "b.xml", REFUSED)
    looked(Watch(folders, importer, clock=clock), clock)
    assert tree(tmp_path) == {"ok/2026-11/a.xml": b"<a/>", "chegada/ruins/b.xml": REFUSED}


def test_one_name_twice_overwrites_nothing(folder: Path, watch: Watch, clock: FixedClock) -> None:
    for content in (b"1", b"2"):
        put(folder / "a.xml", content)
        looked(watch, clock)
    assert tree(folder) == {"importados/2026-11/a.xml": b"1", "importados/2026-11/a (2).xml": b"2"}


def test_a_fault_of_the_database_leaves_everything_where_it_is(
    folder: Path, watch: Watch, importer: Importer, clock: FixedClock
) -> None:
    put(folder / "a.xml")
    importer.fault = Transient()
    with pytest.raises(Transient):
        looked(watch, clock)
    assert tree(folder) == {"a.xml": b"<a/>"}
    importer.fault = None
    assert watch.look().importados == 1


def test_a_file_that_cannot_be_moved_is_not_imported_again(
    folder: Path, watch: Watch, importer: Importer, clock: FixedClock
) -> None:
    put(folder / "a.xml")
    put(folder / "importados", b"no folder")
    done = looked(watch, clock, rounds=4)
    assert (done.importados, len(done.presos), importer.given) == (0, 1, ["a.xml"])
    assert "a.xml: não é uma pasta" in done.presos[0]
    (folder / "importados").unlink()
    assert watch.look().importados == 1
    assert importer.given == ["a.xml"]


def test_a_stuck_file_that_is_written_again_is_another(
    folder: Path, watch: Watch, importer: Importer, clock: FixedClock
) -> None:
    put(folder / "a.xml")
    put(folder / "importados", b"no folder")
    looked(watch, clock)
    put(folder / "a.xml", b"<another/>")
    looked(watch, clock)
    assert importer.given == ["a.xml", "a.xml"]


def test_what_was_imported_and_not_moved_is_taken_again(folder: Path, importer: Importer, clock: FixedClock) -> None:
    put(folder / "a.xml")
    for _ in range(2):
        looked(Watch(Folders.of(str(folder)), importer, clock=clock), clock)
        if (moved := folder / "importados/2026-11/a.xml").exists() and not (folder / "a.xml").exists():
            moved.rename(folder / "a.xml")
    assert importer.given == ["a.xml", "a.xml"]


def test_one_who_is_asked_to_stop_ends_between_batches(
    folder: Path, watch: Watch, importer: Importer, clock: FixedClock
) -> None:
    for number in range(2 * BATCH + 1):
        put(folder / f"{number:04d}.xml")
    watch.look()
    clock.advance(6)
    assert watch.look(lambda: importer.calls == 1).importados == BATCH
    assert watch.look().importados == BATCH + 1


def test_names_that_are_no_text_are_taken(folder: Path, watch: Watch, clock: FixedClock) -> None:
    with open(os.fsencode(folder) + b"/nota\xff.xml", "wb") as file:
        file.write(b"<a/>")
    assert looked(watch, clock).importados == 1


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Não consegui ler a pasta"):
        Folders.of(str(tmp_path / "nada"))
    with pytest.raises(UsageError, match="não pode ficar na pasta vigiada") as refused:
        Folders.of(str(tmp_path), recusados=str(tmp_path))
    assert refused.value.campo == "recusados"


@pytest.mark.parametrize("step", range(1, 8))
@pytest.mark.parametrize("disk", ["same", "other"])
def test_a_file_is_not_lost_wherever_in_its_move_the_process_is_killed(
    folder: Path, watch: Watch, importer: Importer, clock: FixedClock, disk: str, step: int
) -> None:
    file = put(folder / "a.xml")
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            die_at(step, other_disk=disk == "other")
            move(os.fsencode(file), os.fsencode(folder / "importados"), b"a.xml", signature(file.stat()))
        os._exit(0)
    os.waitpid(child, 0)
    looked(watch, clock, rounds=3)
    assert b"<a/>" in tree(folder).values()
    assert all(path.startswith(("importados/", "recusados/")) for path in tree(folder))
    moved = (folder / "importados" / "a.xml").exists() and (folder / "importados" / "a.xml").read_bytes() == b"<a/>"
    assert moved or "a.xml" in importer.given, "its move was done, or it is taken once more"


def die_at(step: int, *, other_disk: bool) -> None:
    """Let this process be gone at a step of its work with files, each of which is a rename, a sync or a deletion."""
    steps = iter(range(1, step))

    def counted(work: Callable[..., object]) -> Callable[..., object]:
        def one(*given: object) -> object:
            if next(steps, None) is None:
                os._exit(9)
            return work(*given)

        return one

    def over_disks(source: bytes, target: bytes) -> None:
        if other_disk and os.path.dirname(source) != os.path.dirname(target):
            raise OSError(errno.EXDEV, "other disk")
        replace(source, target)

    replace = os.replace
    os.replace = counted(over_disks)  # type: ignore[assignment]
    os.fsync, os.unlink = counted(os.fsync), counted(os.unlink)  # type: ignore[assignment]


def test_one_that_was_being_moved_when_the_process_was_killed_hides_no_newer_one(
    folder: Path, watch: Watch, clock: FixedClock
) -> None:
    put(folder / "loja" / "a.xml", b"<newer/>")
    os.rename(put(folder / "a.xml", b"<older/>"), folder / "loja" / f".esteira-movendo-{'0' * 16}a.xml")
    looked(watch, clock, rounds=3)
    assert tree(folder) == {
        "importados/2026-11/loja/a.xml": b"<newer/>",
        "importados/2026-11/loja/a (2).xml": b"<older/>",
    }


def test_a_folder_that_cannot_be_read_costs_itself(
    folder: Path, watch: Watch, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed, scandir = os.fsencode(put(folder / "fechada" / "a.xml").parent), os.scandir

    def refusing(path: bytes) -> object:
        if path == closed:
            raise PermissionError(13, "closed")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    put(folder / "b.xml")
    assert looked(watch, clock) == Round(importados=1)
