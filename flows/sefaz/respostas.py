"""What an answer to a single question leads to, for what was asked and for all that is asked next. Nothing else.

A single question moves no numbering. docs/reference/contracts/sefaz.md §3.2, §3.5, §3.6, §3.8.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from connectors.sefaz.resposta import Resultado
from flows.sefaz.regras import BLOQUEIO, MARGEM, Situacao

HORA, DIA = timedelta(hours=1), timedelta(days=1)
# After so many answers that no list knows, what was asked for is given up.
TENTATIVAS = 3


class Sorte(StrEnum):
    """What an answer means for what was asked."""

    VEIO = "veio"
    NAO_HA = "nao_ha"  # it cannot be had; that is an answer
    ADIADA = "adiada"  # refused: others first
    DEVIDA = "devida"  # nothing was said of it


@dataclass(frozen=True)
class Efeito:
    """`espera` is how long no single question is put, `bloqueia` that no question at all is."""

    sorte: Sorte
    situacao: Situacao = Situacao.CONTINUA
    espera: timedelta | None = None
    bloqueia: bool = False

    def ate(self, now: datetime) -> datetime | None:
        """Return until when nothing is asked."""
        return now + self.espera + MARGEM if self.espera else None


_TABLE = {
    Resultado.DOCUMENTOS: Efeito(Sorte.VEIO),
    Resultado.NADA: Efeito(Sorte.NAO_HA),
    Resultado.INDISPONIVEL: Efeito(Sorte.NAO_HA),
    Resultado.NSU_ACIMA: Efeito(Sorte.NAO_HA),
    Resultado.CONSUMO_INDEVIDO: Efeito(Sorte.DEVIDA, Situacao.BLOQUEADA, BLOQUEIO, bloqueia=True),
    Resultado.PARADO: Efeito(Sorte.DEVIDA, Situacao.SEM_RESPOSTA, HORA),
    Resultado.CERTIFICADO: Efeito(Sorte.DEVIDA, Situacao.CERTIFICADO, DIA),
    Resultado.AUTOR: Efeito(Sorte.DEVIDA, Situacao.RECUSADA, HORA),
    Resultado.AMBIENTE: Efeito(Sorte.DEVIDA, Situacao.RECUSADA, HORA),
    Resultado.MENSAGEM: Efeito(Sorte.ADIADA, Situacao.RECUSADA, HORA),
    Resultado.DESCONHECIDO: Efeito(Sorte.ADIADA, Situacao.RECUSADA, HORA),
}
# Something came that was not asked for: it is kept, and what was asked for goes last.
OUTRO_DOCUMENTO = Efeito(Sorte.ADIADA)
SEM_RESPOSTA = Efeito(Sorte.DEVIDA, Situacao.SEM_RESPOSTA, HORA)
SEM_CERTIFICADO = Efeito(Sorte.DEVIDA, Situacao.CERTIFICADO, DIA)


def efeito(resultado: Resultado) -> Efeito:
    """Return what an answer leads to."""
    return _TABLE[resultado]
