"""Rows of a table that a person saved as CSV: in the encodings and with the separators that spreadsheets use."""

import csv
import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

from core.errors import UsageError
from core.logs import get_logger
from core.text_file import decoded, read_bytes

FILE_LIMIT = 32 * 1024 * 1024
SEPARATORS = ";,\t"
# Excel's own first line: which character separates.
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?;*\r?\n', re.IGNORECASE)
log = get_logger(__name__)


def read_table(arquivo: Path) -> str:
    """Return the text of a table in any encoding that spreadsheets write; raise `UsageError` for anything else."""
    raw = read_bytes(arquivo, FILE_LIMIT)
    if raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise UsageError(f"{arquivo} é uma planilha, não um CSV: salve-a como CSV UTF-8.")
    try:
        return decoded(raw)
    except UnicodeDecodeError:
        raise UsageError(f"{arquivo} não é um texto em CSV: salve-o como CSV UTF-8.") from None


def read_rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each row that holds something, with its line in the file; raise `UsageError` where it is no table."""
    said = _SEPARATOR_LINE.match(text)
    body, skipped = (text[said.end() :], 1) if said else (text, 0)
    head = body.lstrip("\r\n").partition("\n")[0]
    delimiter = said[1] if said else max(SEPARATORS, key=head.count)
    reader = csv.reader(StringIO(body), delimiter=delimiter)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num + skipped, cells
    except csv.Error as error:
        log.info("not CSV", reason=str(error))
        line = reader.line_num + skipped
        raise UsageError(f"Linha {line} não está em CSV; veja as aspas e os fins de linha.") from None
