"""Destinations: what each is owed, how often and how fast it takes what it gets; paused and resumed here."""

from api.painel.panel import Panel, Sinal, Visto
from core.caller import Caller
from core.clock import Clock
from core.errors import Conflict
from core.text import plural
from flows.destinos import switching, trying
from flows.destinos.panorama import DestinoVisto, panorama
from flows.entregas import again
from flows.usuarios.tokens import Quem

DIGITS = 19


def sinal(one: DestinoVisto) -> tuple[Sinal, str]:
    """Return the sign of a destination, and the word for it."""
    if one.destino.situacao == "desligado":
        return Sinal.FALHA, "desligado pela Esteira"
    if one.destino.situacao != "ativo":
        return Sinal.NEUTRO, one.destino.situacao
    if one.destino.circuito_aberto:
        return Sinal.FALHA, "não responde"
    return (Sinal.ATENCAO, "falhando") if one.destino.falhando_desde else (Sinal.BEM, "ativo")


def ler(caller: Caller, clock: Clock) -> Visto:
    """Look at the caller's destinations."""
    found = panorama(caller, clock=clock)
    lines = [(*sinal(one), one) for one in found.destinos]
    dados = {"panorama": found, "linhas": lines}
    if not found.total:
        return Visto(Sinal.NEUTRO, "nenhum", dados)
    if found.com_problema:
        grave = any(one is Sinal.FALHA for one, *_ in lines)
        return Visto(Sinal.FALHA if grave else Sinal.ATENCAO, f"{found.com_problema.total} com problema", dados)
    return Visto(Sinal.BEM, plural(found.total.total, "sem falhas", "sem falhas"), dados)


def pausar(quem: Quem, alvo: str) -> str:
    """Keep the events of a destination until it is resumed."""
    return f"{switching.pause(alvo, quem.caller)} está em pausa: os eventos dele ficam retidos."


def retomar(quem: Quem, alvo: str) -> str:
    """Let a destination be delivered to again, also what was kept."""
    kept = switching.resume(alvo, quem.caller)
    return f"Destino ligado de novo; {plural(kept, 'entrega retida volta', 'entregas retidas voltam')} à fila."


def testar(quem: Quem, alvo: str) -> str:
    """Send a test event once; raise `Conflict` with what came of it where it was not taken."""
    tried = trying.try_out(alvo, caller=quem.caller, usuario=quem.username)
    if not tried.sucesso:
        raise Conflict(f"{tried.destino} não recebeu o teste: {tried.erro}")
    return f"{tried.destino} recebeu o teste em {tried.duracao_ms} ms."


def reenviar(quem: Quem, alvo: str) -> str:
    """Begin a new run of attempts for a delivery that ended."""
    number = int(alvo) if alvo.isascii() and alvo.isdigit() and len(alvo) < DIGITS else 0
    again.resend(number, quem.caller)
    return f"A entrega {number} volta à fila, com o mesmo webhook-id."


ACOES = {"pausar": pausar, "retomar": retomar, "testar": testar, "reenviar": reenviar}
PANEL = Panel("Destinos", 130, ler, ACOES, frozenset({"testar"}), de_todos=True)
