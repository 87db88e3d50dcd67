"""The battery that keeps the box's clock and memory is low (ER SAT, field NIVEL_BATERIA)."""

from alerts.sat.registry import registrar
from alerts.sat.shape import AlertaOperacao
from core.text import bare_word

BAIXO = "BAIXO"


@registrar
class AlertaBateria(AlertaOperacao):
    """Active when the box says that it is low; an empty or unknown word is not."""

    codigo = "bateria"

    def checar(self) -> bool:
        """Look at the level."""
        self._ativo = bare_word(self.resposta.NIVEL_BATERIA or "") == BAIXO
        return self._ativo

    def mensagem(self) -> str:
        """Say since when, and what to do."""
        return (
            f"A bateria do equipamento está baixa desde {self.desde}. "
            "Deixe-o ligado à energia; se não carregar, peça a troca à assistência técnica."
        )

    def legivel(self) -> bool:
        """Tell whether the box names a level."""
        return any(letter.isalpha() for letter in bare_word(self.resposta.NIVEL_BATERIA or ""))

    def resolvido(self) -> str:
        """Say what the box says of it now."""
        dito = (self.resposta.NIVEL_BATERIA or "").strip()[:30]
        return f"A bateria do equipamento não está mais baixa (ele informa {dito!r})."
