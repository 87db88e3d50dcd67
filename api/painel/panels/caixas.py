"""SAT and MFE boxes: how many answer, and those in trouble."""

from api.painel.panel import Panel, Sinal, Visto
from core.caller import Caller
from core.clock import Clock
from core.text import plural
from flows.sat.outcome import OK
from flows.sat.panorama import Panorama, panorama

# How boxes answered, as people call it, and what that means.
RESULTADOS = {
    "ok": ("respondendo", Sinal.BEM),
    "ocupada": ("ocupada", Sinal.ATENCAO),
    "inalcancavel": ("sem resposta", Sinal.FALHA),
    "recusado": ("recusa as perguntas", Sinal.FALHA),
    "parada": ("parada até mudar a configuração", Sinal.FALHA),
    None: ("ainda não consultada", Sinal.NEUTRO),
}


def ler(caller: Caller, _: Clock) -> Visto:
    """Look at the boxes."""
    found = panorama(caller)
    signs = {resultado: sinal for resultado, (_, sinal) in RESULTADOS.items()}
    words = {resultado: said for resultado, (said, _) in RESULTADOS.items()}
    return Visto(_sinal(found), _resumo(found), {"panorama": found, "palavras": words, "sinais": signs})


def _sinal(found: Panorama) -> Sinal:
    if not found.total:
        return Sinal.NEUTRO
    if found.mal > found.por_resultado.get("ocupada", 0):
        return Sinal.FALHA
    if found.com_alerta or found.mal:
        return Sinal.ATENCAO
    return Sinal.BEM if found.por_resultado.get(OK) else Sinal.NEUTRO


def _resumo(found: Panorama) -> str:
    if not found.total:
        return "nenhuma"
    if found.mal:
        return f"{found.mal} de {found.total} com problema"
    if found.com_alerta:
        return f"{found.com_alerta} com alerta"
    answering, unasked = found.por_resultado.get(OK, 0), found.por_resultado.get(None, 0)
    said = [f"{answering} respondendo"] if answering else []
    if unasked:
        said.append(plural(unasked, "ainda não consultada", "ainda não consultadas"))
    return ", ".join(said)


PANEL = Panel("Caixas SAT", 220, ler)
