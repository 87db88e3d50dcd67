"""The box does not sell: somebody or something blocked it (ER SAT, field ESTADO_OPERACAO)."""

from alerts.sat.registry import registrar
from alerts.sat.shape import AlertaOperacao

CONSELHOS = {
    1: "bloqueado pela SEFAZ. Consulte a situação do equipamento no portal da SEFAZ",
    2: "bloqueado pelo contribuinte. Desbloqueie-o no programa de ativação quando quiser voltar a usá-lo",
    3: "bloqueado por si mesmo, por falta de comunicação. Restabeleça a rede: ele envia o que falta e se desbloqueia",
    4: "bloqueado para desativação. Se não foi pedida, procure a SEFAZ",
}


@registrar
class AlertaBloqueado(AlertaOperacao):
    """Active in every state but 0, unknown numbers included."""

    codigo, severidade = "bloqueado", "critico"

    def checar(self) -> bool:
        """Look at the state."""
        estado = self.resposta.ESTADO_OPERACAO
        self._ativo = estado not in (0, None)
        self.valores = {"estado": estado}
        return self._ativo

    def mensagem(self) -> str:
        """Say who blocked it, since when, and what to do."""
        estado = self.valores["estado"]
        conselho = CONSELHOS.get(estado, f"em um estado desconhecido ({estado}). Procure o fabricante")
        return f"O equipamento não vende desde {self.desde}: está {conselho}."

    def legivel(self) -> bool:
        """Tell whether the box says its state."""
        return self.valores["estado"] is not None

    def resolvido(self) -> str:
        """Say that it sells again."""
        return "O equipamento está desbloqueado e volta a vender."
