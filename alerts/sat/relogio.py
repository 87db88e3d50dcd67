"""The clock of the box differs from the shop's. It tells no zone; the worker's would be wrong."""

from typing import Any

from alerts.sat.registry import registrar
from alerts.sat.shape import AlertaOperacao
from core.text import human_duration


@registrar
class AlertaDivergenciaHorarios(AlertaOperacao):
    """Active when the clocks differ by more than `tolerancia_em_segundos` (field DH_ATUAL)."""

    codigo = "relogio"
    tolerancia_em_segundos = 3600

    def __init__(self, resposta: Any) -> None:
        super().__init__(resposta)
        self._segundos: int | None = None

    @property
    def divergencia(self) -> int:
        """Seconds by which the system is ahead of the box, the fraction dropped; negative: behind."""
        return self._segundos or 0

    def checar(self) -> bool:
        """Compare with the wall clock of the shop."""
        relogio, limites = self.resposta.DH_ATUAL, self.contexto.limites
        self._segundos = int((self.contexto.na_loja - relogio).total_seconds()) if relogio else None
        most = limites.clock_seconds if limites else self.tolerancia_em_segundos
        self._ativo = abs(self.divergencia) > most
        self.valores = {"segundos": self._segundos}
        return self._ativo

    def mensagem(self) -> str:
        """Say by how much, in which direction, and what to do."""
        if self._segundos is None:
            return "O equipamento não informa o seu horário."
        if self._segundos == 0:
            return "O relógio do equipamento está certo."
        lado = "atrasado" if self._segundos > 0 else "adiantado"
        quanto = human_duration(self._segundos)
        horas = f"equipamento {self.resposta.DH_ATUAL:%d/%m/%Y %H:%M}, loja {self.contexto.na_loja:%d/%m/%Y %H:%M}"
        visto = f"O relógio do equipamento está {lado} {quanto} ({horas}), desde {self.desde}."
        return f"{visto} Confira a hora do equipamento e a da loja."

    def legivel(self) -> bool:
        """Tell whether the box tells the time."""
        return self._segundos is not None

    def resolvido(self) -> str:
        """Say how far apart the clocks are now."""
        quanto = human_duration(self.divergencia)
        return f"O relógio do equipamento está acertado (diferença de {quanto} para a hora da loja)."
