"""What is sent: a client of Milvus, a contact of Ploomes, a ticket (docs/reference/contracts/milvus.md §2.2, §3.1)."""

from collections.abc import Sequence
from typing import Any

from connectors.milvus import Cliente, without_references
from connectors.ploomes import Contact, Item
from core.fiscal import tipo_documento
from core.html_text import plain_text
from core.settings.sync import CLIENTES_MP, CLIENTES_PM, ContaSync, SyncTag
from flows.sync.mapping import mapped

SUBJECT_LIMIT, DESCRIPTION_LIMIT = 150, 8000
PERSON, COMPANY = ("nome", "data_nascimento", "sexo"), ("nome_fantasia", "razao_social", "inscricao_estadual")
COMPANY_TYPE, PERSON_TYPE = 1, 2
NO_NAME = "Sem nome"
# What the route that changes a client does not take, and what is the service desk's once the client is there.
ONLY_NEW = ("cliente_enderecos", "cliente_contatos", "cliente_ativo")


def cliente(contact: Contact, conta: ContaSync) -> dict[str, Any]:
    """Return a client for Milvus, with one block of person or company, one address, one contact."""
    found = mapped(CLIENTES_PM, contact, conta.mapping)
    person = tipo_documento(contact.documento) == "cpf"
    block = _some(found, PERSON if person else COMPANY)
    name = found.get("nome" if person else "nome_fantasia") or found.get("razao_social") or NO_NAME
    kind = "cliente_pessoa_fisica" if person else "cliente_pessoa_juridica"
    named = {"nome": name} if person else {"nome_fantasia": name, "razao_social": found.get("razao_social") or name}
    body: dict[str, Any] = {"cliente_documento": contact.documento, "cliente_ativo": True, kind: {**block, **named}}
    body |= _some(found, ("cliente_site", "cliente_observacao"))
    if address := {key: value for key, value in found.items() if key.startswith("endereco_")}:
        body["cliente_enderecos"] = [{"endereco_padrao": True, "endereco_descricao": "Principal", **address}]
    if any(f"contato_{one}" in found for one in ("email", "telefone", "celular")):
        told = {key: value for key, value in found.items() if key.startswith("contato_")}
        body["cliente_contatos"] = [{"contato_padrao": True, "contato_descricao": name, **told}]
    return body


def contact(row: Cliente, conta: ContaSync) -> dict[str, Any]:
    """Return a contact for Ploomes."""
    found = mapped(CLIENTES_MP, row, conta.mapping)
    kind = PERSON_TYPE if tipo_documento(row.documento) == "cpf" else COMPANY_TYPE
    numbers = {key: int(value) for key, value in found.items() if key.endswith("Id") and value.isdecimal()}
    return {"Name": row.nome or NO_NAME, **found, **numbers, "TypeId": kind, "Register": row.documento}


def chamado(flow: str, item: Item, tag: SyncTag, token: str, reference: str, conta: ContaSync) -> dict[str, Any]:
    """Return a ticket; its description ends with the reference, by which it is found again."""
    subject = _line(item.titulo) or conta.subject.replace("{label}", tag.label).replace("{id}", str(item.id))
    text = without_references(plain_text(item.texto or "").strip()) or conta.description
    described = f"{text[: DESCRIPTION_LIMIT - len(reference) - 2]}\n\n{reference}"
    categories = {"chamado_categoria_primaria": tag.category, "chamado_categoria_secundaria": tag.subcategory}
    usual = {key: value for key, value in categories.items() if value}
    fields: dict[str, Any] = {**usual, "chamado_assunto": subject[:SUBJECT_LIMIT], **mapped(flow, item, conta.mapping)}
    if (category := fields.pop("categoria_id", "")).isdecimal():
        fields["categoria_id"] = int(category)
    if (own := fields.pop("chamado_descricao", None)) is not None:
        described = f"{without_references(own)}\n\n{reference}"
    return {**fields, "cliente_id": token, "chamado_descricao": described}


def follow_up(item: Item, reference: str) -> str:
    """Return what a ticket is told of an edit."""
    title, text = _line(item.titulo), without_references(plain_text(item.texto or "").strip())
    told = "\n\n".join(part for part in ("Atualizado no Ploomes.", title, text) if part)
    return f"{told[:DESCRIPTION_LIMIT]}\n\n{reference}"


def _line(text: str | None) -> str:
    return " ".join(plain_text(text or "").split())


def _some(found: dict[str, str], names: Sequence[str]) -> dict[str, str]:
    return {name: found[name] for name in names if name in found}
