"""SEFAZ: where each company's numberings stand, what is missing and what is awaited."""

from api.painel.panel import Panel, Sinal, Visto
from core.caller import Caller
from core.clock import Clock
from core.text import plural
from flows.sefaz.panorama import SerieVista, panorama

SITUACOES = {
    "livre": ("pronta para consultar", Sinal.BEM),
    "descansando": ("em dia", Sinal.BEM),
    "bloqueada": ("bloqueada pela SEFAZ", Sinal.FALHA),
    "falhando": ("falhando", Sinal.ATENCAO),
}


def sinal(one: SerieVista) -> tuple[str, Sinal]:
    """Return the word for how a numbering stands, and its sign."""
    word, sign = SITUACOES.get(one.situacao, (one.situacao, Sinal.NEUTRO))
    return (word, Sinal.ATENCAO) if sign is Sinal.BEM and (one.faltam or one.ilegiveis) else (word, sign)


def ler(caller: Caller, clock: Clock) -> Visto:
    """Look at the numberings of the caller's companies."""
    found = panorama(caller, clock=clock)
    lines = [(*sinal(one), one) for one in found.series]
    dados = {"panorama": found, "linhas": lines}
    if not found.total:
        return Visto(Sinal.NEUTRO, "nenhuma empresa consultada", dados)
    if found.com_problema:
        blocked = any(one is Sinal.FALHA for _, one, _ in lines)
        return Visto(Sinal.FALHA if blocked else Sinal.ATENCAO, f"{found.com_problema.total} com problema", dados)
    awaited = sum(one.aguardados for one in found.series)
    said = f"{plural(awaited, 'nota aguarda', 'notas aguardam')} o XML" if awaited else "em dia"
    return Visto(Sinal.BEM, said, dados)


PANEL = Panel("SEFAZ", 230, ler, de_todos=True)
