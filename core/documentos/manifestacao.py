"""What the recipient of an NF-e says of it: what follows, what a note waits for, and until when. Nothing else.

docs/reference/contracts/sefaz.md §4.1, §4.6. Time runs from the authorisation (dhRecbto), never from the issue.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from core.documentos.situacao import REGISTRADO, Situacao
from core.documentos.tipos_evento import CIENCIA, CONFIRMACAO, DESCONHECIMENTO, NAO_REALIZADA

PRAZO_CIENCIA = timedelta(days=10)
# After one of these the full document is handed out; a denial alone never brings it.
LIBERAM = (CIENCIA, CONFIRMACAO, NAO_REALIZADA)
SEM_EFEITO = (Situacao.CANCELADA, Situacao.DENEGADA)


class Conclusao(StrEnum):
    """What the recipient concluded of the operation, or what the law takes for it."""

    PENDENTE = "pendente"
    CONFIRMADA = "confirmada"
    DESCONHECIDA = "desconhecida"
    NAO_REALIZADA = "nao_realizada"
    TACITA = "confirmada_tacitamente"
    NAO_CABE = "nao_cabe"


class Espera(StrEnum):
    """Whether the full document of a note is here, is coming, or why it is not."""

    AQUI = "aqui"
    AGUARDADO = "aguardado"  # asked for by an event that is registered
    SEM_CIENCIA = "sem_ciencia"  # nobody asked for it yet
    SEM_CIENCIA_NO_PRAZO = "sem_ciencia_no_prazo"  # only Confirmação or Não realizada bring it still
    DESCONHECIDA = "desconhecida"
    TACITA = "confirmada_tacitamente"
    PROPRIA = "propria"  # the issuer's own is never distributed to it
    CANCELADA = "cancelada"
    DENEGADA = "denegada"


CONCLUSIVOS = {
    CONFIRMACAO: Conclusao.CONFIRMADA,
    DESCONHECIMENTO: Conclusao.DESCONHECIDA,
    NAO_REALIZADA: Conclusao.NAO_REALIZADA,
}


@dataclass(frozen=True, slots=True)
class Registrado:
    """A registered event of the recipient, and when it was registered."""

    tipo: str
    em: datetime | None


@dataclass(frozen=True, slots=True)
class Recebida:
    """What is known of a note that a company received; `conhecida_em` is when its summary came.

    `eventos` stand in the order in which they became known: it decides between two of the same second.
    """

    propria: bool
    situacao: str
    completa: bool
    conhecida_em: datetime
    recebida_em: datetime | None
    eventos: Sequence[Registrado] = ()

    @property
    def ciencia_ate(self) -> datetime | None:
        """Until when Ciência may be given."""
        return self.recebida_em and self.recebida_em + PRAZO_CIENCIA

    def conclusao_ate(self, dias: float) -> datetime | None:
        """Return until when it may be concluded; after that the operation counts as confirmed."""
        return self.recebida_em and self.recebida_em + timedelta(days=dias)


def registrado_em(status: str | None, recebido_em: datetime | None, data_evento: datetime | None) -> datetime | None:
    """Return when an event was registered; an answer that it was so before does not tell when."""
    return recebido_em or data_evento if status is None or status in REGISTRADO else data_evento


def conclusao(nota: Recebida, now: datetime, dias: float) -> Conclusao:
    """Return what the recipient concluded; of several the last registered one counts."""
    concluded = [one for one in nota.eventos if one.tipo in CONCLUSIVOS]
    if concluded:
        return CONCLUSIVOS[max(reversed(concluded), key=_order).tipo]
    if nota.propria or nota.situacao in SEM_EFEITO:
        return Conclusao.NAO_CABE
    ends = nota.conclusao_ate(dias)
    return Conclusao.TACITA if ends is not None and now > ends else Conclusao.PENDENTE


def espera(nota: Recebida, now: datetime, dias: float) -> tuple[Espera, datetime | None]:
    """Return whether the full document is waited for, and since when."""
    asked = [one.em or nota.conhecida_em for one in nota.eventos if one.tipo in LIBERAM]
    if nota.completa:
        return Espera.AQUI, None
    if nota.propria:
        return Espera.PROPRIA, None
    if nota.situacao in SEM_EFEITO:
        return Espera(nota.situacao), None
    if asked:
        return Espera.AGUARDADO, min(asked)
    if any(one.tipo == DESCONHECIMENTO for one in nota.eventos):
        return Espera.DESCONHECIDA, None
    return _unasked(nota, now, dias), nota.conhecida_em


def _unasked(nota: Recebida, now: datetime, dias: float) -> Espera:
    ends, first = nota.conclusao_ate(dias), nota.ciencia_ate
    if ends is not None and now > ends:
        return Espera.TACITA
    return Espera.SEM_CIENCIA_NO_PRAZO if first is not None and now > first else Espera.SEM_CIENCIA


def _order(one: Registrado) -> tuple[bool, datetime]:
    # one without a date may be the first as well
    return one.em is not None, one.em or datetime.min.replace(tzinfo=UTC)
