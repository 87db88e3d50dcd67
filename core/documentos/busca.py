"""What people search documents in, and by: one text without accents and case, the same on every database."""

import re
import unicodedata
from collections.abc import Iterator

from core.documentos.conteudo import Cabeca, Conhecimento
from core.fiscal import normalizar_chave, normalizar_documento

# Separates what is searched in, so that nothing is found across the end of one and the beginning of the next.
BETWEEN = "\n"
LONGEST_QUERY = 200
_WRITTEN = re.compile(r"[0-9A-Za-z]+(?:[ ./-]+[0-9A-Za-z]+)+")
_CNPJ = re.compile(r"[0-9A-Z]{12}[0-9]{2}")
_LEAST = 4


def folded(text: str) -> str:
    """Return a text in lower case, without accents, control characters and double spaces."""
    bare = _without_accents(_without_accents(text).casefold())
    visible = bare if bare.isprintable() else "".join(one if one.isprintable() else " " for one in bare)
    return " ".join(visible.split())


def _without_accents(text: str) -> str:
    if text.isascii():
        return text
    return "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))


def searchable(conteudo: Cabeca) -> str:
    """Return what a document is found by: its number, its key, and the parties' names and documents."""
    number = "" if conteudo.numero is None else str(conteudo.numero)
    return BETWEEN.join([number, *(folded(one) for one in (conteudo.chave, *_parties(conteudo)) if one)])


def _parties(conteudo: Cabeca) -> Iterator[str | None]:
    roles = ["rem", "exped", "receb", "tomador"] if isinstance(conteudo, Conhecimento) else []
    yield from (conteudo.emit_nome, conteudo.emit_cnpj, conteudo.dest_nome, conteudo.dest_cnpj_cpf)
    for role in roles:
        yield from (getattr(conteudo, f"{role}_nome"), getattr(conteudo, f"{role}_cnpj_cpf"))


def wanted(query: str) -> tuple[str, ...]:
    """Return the texts of which one must be in what a document is found by; none for a blank query.

    A CNPJ or CPF with its punctuation and a key in groups of four, or a part of either, are looked for as stored, too.
    """
    text = folded(query[:LONGEST_QUERY])
    if not text:
        return ()
    code = _code(query.strip()[:LONGEST_QUERY])
    return (text,) if code in (None, text) else (text, code or "")


def _code(query: str) -> str | None:
    """Return what is written as a code without its punctuation; None for words."""
    if (chave := normalizar_chave(query)) and len(chave) == 44:
        return chave.lower()
    bare = normalizar_documento(query)
    if not _WRITTEN.fullmatch(query) or len(bare) < _LEAST:
        return None
    is_code = bool(_CNPJ.fullmatch(bare)) or 2 * sum(one.isdigit() for one in bare) >= len(bare)
    return bare.lower() if is_code else None
