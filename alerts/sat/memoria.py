"""The working memory fills up; at 95 % the box blocks itself (ER SAT, fields MT_TOTAL and MT_USADA)."""

import re
from functools import lru_cache

from alerts.sat.registry import registrar
from alerts.sat.shape import AlertaOperacao
from core.settings.sat import Thresholds

_SIZE = re.compile(r"\s*([0-9]{1,18}(?:[.,][0-9]{1,9})?)\s*([a-z]*)\s*")
_UNITS = {
    **dict.fromkeys(("", "b", "byte", "bytes"), 1),
    **dict.fromkeys(("kb", "kbyte", "kbytes"), 1024),
    **dict.fromkeys(("mb", "mbyte", "mbytes"), 1024**2),
    **dict.fromkeys(("gb", "gbyte", "gbytes"), 1024**3),
}
DEFAULTS = Thresholds()


@lru_cache(maxsize=1024)
def octetos(texto: str) -> float | None:
    """Return a size in bytes; None when it cannot be read. Units count by 1024, a bare number is bytes."""
    found = _SIZE.fullmatch(texto.lower())
    if found is None or found[2] not in _UNITS:
        return None
    return float(found[1].replace(",", ".")) * _UNITS[found[2]]


@registrar
class AlertaMemoria(AlertaOperacao):
    """Active when more than a share of the memory is used; sizes that make no sense say nothing."""

    codigo = "memoria"

    def checar(self) -> bool:
        """Compare what is used with the whole."""
        limites = self.contexto.limites or DEFAULTS
        total, usada = octetos(self.resposta.MT_TOTAL or ""), octetos(self.resposta.MT_USADA or "")
        razao = usada / total if total and usada is not None and usada <= total else None
        self._ativo = razao is not None and razao > limites.memory_warning
        critical = razao is not None and razao > limites.memory_critical
        self.severidade = "critico" if critical else "aviso"
        self.valores = {"razao": None if razao is None else round(razao, 4)}
        return self._ativo

    def mensagem(self) -> str:
        """Say how full it is, since when, and what to do."""
        porcento = f"{100 * self.valores['razao']:.1f}".replace(".", ",")
        return (
            f"A memória de trabalho do equipamento está {porcento} % cheia, desde {self.desde}. "
            "Verifique se ele consegue enviar os CF-e; em 95 % ele se bloqueia."
        )

    def legivel(self) -> bool:
        """Tell whether the sizes make sense."""
        return self.valores["razao"] is not None

    def resolvido(self) -> str:
        """Say how full it is now."""
        return f"A memória de trabalho do equipamento está {100 * self.valores['razao']:.0f} % cheia."
