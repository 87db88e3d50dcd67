"""São Paulo ended the emission of CF-e-SAT on 1 January 2026 (Portaria SRE 79/2024); this box has issued since then."""

from alerts.sat.registry import registrar
from alerts.sat.shape import AlertaOperacao
from core.chave_cfe import ChaveCFe

UF_SAO_PAULO, LAST_MONTH = "35", "2512"


@registrar
class AlertaAposFimSat(AlertaOperacao):
    """Active when the last document is of São Paulo and of a month after December 2025 (field ULTIMO_CF_E_SAT)."""

    codigo, severidade = "apos_fim_sat", "critico"

    def checar(self) -> bool:
        """Read the month from the key."""
        self._chave = chave = ChaveCFe.ler(self.resposta.ULTIMO_CF_E_SAT or "")
        self._ativo = chave is not None and chave.uf == UF_SAO_PAULO and chave.aamm > LAST_MONTH
        return self._ativo

    def mensagem(self) -> str:
        """Say when, and what to do."""
        aamm = self.resposta.ULTIMO_CF_E_SAT.strip()[2:6]
        return (
            f"O equipamento emitiu CF-e-SAT em {aamm[2:]}/20{aamm[:2]}, depois do fim da emissão em São Paulo "
            f"(31/12/2025); visto desde {self.desde}. Passe a loja para a NFC-e ou a NF-e."
        )

    def legivel(self) -> bool:
        """Tell whether the last document can be read; a box that issued none says zeros."""
        return self._chave is not None or set((self.resposta.ULTIMO_CF_E_SAT or "").strip()) == {"0"}

    def resolvido(self) -> str:
        """Say that the last document is of before the end."""
        return "O último documento do equipamento não é mais de depois do fim da emissão em São Paulo."
