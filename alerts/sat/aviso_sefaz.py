"""SEFAZ has something to say to the operator (ER SAT, fields cod and mensagemSEFAZ): it must be shown."""

from alerts.sat.registry import registrar
from alerts.sat.shape import AlertaOperacao


@registrar
class AlertaAvisoSefaz(AlertaOperacao):
    """Active while a notice is there."""

    codigo = "aviso_sefaz"

    def checar(self) -> bool:
        """Look for a notice."""
        self._ativo = bool((self.resposta.cod or "").strip() or (self.resposta.mensagemSEFAZ or "").strip())
        return self._ativo

    def mensagem(self) -> str:
        """Repeat it."""
        cod, dito = (self.resposta.cod or "").strip(), (self.resposta.mensagemSEFAZ or "").strip()
        numero = f" ({cod})" if cod else ""
        return f"Aviso da SEFAZ{numero}, desde {self.desde}: {dito[:500] or 'sem texto'}. Siga o que ela pede."

    def resolvido(self) -> str:
        """Say that there is no notice any more."""
        return "Não há mais aviso da SEFAZ no equipamento."
