"""A file for who asks: whole, or a fault in its place; and nothing is left open."""

import asyncio
from typing import IO

import pytest
from fastapi.responses import StreamingResponse

from api.download import CHUNK, download


def sent(answer: StreamingResponse) -> list[bytes]:
    """Return the parts that leave."""

    async def parts() -> list[bytes]:
        return [bytes(one) async for one in answer.body_iterator]  # type: ignore[arg-type]

    return asyncio.run(parts())


@pytest.mark.parametrize(
    ("size", "parts"), [(0, []), (1, [1]), (CHUNK, [CHUNK]), (CHUNK + 1, [CHUNK, 1]), (2 * CHUNK, [CHUNK, CHUNK])]
)
def test_what_was_written_leaves_whole_in_pieces(size: int, parts: list[int]) -> None:
    files: list[IO[bytes]] = []

    def write(file: IO[bytes]) -> None:
        files.append(file)
        file.write(bytes(range(256)) * (size // 256) + b"x" * (size % 256))

    answer = download("notas.zip", "application/zip", write)
    assert isinstance(answer, StreamingResponse)
    assert answer.headers["content-length"] == str(size)
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"] == 'attachment; filename="notas.zip"'
    found = sent(answer)
    assert [len(one) for one in found] == parts
    assert b"".join(found) == bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    assert files[0].closed


def test_it_is_sent_from_its_beginning_wherever_the_writing_ended() -> None:
    def write(file: IO[bytes]) -> None:
        file.write(b"corpo")

    answer = download("a.txt", "text/plain", write)
    assert isinstance(answer, StreamingResponse)
    assert sent(answer) == [b"corpo"]


@pytest.mark.parametrize("fault", [ValueError("disco"), KeyboardInterrupt()])
def test_a_fault_while_it_is_made_is_raised_and_leaves_no_file_open(fault: BaseException) -> None:
    files: list[IO[bytes]] = []

    def write(file: IO[bytes]) -> None:
        files.append(file)
        file.write(b"metade")
        raise fault

    with pytest.raises(type(fault)):
        download("a.txt", "text/plain", write)
    assert files[0].closed
