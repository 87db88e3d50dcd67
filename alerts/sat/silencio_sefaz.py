"""The box has not spoken to SEFAZ for days; it blocks itself after ten or so (ER SAT, fields DH_ATUAL, DH_ULTIMA)."""

from alerts.sat.registry import registrar
from alerts.sat.shape import AlertaOperacao
from core.settings.sat import Thresholds
from core.text import human_duration

DEFAULTS = Thresholds()
DAY_SECONDS = 86_400


@registrar
class AlertaSilencioSefaz(AlertaOperacao):
    """Active when the last contact is too long ago, by the box's own clock alone, so that no zone is involved."""

    codigo = "silencio_sefaz"

    def checar(self) -> bool:
        """Compare the two readings; a box that never spoke to SEFAZ is not silent."""
        limites = self.contexto.limites or DEFAULTS
        agora, ultima = self.resposta.DH_ATUAL, self.resposta.DH_ULTIMA
        segundos = int((agora - ultima).total_seconds()) if agora and ultima else None
        self._ativo = segundos is not None and segundos > limites.silence_warning_days * DAY_SECONDS
        critical = segundos is not None and segundos > limites.silence_critical_days * DAY_SECONDS
        self.severidade = "critico" if critical else "aviso"
        self.valores = {"segundos": segundos}
        return self._ativo

    def mensagem(self) -> str:
        """Say for how long, since when, and what to do."""
        return (
            f"O equipamento não fala com a SEFAZ há {human_duration(self.valores['segundos'])}, "
            f"desde {self.resposta.DH_ULTIMA:%d/%m/%Y %H:%M}. "
            "Verifique a rede e a internet da loja; depois de dez dias ele se bloqueia."
        )

    def legivel(self) -> bool:
        """Tell whether both are there, and in their order: where the clock was set back it tells no time since."""
        segundos = self.valores["segundos"]
        return bool(segundos is not None and segundos >= 0)

    def resolvido(self) -> str:
        """Say when it spoke to SEFAZ."""
        return f"O equipamento fala com a SEFAZ; última comunicação em {self.resposta.DH_ULTIMA:%d/%m/%Y %H:%M}."
