"""The log of a box (ER SAT, ExtrairLogs), written to a file as it arrives: base64 inside a wire line inside JSON."""

import base64
import codecs
import json
import re
from collections.abc import AsyncIterable
from typing import BinaryIO

from connectors.sat.status import STANDARD_FIELDS, InvalidAnswer, check_head
from core.errors import Transient

FUNCAO, SUCCESS, FAMILY = "ExtrairLogs", "15000", "15"
SECONDS = 300.0
LOG_LIMIT = 256 * 1024 * 1024
HEAD_LIMIT = 64 * 1024
_RETORNO = re.compile(r'"retorno"\s*:\s*"')
_END = re.compile(r'(?<!\\)(?:\\\\)*"')
# A character that JSON escapes has at most six bytes; the last ones of a piece may be half of one.
_HALF = re.compile(r"(?<!\\)(?:\\\\)*(\\(?:u[0-9a-fA-F]{0,3})?)$")


async def write(pieces: AsyncIterable[bytes], saida: BinaryIO, sessao: int | None = None) -> None:
    """Read `{"retorno": "…"}` in pieces and write the decoded log.

    Raises `InvalidAnswer` for what is no such answer, else what the refusal of the box means; the file may then hold
    a part.
    """
    text, line = Retorno(), LogLine(saida, sessao)
    async for piece in pieces:
        line.feed(text.feed(piece))
        if text.over:
            break
    text.close()
    line.close()


class Retorno:
    """The text of the key `retorno` of a JSON object that comes in pieces; `over` when it has ended."""

    def __init__(self) -> None:
        self._held = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._inside = self.over = False

    def feed(self, piece: bytes) -> str:
        """Return what the piece adds to the text."""
        if self.over:
            return ""
        self._held += self._decoder.decode(piece)
        if not self._inside and not self._begins():
            return ""
        end = _END.search(self._held)
        if end is not None:
            ready, self.over = self._held[: end.end() - 1], True
        else:
            half = _HALF.search(self._held)
            ready = self._held[: half.start(1)] if half else self._held
        self._held = self._held[len(ready) :]
        return _plain(ready)

    def _begins(self) -> bool:
        found = _RETORNO.search(self._held)
        if found is None and len(self._held) > HEAD_LIMIT:
            raise InvalidAnswer
        if found is not None:
            self._held, self._inside = self._held[found.end() :], True
        return self._inside

    def close(self) -> None:
        """Fail unless the text was there and ended."""
        if not self.over:
            raise InvalidAnswer


def _plain(text: str) -> str:
    try:
        return str(json.loads(f'"{text}"', strict=False))
    except ValueError:
        raise InvalidAnswer from None


class LogLine:
    """A wire line that comes in pieces; its sixth field is decoded into a file."""

    def __init__(self, saida: BinaryIO, sessao: int | None) -> None:
        self._saida, self._sessao = saida, sessao
        self._head, self._digits = "", ""
        self._good = self._over = False
        self._written = 0

    def feed(self, piece: str) -> None:
        """Take a piece."""
        if self._good:
            self._decode(piece)
            return
        self._head += piece
        fields = self._head.split("|", STANDARD_FIELDS)
        if len(fields) > STANDARD_FIELDS:
            self._check()
            self._good = True
            self._decode(fields[-1])
        elif len(self._head) > HEAD_LIMIT:
            raise InvalidAnswer

    def close(self) -> None:
        """Fail unless the line was a whole log."""
        if not self._good:
            self._check()
            raise InvalidAnswer("A resposta do equipamento não traz o log.")
        if self._digits:
            raise InvalidAnswer("O log que o equipamento enviou está incompleto.")

    def _check(self) -> None:
        check_head(self._head.strip("\r\n").split("|"), FAMILY, SUCCESS, self._sessao)

    def _decode(self, piece: str) -> None:
        """Decode whole groups of four digits; what follows a separator is no part of the log."""
        if self._over:
            return
        field, separator, _ = piece.partition("|")
        self._over = bool(separator)
        self._digits += "".join(field.split())
        whole = len(self._digits) // 4 * 4
        ready, self._digits = self._digits[:whole], self._digits[whole:]
        try:
            decoded = base64.b64decode(ready, validate=True)
        except ValueError:
            raise InvalidAnswer("O log que o equipamento enviou não está em base64.") from None
        self._written += len(decoded)
        if self._written > LOG_LIMIT:
            raise Transient(f"O log do equipamento passa de {LOG_LIMIT // 1024**2} MiB.")
        self._saida.write(decoded)
