"""Another box answers at this address (ER SAT, field NSERIE)."""

from alerts.sat.registry import registrar
from alerts.sat.shape import AlertaOperacao


@registrar
class AlertaSerie(AlertaOperacao):
    """Active when the serial number differs from the expected one; without one nothing is expected."""

    codigo, severidade = "serie", "critico"

    def checar(self) -> bool:
        """Compare the numbers; leading zeros do not count."""
        esperada = (self.contexto.serie or "").strip().lstrip("0")
        lida = (self.resposta.NSERIE or "").strip().lstrip("0")
        self._ativo = bool(esperada and lida) and esperada != lida
        return self._ativo

    def mensagem(self) -> str:
        """Say which box answers, since when, and what to do."""
        lida = self.resposta.NSERIE.strip()[:30]
        return (
            f"Outro equipamento responde neste endereço desde {self.desde}: série {lida} em vez de "
            f"{(self.contexto.serie or '').strip()}. Confira o cadastro da caixa ou a troca do equipamento."
        )

    def legivel(self) -> bool:
        """Tell whether the box says which it is, where one is expected."""
        esperada = (self.contexto.serie or "").strip().lstrip("0")
        return not esperada or bool((self.resposta.NSERIE or "").strip().lstrip("0"))

    def resolvido(self) -> str:
        """Say which box answers now."""
        lida = (self.resposta.NSERIE or "").strip()[:30]
        return f"Responde o equipamento esperado, de série {lida or 'não informada'}."
