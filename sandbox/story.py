"""What happens in the demonstration's three shops, told by the clock alone: the same instant, the same answers."""

from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

from core.clock import SYSTEM, Clock
from sandbox.sat_wire import Valor, pending, status_line

ZONA = "America/Fortaleza"
UF = "23"
# The till that asks; each shop has a hub, and so a box, of its own.
NUMERO_CAIXA = 1
NSERIES = {"loja-1": "230000017", "loja-2": "230000025", "loja-3": "230000033"}

CICLO_SEGUNDOS = 60.0
DIAS_DO_CERTIFICADO, DIAS_DO_RENOVADO = 20, 365
RELOGIO_ATRASADO = timedelta(hours=2)
CUPONS = 5


class Story:
    """The three shops' answers from now on; one act lasts `ciclo` seconds and then begins again."""

    def __init__(self, clock: Clock = SYSTEM, ciclo: float = CICLO_SEGUNDOS) -> None:
        self._clock = clock
        self._ciclo = ciclo
        self._start = clock.now()

    def lojas(self) -> dict[str, Callable[[int], str]]:
        """Return what the box of each shop answers."""
        return {"loja-1": self.certificado_vencendo, "loja-2": self.relogio_errado, "loja-3": self.cupons_pendentes}

    def certificado_vencendo(self, sessao: int) -> str:
        """loja-1: the box's certificate ends in 20 days, from the first query on; in the last third it is renewed."""
        _, progress = self._act()
        hoje = self._clock.now().astimezone(ZoneInfo(ZONA)).date()
        dias = DIAS_DO_CERTIFICADO if progress < 2 / 3 else DIAS_DO_RENOVADO
        return self._line("loja-1", sessao, CERT_VENCIMENTO=hoje + timedelta(days=dias))

    def relogio_errado(self, sessao: int) -> str:
        """loja-2: fine, then two hours slow in the middle third of the act, then fine again."""
        _, progress = self._act()
        return self._line("loja-2", sessao, RELOGIO_ATRASADO if 1 / 3 <= progress < 2 / 3 else timedelta(0))

    def cupons_pendentes(self, sessao: int) -> str:
        """loja-3: coupons gather one by one, then all are sent."""
        acts, progress = self._act()
        pendentes = int(progress * (CUPONS + 1))
        return self._line("loja-3", sessao, quantos=pendentes, ultimo=500 + acts * CUPONS + pendentes)

    def _act(self) -> tuple[int, float]:
        acts, seconds = divmod((self._clock.now() - self._start).total_seconds(), self._ciclo)
        return int(acts), seconds / self._ciclo

    def _line(
        self,
        loja: str,
        sessao: int,
        atraso: timedelta = timedelta(0),
        *,
        quantos: int = 0,
        ultimo: int = 500,
        **campos: Valor,
    ) -> str:
        agora = self._clock.now()
        aamm = agora.astimezone(ZoneInfo(ZONA)).strftime("%y%m")
        cupons = pending(quantos, ultimo, aamm=aamm, uf=UF, nserie=NSERIES[loja])
        return status_line(sessao, agora=agora - atraso, zona=ZONA, NSERIE=NSERIES[loja], **cupons, **campos)
