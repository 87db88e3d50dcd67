"""Alerts that are open, of any source; one acknowledged is reminded of no more."""

from api.painel.panel import Panel, Sinal, Visto
from core.caller import Caller
from core.clock import Clock
from core.text import plural
from flows.alertas import acknowledging
from flows.alertas.panorama import CRITICO, panorama
from flows.usuarios.tokens import Quem


def ler(caller: Caller, _: Clock) -> Visto:
    """Look at the open alerts."""
    found = panorama(caller)
    if not found.total:
        return Visto(Sinal.BEM, "nenhum aberto", {"panorama": found})
    critical = found.por_severidade.get(CRITICO, 0)
    said = plural(found.total, "aberto", "abertos")
    if not critical:
        return Visto(Sinal.ATENCAO, said, {"panorama": found})
    return Visto(Sinal.FALHA, f"{said}, {plural(critical, 'crítico', 'críticos')}", {"panorama": found})


def reconhecer(quem: Quem, alvo: str) -> str:
    """Say that somebody knows of an alert."""
    (first, *_) = acknowledging.acknowledge(alvo, caller=quem.caller)
    return f"Alerta de {first.objeto} reconhecido: os lembretes param."


PANEL = Panel("Alertas", 110, ler, {"reconhecer": reconhecer})
