"""What is owed and waits: deliveries, files to be imported, messages to the workers."""

from api.painel.panel import Panel, Sinal, Visto
from core.caller import Caller
from core.clock import Clock
from core.text import human_duration
from flows.entregas.panorama import panorama
from flows.ritmo.views import hora

# What waits longer is told of.
LATE_SECONDS = 120


def ler(caller: Caller, clock: Clock) -> Visto:
    """Look at the queues."""
    found = panorama(caller, clock)
    late = (clock.now() - found.vencida_desde).total_seconds() if found.vencida_desde else 0.0
    dados = {"panorama": found, "series": hora(caller, clock)}
    if late > LATE_SECONDS:
        return Visto(Sinal.ATENCAO, f"a mais antiga atrasa {human_duration(late)}", dados)
    return Visto(Sinal.BEM, "sem atraso", dados)


PANEL = Panel("Filas e ritmo", 120, ler)
