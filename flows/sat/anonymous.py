"""A report about an odd answer without the shop's data: shapes stay, digits of shops, boxes and documents go."""

import platform
import re
from importlib.metadata import version

from connectors.sat.status import FIELDS, STATUS_FIELDS, code_of
from core.chave_cfe import ChaveCFe
from core.text import plural
from flows.sat.evaluate import Veredito

HIDDEN = "#"
# What says when or how much names nobody, and is what a maintainer needs; only while it looks as it should.
SHAPES = {
    "EEEEE": r"[0-9]{5}",
    "cod": r"[0-9]{0,3}",
    "MT_TOTAL": r"[0-9]{1,12}([.,][0-9]{1,3})? ?[A-Za-z]{0,6}",
    "MT_USADA": r"[0-9]{1,12}([.,][0-9]{1,3})? ?[A-Za-z]{0,6}",
    "VER_SB": r"[0-9.]{1,12}",
    "VER_LAYOUT": r"[0-9.]{1,12}",
    "ESTADO_OPERACAO": r"[0-9]{1,2}",
    **dict.fromkeys(("DH_ATUAL", "DH_CFE", "DH_ULTIMA"), r"[12][09][0-9]{2}[01][0-9][0-3][0-9][0-9]{6}"),
    **dict.fromkeys(("CERT_EMISSAO", "CERT_VENCIMENTO"), r"[12][09][0-9]{2}[01][0-9][0-3][0-9]"),
}
WORDS = ("TIPO_LAN", "STATUS_LAN", "NIVEL_BATERIA")
KEYS = ("ULTIMO_CF_E_SAT", "LISTA_INICIAL", "LISTA_FINAL")
TITLE = "# Resposta estranha de um equipamento SAT ou MFE"


def report(linha: str, found: Veredito) -> str:
    """Return the report in Markdown."""
    values = linha.strip("\r\n").split("|")
    known = len(values) in (STATUS_FIELDS, STATUS_FIELDS + 1)
    names = [name for name, _ in FIELDS] if known else [name for name, _ in FIELDS][:5]
    rows = [
        f"| {place} | {names[place] if place < len(names) else '?'} | `{_hidden(names, place, value)}` |"
        for place, value in enumerate(values)
    ]
    verdicts = [f"- {one.codigo}: {'ativo' if one.ativo else 'inativo'}, {one.valores}" for one in found.alertas]
    return "\n".join(
        [
            TITLE,
            "",
            f"- Esteira {version('esteira')}, Python {platform.python_version()}",
            f"- resultado: {found.resultado} {code_of(linha)}".rstrip(),
            f"- {plural(len(values), 'campo', 'campos')}",
            *_relations(dict(zip(names, values, strict=False))),
            "",
            "| nº | campo | valor |",
            "| --- | --- | --- |",
            *rows,
            "",
            "Marca e modelo do equipamento: (preencha)",
            "",
            *verdicts,
            "",
        ]
    )


def _hidden(names: list[str], place: int, value: str) -> str:
    """Return a value whose digits are hidden unless its field is plain and looks as it should."""
    name = names[place] if place < len(names) else "?"
    shaped = name in SHAPES and re.fullmatch(SHAPES[name], value.strip())
    # what may name somebody keeps its shape only; a short word about network or battery names nobody
    plain = name in WORDS and re.fullmatch(r"[^\W\d]{0,12}([ _][^\W\d]{1,12})?\s*", value)
    return "".join(map(_written, value if shaped or plain else re.sub(r"\w", HIDDEN, value)))


def _written(char: str) -> str:
    """Return a character as it may stand between two backticks, in one line."""
    if char == "`":
        return r"\x60"
    return char if char.isprintable() else repr(char)[1:-1]


def _relations(fields: dict[str, str]) -> list[str]:
    """Say of the keys what can be said without telling them."""
    said = []
    for name in KEYS:
        text = fields.get(name, "").strip()
        chave = ChaveCFe.ler(text)
        if text.strip("0"):
            what = (
                f"chave válida da UF {chave.uf}, mês {chave.aamm}"
                if chave
                else f"chave inválida, {plural(len(text), 'caractere', 'caracteres')}"
            )
            said.append(f"- {name}: {what}")
    first, last = (ChaveCFe.ler(fields.get(name, "")) for name in KEYS[1:])
    if first and last:
        said.append(
            f"- LISTA_FINAL menos LISTA_INICIAL: {plural(last.numero - first.numero, 'documento', 'documentos')}"
        )
        said.append(f"- mesma série e mesmo CNPJ: {(first.nserie, first.cnpj) == (last.nserie, last.cnpj)}")
    return said
