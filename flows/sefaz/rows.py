"""Who is asked for, and what is to be imported, as homes of claims: a CNPJ, or a consultation, is one process's."""

from dataclasses import dataclass
from datetime import datetime

from claims.sql import SqlClaims
from storage.models.sefaz import Contribuinte, ImportacaoPedida


@dataclass(frozen=True)
class Tomado:
    """A claimed CNPJ."""

    id: int
    cnpj: str
    ambiente: int
    empresa_id: int


@dataclass(frozen=True)
class Pedida:
    """A claimed consultation of which all that is pending is to be imported."""

    id: int
    consulta_id: int
    pedida_em: datetime


@dataclass(frozen=True)
class Solto:
    """What is written when one is let go: it may be taken again from then on."""

    id: int
    due_at: datetime


CONTRIBUINTES = SqlClaims(Contribuinte, Tomado, Solto)
IMPORTACOES = SqlClaims(ImportacaoPedida, Pedida, Solto)
