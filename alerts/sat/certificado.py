"""The certificate in the box ends soon. SEFAZ's own renew by themselves; those of ICP-Brasil do not."""

from typing import Any

from alerts.sat.registry import registrar
from alerts.sat.shape import AlertaOperacao
from core.text import plural


@registrar
class AlertaVencimentoCertificado(AlertaOperacao):
    """Active when the certificate ends within `vencimento_em_dias` days of the shop's today (field CERT_VENCIMENTO)."""

    codigo = "certificado"
    vencimento_em_dias = 60

    def __init__(self, resposta: Any) -> None:
        super().__init__(resposta)
        self._dias: int | None = None

    @property
    def vencido(self) -> bool:
        """Whether it has ended; on its last day it has not."""
        return self._dias is not None and self._dias < 0

    @property
    def dias_para_vencimento(self) -> int:
        """Days left; zero when it has ended."""
        return max(self._dias or 0, 0)

    def checar(self) -> bool:
        """Compare with today in the shop."""
        vencimento = self.resposta.CERT_VENCIMENTO
        self._dias = (vencimento - self.contexto.na_loja.date()).days if vencimento else None
        limites = self.contexto.limites
        most = limites.certificate_days if limites else self.vencimento_em_dias
        self._ativo = self._dias is not None and self._dias <= most
        self.severidade = "critico" if self.vencido else "aviso"
        self.valores = {"dias": self._dias}
        return self._ativo

    def mensagem(self) -> str:
        """Say when it ends and what to do."""
        if self._dias is None:
            return "O equipamento não informa o vencimento do certificado."
        quando = f"{self.resposta.CERT_VENCIMENTO:%d/%m/%Y}"
        if self.vencido:
            return f"O certificado do equipamento venceu em {quando}. Renove-o para voltar a emitir."
        if self._dias == 0:
            return f"O certificado do equipamento vence hoje ({quando}). Renove-o agora."
        dias = plural(self._dias, "dia", "dias")
        return f"O certificado do equipamento vence em {dias} ({quando}). Renove-o, se não for emitido pela SEFAZ."

    def legivel(self) -> bool:
        """Tell whether the box says until when it is valid."""
        return self._dias is not None

    def resolvido(self) -> str:
        """Say until when it is valid now."""
        return f"O certificado do equipamento vale até {self.resposta.CERT_VENCIMENTO:%d/%m/%Y}."
