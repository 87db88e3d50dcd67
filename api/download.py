"""A file for who asks: made whole before the first byte leaves, so that a fault is an answer and no half of a file."""

import tempfile
from collections.abc import Callable, Iterator
from typing import IO

from fastapi import Response
from fastapi.responses import StreamingResponse

CHUNK = 64 * 1024


def download(nome: str, media_type: str, write: Callable[[IO[bytes]], object]) -> Response:
    """Return what `write` writes, sent from a file without a name, however much it is."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed when it was sent
    try:
        write(file)
        size = file.tell()
        file.seek(0)
    except BaseException:
        file.close()
        raise
    headers = {"content-disposition": f'attachment; filename="{nome}"', "content-length": str(size)}
    return StreamingResponse(_parts(file), headers=headers, media_type=media_type)


def _parts(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while part := file.read(CHUNK):
            yield part
