"""Lines of the ledger as the flows know them, wherever they are kept."""

from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

CLIENTES, TAREFAS, INTERACOES, CONTATOS = "clientes", "tarefas", "interacoes", "contatos"
Key = int | str


class Situacao(StrEnum):
    """States of an item (docs/reference/contracts/sync.md §SY-40)."""

    PENDENTE = "pendente"
    ENVIANDO = "enviando"
    ENVIADO = "enviado"
    DESCONHECIDO = "desconhecido"
    ESTACIONADO = "estacionado"
    FALHOU = "falhou"
    ESQUECIDO = "esquecido"
    DESCARTADO = "descartado"
    MUDADO = "mudado"


# What is claimed once its time has come; ENVIANDO once its lease has ended. MUDADO is there, and was edited since.
OPEN = (Situacao.PENDENTE, Situacao.ENVIANDO, Situacao.DESCONHECIDO, Situacao.ESTACIONADO, Situacao.MUDADO)
# What is there, or is never to be made.
CLOSED = (Situacao.ENVIADO, Situacao.ESQUECIDO, Situacao.DESCARTADO)
# What somebody may want to look at.
WAITING = (Situacao.ESTACIONADO, Situacao.DESCONHECIDO, Situacao.FALHOU)


@dataclass(frozen=True, kw_only=True)
class New:
    """Something to note; one that is noted already, by `livro` and `chave`, stays as it is."""

    livro: str
    fluxo: str
    chave: str
    situacao: Situacao = Situacao.PENDENTE
    ploomes_id: str | None = None
    milvus_id: str | None = None
    milvus_token: str | None = None
    motivo: str | None = None
    ligado: str | None = None
    resumo: str | None = None
    avisado: bool = True


@dataclass(frozen=True)
class Item:
    """A line of the ledger. `tentado`: a request of before may have been carried out."""

    id: Key
    livro: str
    fluxo: str
    chave: str
    situacao: Situacao
    due_at: datetime
    ploomes_id: str | None
    milvus_id: str | None
    milvus_token: str | None
    tentado: bool
    procuras: int
    tentativas: int
    motivo: str | None
    erro: str | None
    ligado: str | None
    resumo: str | None
    criado_em: datetime
    mudado_em: datetime

    @property
    def settled(self) -> bool:
        """Whether it is on both sides, or is never to be made."""
        return self.situacao in CLOSED or bool(self.ploomes_id and self.milvus_id)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of an item; every field is written."""

    id: Key
    due_at: datetime
    situacao: Situacao
    ploomes_id: str | None
    milvus_id: str | None
    milvus_token: str | None
    tentado: bool
    procuras: int
    tentativas: int
    motivo: str | None
    erro: str | None
    ligado: str | None
    resumo: str | None
    execucao: str | None
    mudado_em: datetime
    avisado: bool


ITEM_FIELDS = tuple(field.name for field in fields(Item))
OUTCOME_FIELDS = tuple(field.name for field in fields(Outcome))
_SAME = tuple(name for name in OUTCOME_FIELDS if name in ITEM_FIELDS)


def outcome(item: Item, now: datetime, **changes: Any) -> Outcome:
    """Return the outcome of an item; what is not said of it stays as it was."""
    kept = {name: getattr(item, name) for name in _SAME}
    return Outcome(**{**kept, "mudado_em": now, "due_at": now, "execucao": None, "avisado": True, **changes})
