"""How a document stands: by its protocol and its registered events, whatever order they come in. It only worsens.

docs/reference/contracts/sefaz.md §8.6. Text decides nothing: `cStat` and `tpEvento` do.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum

from core.documentos.chave import NFSE_KEY, modelo
from core.documentos.conteudo import Cabeca, Especie, Evento, Inutilizacao
from core.documentos.tipos_evento import MANIFESTACOES, Efeito, efeito_de


class Situacao(StrEnum):
    """How a document stands by its protocol and its events; each only ever becomes a later one."""

    SEM_PROTOCOLO = "sem_protocolo"
    AUTORIZADA = "autorizada"
    DENEGADA = "denegada"
    CANCELADA = "cancelada"


_ORDER = {situacao: place for place, situacao in enumerate(Situacao)}
_BY_STATUS = {
    **dict.fromkeys(("100", "150"), Situacao.AUTORIZADA),
    **dict.fromkeys(("101", "151", "135", "155"), Situacao.CANCELADA),
    **dict.fromkeys(("110", "301", "302", "303"), Situacao.DENEGADA),
}
# They are valid as they leave the box or the town's server, and have no protocol.
_BY_NATURE = frozenset({Especie.CFE, Especie.NFSE})
REGISTRADO = frozenset({"135", "136", "155"})
# Registered too, with a warning about the document (MOC of the CT-e).
_REGISTRADO_CTE = REGISTRADO | {"134"}
# The same event of the recipient is registered already: asked again after a lost answer, it says that it was heard.
_REGISTRADO_MANIFESTACAO = REGISTRADO | {"573"}
_MODELOS_CTE = frozenset({"57", "64", "67"})
HOMOLOGADA = "102"
# What SEFAZ calls its environments (`tpAmb`); all its servers of tests prove is a test.
PRODUCAO, TESTE = 1, 2
STATUS_CANCELADA, MOTIVO_CANCELADA = "101", "Cancelamento homologado"


def worst(one: Situacao, other: Situacao) -> Situacao:
    """Return the later of two states."""
    return max(one, other, key=_ORDER.__getitem__)


def by_protocol(especie: str, status: str | None) -> Situacao:
    """Return the state that a protocol's `cStat` proves; a rejection, or none, proves nothing."""
    if especie in _BY_NATURE:
        return Situacao.AUTORIZADA
    return _BY_STATUS.get(status or "", Situacao.SEM_PROTOCOLO)


def proves(cabeca: Cabeca) -> bool:
    """Tell whether a document's own protocol proves how its text stands; a rejection may have a number too."""
    answered = by_protocol(cabeca.especie, cabeca.status) is not Situacao.SEM_PROTOCOLO
    return cabeca.protocolo is not None and cabeca.conferida and answered


def registered(evento: Evento) -> bool:
    """Tell whether an answer proves an event; a summary and one of a national NFS-e are registered by their nature."""
    if len(evento.chave) == NFSE_KEY:
        return True
    if not evento.completo:
        return evento.status is None or evento.status in REGISTRADO
    if evento.tipo_evento in MANIFESTACOES:
        return evento.status in _REGISTRADO_MANIFESTACAO
    proven = _REGISTRADO_CTE if modelo(evento.chave) in _MODELOS_CTE else REGISTRADO
    return evento.status in proven


def fits(evento: Evento, ambiente: int | None) -> bool:
    """Tell whether an event is of a document's environment; one that names none is."""
    return evento.ambiente is None or (evento.ambiente == TESTE) == (ambiente == TESTE)


def homologated(inutilizacao: Inutilizacao) -> bool:
    """Tell whether an answer proves that a range will not be used."""
    return inutilizacao.status == HOMOLOGADA


@dataclass(frozen=True, slots=True)
class Estado:
    """What of a document protocols and events may change."""

    situacao: Situacao = Situacao.SEM_PROTOCOLO
    status: str | None = None
    motivo: str | None = None
    protocolo: str | None = None
    recebido_em: datetime | None = None
    correcao: str | None = None
    correcao_sequencia: int | None = None

    @classmethod
    def of(cls, cabeca: Cabeca) -> "Estado":
        """Return how a document stands by what itself says."""
        return cls(situacao=by_protocol(cabeca.especie, None)).with_protocol(cabeca)

    def with_protocol(self, cabeca: Cabeca) -> "Estado":
        """Add what a protocol says: the number where none that proves anything is known, the rest where it is worse."""
        found, new = by_protocol(cabeca.especie, cabeca.status), self
        numbered = self.protocolo is not None and (self.situacao is not Situacao.SEM_PROTOCOLO or not proves(cabeca))
        if not numbered and cabeca.protocolo is not None:
            new = replace(new, protocolo=cabeca.protocolo, recebido_em=cabeca.recebido_em)
        if worst(self.situacao, found) is not self.situacao:
            return replace(new, situacao=found, status=cabeca.status, motivo=cabeca.motivo)
        if self.status is None and cabeca.status is not None:
            return replace(new, status=cabeca.status, motivo=cabeca.motivo)
        return new

    def with_event(self, evento: Evento) -> "Estado":
        """Add what a registered event does."""
        match efeito_de(evento.tipo_evento, modelo(evento.chave)):
            case Efeito.CANCELA:
                return self.cancelled()
            case Efeito.CORRIGE if evento.correcao and evento.sequencia > (self.correcao_sequencia or 0):
                return replace(self, correcao=evento.correcao, correcao_sequencia=evento.sequencia)
        return self

    def cancelled(self) -> "Estado":
        """Cancel the document."""
        if self.situacao is Situacao.CANCELADA:
            return self
        return replace(self, situacao=Situacao.CANCELADA, status=STATUS_CANCELADA, motivo=MOTIVO_CANCELADA)

    def changes(self, after: "Estado") -> Iterator[str]:
        """Yield the names of the fields in which another differs."""
        for field in fields(self):
            if getattr(self, field.name) != getattr(after, field.name):
                yield field.name
