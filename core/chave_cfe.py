"""The access key of a CF-e, taken apart (ER SAT, 44 digits)."""

from dataclasses import dataclass
from functools import lru_cache

from core.fiscal import MODELO_CFE, chave_valida


@dataclass(frozen=True)
class ChaveCFe:
    """What a valid key tells: month of issue as AAMM, taxpayer, box, counter."""

    uf: str
    aamm: str
    cnpj: str
    nserie: str
    numero: int

    @staticmethod
    @lru_cache(maxsize=8192)
    def ler(texto: str) -> "ChaveCFe | None":
        """Take a key apart; None when it is malformed. A box tells the same keys at every poll."""
        chave = texto.strip()
        if not chave.isascii() or not chave_valida(chave, MODELO_CFE):
            return None
        return ChaveCFe(chave[:2], chave[2:6], chave[6:20], chave[22:31], int(chave[31:37]))
