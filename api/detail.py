"""A document whole: its fields beside each other, its items, what happened to it, what it is linked to."""

from dataclasses import asdict
from typing import Any

from api import examples
from flows.documentos.detalhe import Detalhe

# The fields are those of the contract for its kind (docs/reference/contracts/sefaz.md §8.6 and §8.7).
DocumentoInteiro = dict[str, Any]

NFE = {
    "id": 1,
    "chave_acesso": examples.KEY,
    "numero_nf": "123",
    "serie": "1",
    "data_emissao": "2026-11-26T10:30:00-03:00",
    "emit_cnpj": "11222333000181",
    "emit_nome": "Padaria de Exemplo Ltda",
    "valor_total": "100.00",
    "itens": [{"id": 1, "numero_item": 1, "descricao": "Café", "quantidade": "1.0000", "valor_total": "100.00"}],
    "total_itens": 1,
}
CTE = {
    "id": 1,
    "chave_acesso": examples.KEY,
    "numero_ct": "123",
    "serie": "1",
    "data_emissao": "2026-11-26T10:30:00-03:00",
    "emit_nome": "Transportes de Exemplo Ltda",
    "municipio_inicio": "São Paulo",
    "municipio_fim": "Curitiba",
    "valor_total": "250.00",
}


def shown(example: DocumentoInteiro) -> dict[str, Any]:
    """Return how a document whole is described: by some of its fields."""
    return {"content": {"application/json": {"example": example}}}


def inteiro(found: Detalhe) -> DocumentoInteiro:
    """Return it as the contract lays it out; `itens` and `total_itens` where its kind has items."""
    rest = asdict(found)
    fields: dict[str, Any] = rest.pop("campos")
    return {"id": rest.pop("id"), **fields, **rest}
