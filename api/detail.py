"""A document whole: its fields beside each other, its items, what happened to it, what it is linked to."""

from dataclasses import asdict
from typing import Any

from flows.documentos.detalhe import Detalhe

# The fields are those of the contract for its kind (docs/reference/contracts/sefaz.md §8.6 and §8.7).
DocumentoInteiro = dict[str, Any]


def inteiro(found: Detalhe) -> DocumentoInteiro:
    """Return it as the contract lays it out; `itens` and `total_itens` where its kind has items."""
    rest = asdict(found)
    fields: dict[str, Any] = rest.pop("campos")
    return {"id": rest.pop("id"), **fields, **rest}
