"""The store of documents: how many there are, the newest notes, and what became of the files that came last."""

from api.painel.panel import Panel, Sinal, Visto
from core.caller import Caller
from core.clock import Clock
from core.text import plural
from flows.documentos.panorama import panorama

# What a note's status (cStat) says.
SITUACOES = {
    **dict.fromkeys(("100", "150"), "autorizada"),
    **dict.fromkeys(("101", "135", "151", "155"), "cancelada"),
    **dict.fromkeys(("110", "301", "302", "303"), "denegada"),
}


def ler(caller: Caller, clock: Clock) -> Visto:
    """Look at the caller's documents."""
    found = panorama(caller, clock=clock)
    dados = {"panorama": found, "situacoes": SITUACOES}
    if found.erros_24h:
        return Visto(Sinal.ATENCAO, f"{plural(found.erros_24h.total, 'arquivo', 'arquivos')} com erro em 24 h", dados)
    if not (found.nfe or found.cte or found.arquivos):
        return Visto(Sinal.NEUTRO, "nenhum ainda", dados)
    waiting = f"{plural(found.a_importar.total, 'arquivo', 'arquivos')} a importar"
    return Visto(Sinal.BEM, waiting if found.a_importar else "tudo importado", dados)


PANEL = Panel("Documentos", 140, ler, de_todos=True)
