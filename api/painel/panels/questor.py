"""Lots on their way to Questor: how far they are and when they end; paused, resumed and tried again here."""

from api.painel.panel import Panel, Sinal, Visto, worst
from core.caller import Caller
from core.clock import Clock
from core.text import plural
from flows.questor import lots
from flows.questor.panorama import LoteVisto, named, panorama
from flows.usuarios.tokens import Quem

# What keeps a lot, as people call it.
IMPEDIMENTOS = {
    "pausado": ("em pausa", Sinal.NEUTRO),
    "parado": ("parado: espera uma correção", Sinal.FALHA),
    "sem_conta": ("a conta não está na configuração", Sinal.FALHA),
    "concluido": ("concluído", Sinal.BEM),
    "fora_da_janela": ("fora da janela de envio", Sinal.NEUTRO),
    "disjuntor_aberto": ("o Questor não responde", Sinal.ATENCAO),
    None: ("enviando", Sinal.BEM),
}
NAO_PEDIDO = ("lido, sem pedido de envio", Sinal.NEUTRO)


def sinal(one: LoteVisto) -> tuple[str, Sinal]:
    """Return the word for how a lot stands, and its sign."""
    if not one.enviar and one.concluido_em is None:
        return NAO_PEDIDO
    return IMPEDIMENTOS.get(one.andamento.impedimento, IMPEDIMENTOS[None])


def ler(caller: Caller, clock: Clock) -> Visto:
    """Look at the newest lots."""
    lines = [(*sinal(one), one) for one in panorama(caller, clock=clock)]
    if not lines:
        return Visto(Sinal.NEUTRO, "nenhum lote", {"linhas": lines})
    left = sum(one.andamento.restam for *_, one in lines)
    said = f"{plural(left, 'arquivo', 'arquivos')} a enviar" if left else "tudo enviado"
    return Visto(worst([one for _, one, _ in lines]), said, {"linhas": lines})


def pausar(quem: Quem, alvo: str) -> str:
    """Start no further request for a lot."""
    lote = named(alvo, quem.caller)
    lots.pausar(lote.nome, lote.conta)
    return f"Lote {lote.nome} em pausa."


def retomar(quem: Quem, alvo: str) -> str:
    """Let a lot go on."""
    lote = named(alvo, quem.caller)
    lots.retomar(lote.nome, lote.conta)
    return f"Lote {lote.nome} retomado."


def repetir(quem: Quem, alvo: str) -> str:
    """Send once more what was refused."""
    lote = named(alvo, quem.caller)
    again = lots.repetir(lote.nome, "recusado", lote.conta)
    return f"{plural(again, 'recusado volta', 'recusados voltam')} à fila do lote {lote.nome}."


PANEL = Panel("Lotes do Questor", 150, ler, {"pausar": pausar, "retomar": retomar, "repetir": repetir})
