"""What an answer means for an event that is owed: registered, refused, or asked again, and when. Nothing else.

docs/reference/contracts/sefaz.md §4.6.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from claims.backoff import Backoff
from connectors.sefaz import EventoRespondido, LoteRespondido, Resultado, Situacao
from core.text import human_duration
from flows.sefaz.manifestacoes.rows import NEVER, Devida, Julgada
from storage.models.manifestacoes import EstadoManifestacao as Estado

ESPERA = Backoff.doubling(60, 3600, jitter=0)
# Between the tries of an event that a person has to look at; after the last it counts as refused. Over more than a
# day, for a service that is unwell says strange things for hours, and Ciência is asked for by nobody a second time.
SEM_EXPLICACAO = Backoff([hours * 3600 for hours in (1, 1, 2, 4, 8, 16)], jitter=0)
# Of a lot as such: time or a person has to mend something, and no event in it is to blame.
ADIAM = frozenset({Resultado.PARADO, Resultado.CERTIFICADO, Resultado.AMBIENTE, Resultado.CONSUMO_INDEVIDO})
HOUR = timedelta(hours=1)
SEM_RESPOSTA = "A SEFAZ não disse nada deste evento; será perguntado de novo."
# Seconds by which two clocks may differ without a word.
FOLGA = 60.0


def julgada(devida: Devida, resposta: EventoRespondido | None, now: datetime) -> Julgada:
    """Return what an answer makes of an event; None: the answer says nothing of it."""
    if resposta is None:
        return adiada(devida, None, SEM_RESPOSTA, now)
    said = f"{resposta.codigo}: {resposta.motivo}"[:1000]
    answered = Julgada(
        devida.id, Estado.RECUSADO, NEVER, devida.xml, resposta.codigo[:10], said,
        resposta.protocolo and resposta.protocolo[:20], resposta.xml.decode(),
    )  # fmt: skip
    match resposta.situacao:
        case Situacao.REGISTRADO:
            return replace(answered, estado=Estado.REGISTRADO, registrada_em=resposta.registrado_em or now)
        case Situacao.DUPLICADO:
            # the refusal tells its own time, not that of the event
            return replace(answered, estado=Estado.REGISTRADO, registrada_em=devida.assinada_em)
        case Situacao.RELOGIO:
            return _again(devida, answered, now, _clocks(resposta, now))
        case Situacao.ERRO:
            return _again(devida, answered, now, "")
        case _:
            return answered


def adiada(
    devida: Devida, cstat: str | None, motivo: str, now: datetime, *, nada_feito: bool = False, espera: float = 0.0
) -> Julgada:
    """Return an event that is asked again later; with `nada_feito` this attempt surely registered nothing."""
    wait = ESPERA.wait(devida.tentativas + 1, at_least=espera) or 0.0
    # what may have been registered by an attempt before stays so
    unsent = nada_feito and devida.estado == Estado.PENDENTE
    return Julgada(
        devida.id,
        Estado.PENDENTE if unsent else Estado.ENVIADO,
        now + timedelta(seconds=wait),
        None if unsent else devida.xml,
        cstat,
        motivo[:1000],
    )


def do_lote(devida: Devida, lote: LoteRespondido, now: datetime) -> Julgada:
    """Return what the refusal of a whole lot makes of an event in it; alone in its lot it is the one to blame."""
    said = f"{lote.codigo}: {lote.motivo}"
    if lote.resultado in ADIAM:
        wait = 0.0 if lote.resultado is Resultado.PARADO else HOUR.total_seconds()
        return adiada(devida, lote.codigo[:10], said, now, nada_feito=True, espera=wait)
    refused = Julgada(devida.id, Estado.RECUSADO, NEVER, devida.xml, lote.codigo[:10], said[:1000])
    return _again(devida, refused, now, "") if lote.resultado is Resultado.DESCONHECIDO else refused


def atraso(resposta: EventoRespondido, now: datetime) -> float | None:
    """Return by how many seconds this clock is ahead of the service's; None where it does not tell the time."""
    return None if resposta.registrado_em is None else (now - resposta.registrado_em).total_seconds()


def relogio(seconds: float) -> str:
    """Return a sentence for a difference of clocks; empty where it is none to speak of."""
    if abs(seconds) <= FOLGA:
        return ""
    side = "adiantado" if seconds > 0 else "atrasado"
    return f"O relógio desta máquina está {human_duration(abs(seconds))} {side} em relação ao da SEFAZ; acerte-o."


def _clocks(resposta: EventoRespondido, now: datetime) -> str:
    behind = atraso(resposta, now)
    return relogio(behind) if behind is not None else ""


def _again(devida: Devida, answered: Julgada, now: datetime, told: str) -> Julgada:
    """Sign and send it anew after an hour and more, but not for ever."""
    said = f"{answered.motivo} {told}".strip()
    wait = SEM_EXPLICACAO.wait(devida.tentativas + 1)
    if wait is None:
        return replace(answered, motivo=said)
    return replace(answered, estado=Estado.PENDENTE, due_at=now + timedelta(seconds=wait), xml=None, motivo=said)
