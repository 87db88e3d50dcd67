"""NF-e and NFC-e: pages of them, and one whole (docs/reference/contracts/integracoes.md §4.10 and §4.11)."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select

from flows.documentos.lista import HEAD, Lista
from storage.models.documentos import DE_NFE, Documento


@dataclass(frozen=True)
class NFeRow:
    """An NF-e in a list."""

    id: int
    chave_acesso: str
    numero_nf: str | None
    serie: str | None
    data_emissao: datetime | None
    emit_cnpj: str | None
    emit_nome: str | None
    dest_nome: str | None
    valor_total: Decimal | None
    status_nfe: str | None


LISTA = Lista(DE_NFE, select(*HEAD, Documento.valor_total, Documento.status), "numero_nf", NFeRow)
listar, newest, mostrar = LISTA.listar, LISTA.newest, LISTA.mostrar
