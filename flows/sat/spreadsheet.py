"""Rows of a table saved by a spreadsheet: its encodings, its separators, what it does to numbers."""

import csv
import re
from collections.abc import Iterator, Mapping
from io import StringIO
from pathlib import Path

from core.errors import UsageError
from core.logs import get_logger
from core.text_file import decoded, read_bytes

FILE_LIMIT = 32 * 1024 * 1024
SEPARATORS = ";,\t"
# Excel's own first line: which character separates.
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?;*\r?\n', re.IGNORECASE)
_SHORTENED = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?[eE][+-]?[0-9]+")
AS_TEXT = "Na planilha, formate a coluna como Texto e digite o número de novo"
SERIAL_DIGITS = 9
# The shortest activation code there is. Asking with a wrong one locks a box.
CODE_LENGTH = 8
# Columns of whole numbers: with its point of thousands `5.000` would be read as 5.
WHOLE = ("port", "numero_caixa", "interval_seconds", "certificate_days", "clock_seconds", "unreachable_times")
_POINTED = re.compile(r"[0-9]{1,3}(\.[0-9]{3})+")
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


def shortened(cells: Mapping[str, str]) -> str | None:
    """Say which number a spreadsheet has rounded or shorn of its zeros, and what to do; None when it has not."""
    for title, cell in cells.items():
        value = cell.strip()
        if _SHORTENED.fullmatch(value):
            return f"{title}: a planilha arredondou o número para {value}. {AS_TEXT}"
        if title.rpartition(".")[2] in WHOLE and _POINTED.fullmatch(value):
            return f"{title}: a planilha escreveu {value} com ponto de milhar. {AS_TEXT}"
    serial = cells.get("serial", "").strip()
    if serial.isascii() and serial.isdigit() and len(serial) < SERIAL_DIGITS:
        return (
            f"serial: {serial} tem {len(serial)} dígitos, e um número de série tem nove; a planilha pode ter tirado os "
            f"zeros à esquerda. {AS_TEXT}"
        )
    code = cells.get("activation_code", "").strip()
    if code.isascii() and code.isdigit() and len(code) < CODE_LENGTH:
        return (
            f"activation_code: tem {len(code)} dígitos, e um código de ativação tem ao menos oito; a planilha pode ter "
            f"tirado os zeros à esquerda. {AS_TEXT}"
        )
    return None
