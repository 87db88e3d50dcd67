"""Events that are owed, as a home of claims; those that are settled are never due again."""

from dataclasses import dataclass
from datetime import UTC, datetime

from claims.sql import SqlClaims
from storage.models.manifestacoes import EstadoManifestacao, ManifestacaoSEFAZ

NEVER = datetime(9000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Devida:
    """A claimed event. One with `xml` may have been registered: the same text is asked again."""

    id: int
    empresa_id: int
    chave: str
    tipo: str
    sequencia: int
    justificativa: str | None
    estado: str
    tentativas: int
    xml: str | None
    assinada_em: datetime | None


@dataclass(frozen=True)
class Enviada:
    """What is written before an event leaves."""

    id: int
    estado: EstadoManifestacao
    tentativas: int
    xml: str | None
    assinada_em: datetime | None
    due_at: datetime


@dataclass(frozen=True)
class Julgada:
    """What is written when it is known, or not, what became of it."""

    id: int
    estado: EstadoManifestacao
    due_at: datetime
    xml: str | None
    cstat: str | None
    motivo: str | None
    protocolo: str | None = None
    retorno: str | None = None
    registrada_em: datetime | None = None


ABERTA = ManifestacaoSEFAZ.estado.in_((EstadoManifestacao.PENDENTE.value, EstadoManifestacao.ENVIADO.value))
DEVIDAS = SqlClaims(ManifestacaoSEFAZ, Devida, Julgada, ready=ABERTA)
ENVIADAS = SqlClaims(ManifestacaoSEFAZ, Devida, Enviada, ready=ABERTA)
