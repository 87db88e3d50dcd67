"""What a spreadsheet does to the numbers of boxes."""

import re
from collections.abc import Mapping

from core.text import plural

_SHORTENED = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?[eE][+-]?[0-9]+")
AS_TEXT = "Na planilha, formate a coluna como Texto e digite o número de novo"
SERIAL_DIGITS = 9
# The shortest activation code there is. Asking with a wrong one locks a box.
CODE_LENGTH = 8
# Columns of whole numbers: with its point of thousands `5.000` would be read as 5.
WHOLE = ("port", "numero_caixa", "interval_seconds", "certificate_days", "clock_seconds", "unreachable_times")
_POINTED = re.compile(r"[0-9]{1,3}(\.[0-9]{3})+")


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
            f"serial: {serial} tem {plural(len(serial), 'dígito', 'dígitos')}, e um número de série tem nove; "
            f"a planilha pode ter tirado os zeros à esquerda. {AS_TEXT}"
        )
    code = cells.get("activation_code", "").strip()
    if code.isascii() and code.isdigit() and len(code) < CODE_LENGTH:
        return (
            f"activation_code: tem {plural(len(code), 'dígito', 'dígitos')}, e um código de ativação tem ao menos "
            f"oito; a planilha pode ter tirado os zeros à esquerda. {AS_TEXT}"
        )
    return None
