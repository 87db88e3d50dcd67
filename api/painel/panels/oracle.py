"""Queue tables of service orders in other databases: how deep they are and how fast they are told."""

from api.painel.panel import Panel, Sinal, Visto, worst
from core.caller import Caller
from core.clock import Clock
from core.text import plural
from flows.fila import views
from flows.fila.views import FilaView


def sinal(one: FilaView) -> tuple[str, Sinal]:
    """Return the word for how a queue stands, and its sign."""
    if one.falha:
        return "sem acesso", Sinal.FALHA
    if one.visto_em is None:
        return "ainda não vista", Sinal.NEUTRO
    return ("com linhas em erro", Sinal.ATENCAO) if one.erros else ("em dia", Sinal.BEM)


def ler(caller: Caller, clock: Clock) -> Visto:
    """Look at the configured accounts, by the last look of a worker."""
    lines = [(*sinal(one), one) for one in views.accounts(caller, clock)]
    if not lines:
        return Visto(Sinal.NEUTRO, "nenhuma fila", {"linhas": lines})
    waiting = sum(one.pendentes or 0 for *_, one in lines)
    said = plural(waiting, "linha espera", "linhas esperam")
    return Visto(worst([one for _, one, _ in lines]), said, {"linhas": lines})


PANEL = Panel("Fila do Oracle", 170, ler)
