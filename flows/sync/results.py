"""What a run came to, in one shape for the command line, the task and the row of its flow."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flows.sync.ledger.item import Outcome, Situacao

ADOPTED, REFUSED, WORN = "adotado", "recusado", "falha_repetida"
EDITED, EDIT_REFUSED = "editado", "edicao_recusada"
WELL, BUSY, DEGRADED, STOPPED, OFF = "bem", "ocupado", "degradado", "parado", "desligado"


@dataclass
class Report:
    """One run (docs/reference/contracts/sync.md §SY-71).

    `estado`: bem, ocupado (another run is under way), degradado (the other side failed again and again), parado (a
    person has to act). `parcial`: the list that was read may not be whole; `restam`: the time was over before the work
    was, `continua`: where the reading of the list goes on. `sem_documento` are the numbers of some contacts without
    one, `trocas` contacts whose document is another one now, with the ends of both. `avisos` is what the last daily
    look at both systems found. `faria` is what a dry run would have done.
    """

    conta: str
    fluxo: str
    estado: str = WELL
    simulado: bool = False
    lidos: int = 0
    pulados: Counter[str] = field(default_factory=Counter)
    conhecidos: int = 0
    novos: int = 0
    ja_estavam: int = 0
    criados: int = 0
    adotados: int = 0
    editados: int = 0
    desconhecidos: int = 0
    adiados: int = 0
    estacionados: Counter[str] = field(default_factory=Counter)
    falhos: Counter[str] = field(default_factory=Counter)
    requisicoes: int = 0
    esperas: int = 0
    segundos: float = 0.0
    cursor_antes: datetime | None = None
    cursor_depois: datetime | None = None
    parcial: bool = False
    restam: bool = False
    continua: str | None = None
    falha: str | None = None
    sem_documento: list[int] = field(default_factory=list)
    faria: list[str] = field(default_factory=list)
    trocas: list[str] = field(default_factory=list)
    avisos: list[str] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        """Whether something failed for good, or the run could not be made to its end."""
        return self.refused or self.estado in (DEGRADED, STOPPED)

    @property
    def refused(self) -> bool:
        """Whether the other side will not have something; what left its source by itself is no failure."""
        return any(self.estacionados[reason] for reason in (REFUSED, WORN))

    def count(self, one: Outcome) -> None:
        """Count what came of an item."""
        reason = one.motivo or "outro"
        match one.situacao:
            case Situacao.ENVIADO if one.motivo == ADOPTED and not one.avisado:
                self.adotados += 1
            case Situacao.ENVIADO if one.motivo == EDITED:
                self.editados += 1
            case Situacao.ENVIADO if one.motivo == EDIT_REFUSED:
                self.falhos[reason] += 1
            case Situacao.ENVIADO if one.avisado:
                self.ja_estavam += 1
            case Situacao.ENVIADO:
                self.criados += 1
            case Situacao.ESTACIONADO:
                self.estacionados[reason] += 1
            case Situacao.FALHOU:
                self.falhos[reason] += 1
            case Situacao.DESCONHECIDO:
                self.desconhecidos += 1
            case _:
                self.adiados += 1

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        found = dict(vars(self))
        for name in ("cursor_antes", "cursor_depois"):
            found[name] = found[name].isoformat() if found[name] else None
        return {**found, **{name: dict(found[name]) for name in ("pulados", "estacionados", "falhos")}}
