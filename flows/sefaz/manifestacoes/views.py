"""Events of the recipient, as people see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from core.caller import OPERATOR, Caller
from core.errors import UsageError
from core.fiscal import formatar_documento
from core.page import SIZE, Page
from flows.sefaz.manifestacoes.pedidos import BATCH, NOMES
from storage.models.empresas import Empresa
from storage.models.manifestacoes import EstadoManifestacao, ManifestacaoSEFAZ
from storage.pages import newest_first, visible
from storage.session import reading


@dataclass(frozen=True)
class ManifestacaoView:
    """An event: whose, of which note and kind, and how far it is."""

    id: int
    empresa: str
    chave_acesso: str
    tipo: str
    sequencia: int
    justificativa: str | None
    automatica: bool
    estado: str
    cstat: str | None
    motivo: str | None
    protocolo: str | None
    tentativas: int
    pedida_em: datetime
    registrada_em: datetime | None


def listar(
    estado: str | None = None, *, depois: int | None = None, limite: int = SIZE, caller: Caller = OPERATOR
) -> Page[ManifestacaoView]:
    """Return a page of the events of the caller's companies, the newest first."""
    if estado is not None and estado not in set(EstadoManifestacao):
        raise UsageError(f"Estado desconhecido: {estado[:40]!r}. Há {', '.join(EstadoManifestacao)}.", campo="estado")
    query = _query().where(visible(caller, Empresa.usuario_id))
    if estado is not None:
        query = query.where(ManifestacaoSEFAZ.estado == estado)
    with reading() as db:
        return newest_first(db, query, ManifestacaoSEFAZ.id, depois, limite).map(_view)


def das(numeros: Sequence[int]) -> list[ManifestacaoView]:
    """Return these events, in this order."""
    found: dict[int, ManifestacaoView] = {}
    with reading() as db:
        for begin in range(0, len(numeros), BATCH):
            some = _query().where(ManifestacaoSEFAZ.id.in_(numeros[begin : begin + BATCH]))
            found |= {row[0]: _view(row) for row in db.execute(some)}
    return [found[number] for number in numeros if number in found]


def _query() -> Select[int, ManifestacaoSEFAZ, str]:
    query = select(ManifestacaoSEFAZ.id, ManifestacaoSEFAZ, Empresa.cnpj)
    return query.join(Empresa, Empresa.id == ManifestacaoSEFAZ.empresa_id)


def _view(row: Any) -> ManifestacaoView:
    number, one, cnpj = row
    return ManifestacaoView(
        id=number,
        empresa=formatar_documento(cnpj),
        chave_acesso=one.chave,
        tipo=NOMES.get(one.tipo, one.tipo),
        sequencia=one.sequencia,
        justificativa=one.justificativa,
        automatica=one.automatica,
        estado=one.estado,
        cstat=one.cstat,
        motivo=one.motivo,
        protocolo=one.protocolo,
        tentativas=one.tentativas,
        pedida_em=one.pedida_em,
        registrada_em=one.registrada_em,
    )
