"""The access key of a CF-e, taken apart (ER SAT, 44 digits)."""

from dataclasses import dataclass

from core.fiscal import MODELO_CFE, chave_valida


@dataclass(frozen=True)
class ChaveCFe:
    """What a valid key tells: month of issue as AAMM, taxpayer, box, counter."""

    uf: str
    aamm: str
    cnpj: str
    nserie: str
    numero: int

    @classmethod
    def ler(cls, texto: str) -> "ChaveCFe | None":
        """Take a key apart; none when it is malformed."""
        chave = texto.strip()
        if not chave.isascii() or not chave_valida(chave, MODELO_CFE):
            return None
        return cls(chave[:2], chave[2:6], chave[6:20], chave[22:31], int(chave[31:37]))
