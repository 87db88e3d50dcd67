"""Documents that the box still holds, unsent. satcfe counts one of the two list orders only; real boxes use both."""

from typing import Any

from alerts.sat.registry import registrar
from alerts.sat.shape import AlertaOperacao
from core.chave_cfe import ChaveCFe
from core.text import plural

LAST_NUMBER = 999_999


@registrar
class AlertaCFePendentes(AlertaOperacao):
    """Active while the box holds at least one document (fields LISTA_INICIAL and LISTA_FINAL)."""

    codigo = "pendentes"

    def __init__(self, resposta: Any) -> None:
        super().__init__(resposta)
        self._pendentes = 0
        self._minimo = False

    @property
    def pendentes(self) -> int:
        """How many documents, at most: those in between may have gone. With `minimo`, at least one."""
        return self._pendentes

    @property
    def minimo(self) -> bool:
        """Whether the number is unknown and there is at least one."""
        return self._minimo

    def checar(self) -> bool:
        """Count the documents between the two ends of the list."""
        inicial, final = self.resposta.LISTA_INICIAL, self.resposta.LISTA_FINAL
        if not _vazia(inicial) or not _vazia(final):
            contados = contar(inicial, final, self.resposta.ULTIMO_CF_E_SAT)
            self._pendentes, self._minimo = (1, True) if contados is None else (contados, False)
        self._ativo = self._pendentes > 0
        self.valores = {"quantidade": self._pendentes, "minimo": self._minimo}
        return self._ativo

    def mensagem(self) -> str:
        """Say how many, since when the box is silent, and what to do."""
        if not self._ativo:
            return "Nenhum CF-e pendente de transmissão."
        quantos = plural(self._pendentes, "CF-e pendente", "CF-e pendentes")
        desde = getattr(self.resposta, "DH_ULTIMA", None)
        return (
            f"{'Ao menos ' if self._minimo else 'Até '}{quantos} de transmissão à SEFAZ. "
            + (f"Última comunicação em {desde:%d/%m/%Y %H:%M}. " if desde else "")
            + "Verifique a rede e a internet da loja; o equipamento se bloqueia se não conseguir enviar."
        )

    def resolvido(self) -> str:
        """Say that nothing is left in the box."""
        return "O equipamento não guarda mais nenhum CF-e por transmitir."


def _vazia(chave: str | None) -> bool:
    return not (chave or "").strip().strip("0")


def contar(inicial: str | None, final: str | None, ultimo: str | None) -> int | None:
    """Return how many documents lie between the two ends, in either order; None when that cannot be known."""
    inicial, final = (inicial or "").strip(), (final or "").strip()
    a, b = ChaveCFe.ler(inicial), ChaveCFe.ler(final)
    if a is None or b is None or (a.nserie, a.cnpj) != (b.nserie, b.cnpj):
        return None
    antigo, novo = (b, a) if _inicial_e_o_mais_novo(inicial, final, ultimo, a, b) else (a, b)
    return (novo.numero - antigo.numero) % LAST_NUMBER + 1


def _inicial_e_o_mais_novo(inicial: str, final: str, ultimo: str | None, a: ChaveCFe, b: ChaveCFe) -> bool:
    """Tell which end is the newest: the last document issued, else the order of fewer documents.

    The counter may have turned in between, and the month is of the clock of the box, which may have gone back: a box
    that holds nearly a million documents does not exist.
    """
    last = (ultimo or "").strip()
    if last in (inicial, final) and inicial != final:
        return last == inicial
    return (a.numero - b.numero) % LAST_NUMBER < (b.numero - a.numero) % LAST_NUMBER
