"""A ZIP that other programs read, whatever its size, written in order and in little memory."""

import io
import tracemalloc
import zipfile
from datetime import UTC, datetime

import pytest

from core import zip_writer
from core.zip_writer import ZipWriter


class Pipe(io.RawIOBase):
    """Somewhere to write to that cannot be sought in, and keeps nothing."""

    def __init__(self) -> None:
        self.bytes = 0

    def writable(self) -> bool:
        return True

    def write(self, raw: object) -> int:
        self.bytes += len(raw)  # type: ignore[arg-type]
        return len(raw)  # type: ignore[arg-type]


def written(*members: tuple[str, bytes]) -> io.BytesIO:
    to = io.BytesIO()
    with ZipWriter(to) as writer:
        for name, content in members:
            writer.add(name, content, datetime(2026, 11, 3, 10, 20, 30, tzinfo=UTC))
    assert writer.size == len(to.getvalue())
    return to


def test_members_are_read_back_with_their_names_times_and_bytes() -> None:
    members = [("a/b.xml", b"<a/>" * 1000), ("vazio", b""), ("ç/ão.xml", bytes(range(256)))]
    with zipfile.ZipFile(written(*members)) as read:
        assert read.testzip() is None
        assert [(one.filename, read.read(one)) for one in read.infolist()] == members
        assert {one.date_time for one in read.infolist()} == {(2026, 11, 3, 10, 20, 30)}


def test_an_empty_one_is_a_zip() -> None:
    with zipfile.ZipFile(written()) as read:
        assert read.namelist() == []


def test_more_members_than_the_classic_form_counts() -> None:
    to = io.BytesIO()
    with ZipWriter(to) as writer:
        for number in range(70_000):
            writer.add(f"{number}", b"x")
    with zipfile.ZipFile(to) as read:
        assert len(read.namelist()) == 70_000
        assert read.read("69999") == b"x"


def test_members_beyond_the_reach_of_the_classic_form(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_writer, "_FULL32", 500)
    content = bytes(range(256))
    to = io.BytesIO()
    with ZipWriter(to) as writer:
        for number in range(5):
            writer.add(f"{number}", content)
    raw = to.getvalue()
    assert raw.count(b"PK\x06\x06") == 1
    # what stands for "see the wide field" is the real mark for other programs
    wide = raw.replace((500).to_bytes(4, "little"), b"\xff\xff\xff\xff")
    with zipfile.ZipFile(io.BytesIO(wide)) as read:
        assert {name: read.read(name) for name in read.namelist()} == {f"{n}": content for n in range(5)}


def test_one_that_a_fault_ended_is_no_zip() -> None:
    to = io.BytesIO()
    with pytest.raises(OSError), ZipWriter(to) as writer:  # noqa: PT011 - the fault is the test's own
        writer.add("a", b"a")
        raise OSError
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(to)


@pytest.mark.parametrize("year", [1, 1979, 2108, 9999])
def test_a_time_that_a_zip_cannot_tell_is_its_first(year: int) -> None:
    to = io.BytesIO()
    with ZipWriter(to) as writer:
        writer.add("a", b"a", datetime(year, 2, 3, tzinfo=UTC))
    with zipfile.ZipFile(to) as read:
        assert read.infolist()[0].date_time == (1980, 1, 1, 0, 0, 0)


def test_memory_does_not_grow_with_the_members() -> None:
    pipe = Pipe()
    tracemalloc.start()
    try:
        with ZipWriter(pipe) as writer:  # type: ignore[arg-type]
            for number in range(2_000):
                writer.add(f"{number:060}", b"x")
            tracemalloc.reset_peak()
            before = tracemalloc.get_traced_memory()[0]
            for number in range(20_000):
                writer.add(f"{number:060}", b"x")
        assert tracemalloc.get_traced_memory()[1] - before < 1024**2
    finally:
        tracemalloc.stop()
    assert pipe.bytes > 2_000_000
