"""Rows of a table saved by a spreadsheet: its encodings, its separators, what it does to numbers."""

import csv
import re
from collections.abc import Iterator, Mapping
from io import StringIO
from pathlib import Path

from core.errors import UsageError
from core.logs import get_logger
from core.text import os_fault

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


def read_text(arquivo: Path) -> str:
    """Return the text of a table in any encoding that spreadsheets write; raise `UsageError` for anything else."""
    try:
        with arquivo.open("rb") as file:
            raw = file.read(FILE_LIMIT + 1)
    except OSError as error:
        raise UsageError(f"Não consegui ler {arquivo}: {os_fault(error)}.") from None
    if len(raw) > FILE_LIMIT:
        raise UsageError(f"{arquivo} passa de {FILE_LIMIT // 1024**2} MiB.")
    if raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise UsageError(f"{arquivo} é uma planilha, não um CSV: salve-a como CSV UTF-8.")
    try:
        return raw.decode(_encoding(raw))
    except UnicodeDecodeError:
        raise UsageError(f"{arquivo} não é um texto em CSV: salve-o como CSV UTF-8.") from None


def _encoding(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\0" in raw:
        # text of two bytes for each character, without its mark: the empty half says which one comes first
        return "utf-16-be" if raw[:1] == b"\0" else "utf-16-le"
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        # as spreadsheets of Windows write it; the few bytes that it lacks are no reason to refuse a table
        return "cp1252" if _decodes(raw, "cp1252") else "latin-1"
    return "utf-8-sig"


def _decodes(raw: bytes, encoding: str) -> bool:
    try:
        raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


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
