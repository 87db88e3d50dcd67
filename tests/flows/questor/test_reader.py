"""The texts of claimed files are read some at a time; each file that cannot be has an outcome of its own."""

import asyncio
import hashlib
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import pytest

from core.clock import FixedClock
from core.documentos.files import Gone, NotRead
from core.errors import Transient
from flows.questor.outcome import BLAMED
from flows.questor.reader import AT_ONCE, Read, Reader
from flows.questor.rows import Arquivo
from flows.questor.texts import UNREAD
from storage.models.questor import Estado

NOW = datetime(2026, 11, 23, 22, tzinfo=UTC)


class Shelf:
    """Each path's text is the path itself, but where something is said to be wrong with it."""

    def __init__(self, wrong: dict[str, Exception | bytes] | None = None) -> None:
        self.wrong, self.read, self.closed = wrong or {}, list[str](), False

    def content(self, caminho: str, *, codificado: bool) -> bytes:
        self.read.append(caminho)
        found = self.wrong.get(caminho, caminho.encode())
        if isinstance(found, Exception):
            raise found
        return found

    def walk(self) -> Any:
        return iter(())

    def close(self) -> None:
        self.closed = True


def row(number: int, text: bytes | None = None, **said: Any) -> Arquivo:
    digest = hashlib.sha256(str(number).encode() if text is None else text).hexdigest()
    sends = {"tentativas": 2, "repeticoes": 1, "erros": 0, "motivo": None}
    return Arquivo(number, f"{number}", False, 0, digest, "nfe", "chave", http=None, mensagem=None, **(sends | said))


def rows(numbers: Iterable[int]) -> list[Arquivo]:
    return [row(number) for number in numbers]


Work = Callable[[Reader, "asyncio.Queue[Read]"], Any]


def reading(shelf: Shelf, work: Work) -> Any:
    """Work with a reader on a loop, and close it."""

    async def on_loop() -> Any:
        reads: asyncio.Queue[Read] = asyncio.Queue()
        reader = Reader(shelf, FixedClock(NOW), reads.put_nowait)
        try:
            return await work(reader, reads)
        finally:
            reader.close()

    return asyncio.run(on_loop())


def read(shelf: Shelf, *given: Arquivo) -> Read:
    """Return what these come to in one go."""

    async def once(reader: Reader, reads: "asyncio.Queue[Read]") -> Read:
        reader.add(given)
        reader.go_on()
        return await reads.get()

    found: Read = reading(shelf, once)
    return found


def test_a_document_is_read_with_what_its_sends_came_to() -> None:
    (one,) = read(Shelf(), row(7)).items
    assert (one.id, one.tipo, one.documento.identidade, one.documento.texto) == (7, "nfe", "chave", "7")
    assert (one.size, one.tentativas, one.repeticoes) == (one.documento.size, 2, 1)


@pytest.mark.parametrize(("motivo", "erros"), [(None, 3), (BLAMED, 3), (UNREAD, 0)])
def test_looks_at_a_file_that_is_read_by_now_are_no_faults_of_its_document(motivo: str | None, erros: int) -> None:
    (one,) = read(Shelf(), row(7, motivo=motivo, erros=3)).items
    assert one.erros == erros


@pytest.mark.parametrize(
    ("wrong", "text", "estado", "motivo"),
    [
        (b"outra coisa", None, Estado.QUARENTENA, "mudou"),
        (b"\xff\xfea", b"\xff\xfea", Estado.QUARENTENA, "codificacao"),
        (Gone("ilegivel"), None, Estado.QUARENTENA, "sumiu"),
        (NotRead("grande_demais"), None, Estado.QUARENTENA, "sumiu"),
        (NotRead("ilegivel"), None, Estado.PENDENTE, "ilegivel"),
        (NotRead("zip_invalido"), None, Estado.PENDENTE, "ilegivel"),
        (RuntimeError("um erro nosso"), None, Estado.QUARENTENA, "erro_de_leitura"),
    ],
)
def test_a_file_that_cannot_be_sent_costs_only_itself(
    wrong: Exception | bytes, text: bytes | None, estado: Estado, motivo: str
) -> None:
    found = read(Shelf({"2": wrong}), row(1), row(2, text), row(3))
    assert [one.id for one in found.items] == [1, 3]
    assert [(one.id, one.estado, one.motivo) for one in found.outcomes] == [(2, estado, motivo)]
    assert (found.away, list(found.left)) == (None, [])
    assert (found.outcomes[0].due_at > NOW) == (estado is Estado.PENDENTE)


def test_a_folder_that_goes_away_leaves_the_rest_to_be_read_in_its_order() -> None:
    shelf = Shelf({"3": Transient("A pasta não está acessível agora.")})

    async def twice(reader: Reader, reads: "asyncio.Queue[Read]") -> tuple[Read, int, Read]:
        reader.add(rows([1, 2, 3, 4]))
        reader.go_on()
        first = await reads.get()
        left = len(reader)
        shelf.wrong.clear()
        reader.add(rows([5]))
        reader.go_on()
        return first, left, await reads.get()

    first, left, second = reading(shelf, twice)
    assert ([one.id for one in first.items], [one.id for one in first.left]) == ([1, 2], [3, 4])
    assert str(first.away) == "A pasta não está acessível agora."
    assert (first.outcomes, left) == ([], 2)
    assert [one.id for one in second.items] == [3, 4, 5]


def test_so_many_are_read_at_once_and_what_is_asked_for_meanwhile_waits() -> None:
    async def by_and_by(reader: Reader, reads: "asyncio.Queue[Read]") -> list[int]:
        reader.add(rows(range(AT_ONCE + 2)))
        sizes = []
        for _ in range(2):
            reader.go_on()
            reader.go_on()
            assert len(reader) == AT_ONCE + 2 - sum(sizes)
            sizes.append(len((await reads.get()).items))
        assert reads.empty()
        return [*sizes, len(reader)]

    assert reading(Shelf(), by_and_by) == [AT_ONCE, 2, 0]


def test_without_files_nothing_is_read() -> None:
    shelf = Shelf()

    async def idle(reader: Reader, reads: "asyncio.Queue[Read]") -> tuple[int, bool]:
        reader.go_on()
        return len(reader), reads.empty()

    assert reading(shelf, idle) == (0, True)
    assert (shelf.read, shelf.closed) == ([], True)


def test_who_ends_is_told_what_was_not_read_to_the_end_first_what_was_under_way() -> None:
    shelf = Shelf()

    async def cut_short() -> list[int]:
        reader = Reader(shelf, FixedClock(NOW), lambda _read: None)
        reader.add(rows(range(1, AT_ONCE + 4)))
        reader.go_on()
        return reader.close()

    assert asyncio.run(cut_short()) == list(range(1, AT_ONCE + 4))
    assert shelf.closed
