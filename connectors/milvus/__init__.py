"""Milvus, the Brazilian service desk: clients and tickets, looked for before they are made."""

from connectors.milvus.client import Milvus
from connectors.milvus.faults import TokenRefused
from connectors.milvus.reference import has_reference, reference, without_references
from connectors.milvus.rows import Chamado, Cliente, Listing

__all__ = [
    "Chamado",
    "Cliente",
    "Listing",
    "Milvus",
    "TokenRefused",
    "has_reference",
    "reference",
    "without_references",
]
