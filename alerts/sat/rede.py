"""The box has lost its network (ER SAT, field STATUS_LAN). Makers write the same in several ways."""

from alerts.sat.registry import registrar
from alerts.sat.shape import AlertaOperacao
from core.text import bare_word

CONECTADO = "CONECTADO"


@registrar
class AlertaRede(AlertaOperacao):
    """Active when the box says anything but that it is connected; when it says nothing, nothing is known."""

    codigo = "rede"

    def checar(self) -> bool:
        """Look at the state of the network."""
        self._ativo = bare_word(self.resposta.STATUS_LAN or "") not in ("", CONECTADO)
        return self._ativo

    def mensagem(self) -> str:
        """Say what the box says, since when, and what to do."""
        dito = (self.resposta.STATUS_LAN or "").strip()[:60]
        return (
            f"O equipamento está sem rede desde {self.desde} (ele informa {dito!r}). "
            "Verifique o cabo, o roteador e a internet da loja; sem enviar, ele se bloqueia em alguns dias."
        )

    def legivel(self) -> bool:
        """Tell whether the box says anything of its network."""
        return bool(bare_word(self.resposta.STATUS_LAN or ""))

    def resolvido(self) -> str:
        """Say that it is back."""
        return "O equipamento está com rede de novo."
