"""CT-e of every kind: pages of them, and one whole (docs/reference/contracts/integracoes.md §4.14 and §4.15)."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select

from flows.documentos.lista import HEAD, Lista
from storage.models.documentos import DE_CTE, CTe, Documento


@dataclass(frozen=True)
class CTeRow:
    """A CT-e in a list."""

    id: int
    chave_acesso: str
    numero_ct: str | None
    serie: str | None
    data_emissao: datetime | None
    emit_cnpj: str | None
    emit_nome: str | None
    dest_nome: str | None
    municipio_inicio: str | None
    municipio_fim: str | None
    valor_total: Decimal | None
    status_cte: str | None


COLUMNS = (*HEAD, CTe.municipio_inicio, CTe.municipio_fim, Documento.valor_total, Documento.status)
# a summary has no row of its own kind
LISTA = Lista(DE_CTE, select(*COLUMNS).join(CTe, CTe.id == Documento.id, isouter=True), "numero_ct", CTeRow)
listar, newest, mostrar = LISTA.listar, LISTA.newest, LISTA.mostrar
