"""Ploomes and Milvus in step: how each flow went last, and what is parked; tried again or dropped here."""

from api.painel.panel import Panel, Sinal, Visto, worst
from core.caller import Caller
from core.clock import Clock
from core.errors import NotFound
from core.text import plural
from flows.sync import pending, views
from flows.sync.views import FluxoView
from flows.usuarios.tokens import Quem

SHOWN = 8
WAITING = ("estacionado", "desconhecido", "falhou")


def sinal(one: FluxoView) -> tuple[str, Sinal]:
    """Return the word for how a flow stands, and its sign."""
    if not one.minutos:
        return "desligado", Sinal.NEUTRO
    if one.ultima_rodada is None:
        return "ainda não rodou", Sinal.NEUTRO
    return ("falhou", Sinal.FALHA) if one.falha else ("em dia", Sinal.BEM)


def ler(caller: Caller, clock: Clock) -> Visto:
    """Look at the flows, and at what is parked where anything is."""
    found = views.flows(caller, clock)
    lines = [(*sinal(one), one, parked(one)) for one in found]
    accounts = dict.fromkeys(one.conta for one in found if parked(one))
    waiting = [(conta, one) for conta in accounts for one in pending.listing(conta, limite=SHOWN, caller=caller)]
    total = sum(amount for *_, amount in lines)
    dados = {"linhas": lines, "pendencias": waiting[:SHOWN], "total": total}
    if not found:
        return Visto(Sinal.NEUTRO, "nenhuma conta", dados)
    sign = worst([one for _, one, *_ in lines] + [Sinal.ATENCAO] * bool(total))
    return Visto(sign, plural(total, "item parado", "itens parados") if total else "nada parado", dados)


def parked(one: FluxoView) -> int:
    """Return how many items of a flow wait for somebody, by its last run."""
    return sum(one.contagens.get(name, 0) for name in WAITING)


def repetir(quem: Quem, alvo: str) -> str:
    """Try an item again at the next run."""
    conta, number = _meant(quem, alvo)
    pending.again(conta, [number])
    return "O item volta na próxima rodada."


def descartar(quem: Quem, alvo: str) -> str:
    """Give an item up."""
    pending.drop(*_meant(quem, alvo))
    return "Item descartado: ele não será enviado."


def _meant(quem: Quem, alvo: str) -> tuple[str, str]:
    """Return the account and the number of an item of the page."""
    number, _, conta = alvo.partition("@")
    if not quem.caller.is_operator or not conta:
        raise NotFound(f"Não há pendência com o número {number[:40]!r}.")
    return conta, number


PANEL = Panel("Ploomes e Milvus", 160, ler, {"repetir": repetir, "descartar": descartar})
