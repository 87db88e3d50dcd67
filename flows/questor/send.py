"""Send a lot, chunk by chunk: on the workers and in a process of its own by the same code, also both at once."""

import asyncio

from sqlalchemy import update

from claims.crash import after_crash
from claims.holder import new_token
from claims.pump import Pace, Pump
from connectors.questor import Questor
from core import loop
from core.clock import SYSTEM, Clock
from core.errors import Misconfigured
from core.settings.questor import ContaQuestor
from core.text import by_state
from events import record_event
from events.catalog import EnvioQuestorConcluido, EnvioQuestorParado
from flows.questor import lots
from flows.questor.ledger import WORK_SECONDS
from flows.questor.resolve import CHUNK_SECONDS, Resolver
from flows.questor.rows import PENDING, SEATS
from flows.questor.sender import Sender, Tally
from flows.questor.sources import look
from flows.questor.starting import agreed, state
from storage.models.questor import QuestorArquivo, QuestorLote
from storage.session import reading, transaction

# So long an outcome waits for others, to be written with them.
GATHER_SECONDS = 0.25


def send_chunk(lote_id: int, clock: Clock = SYSTEM) -> Tally:
    """Ask for lost documents of a lot, then send others for at most 45 s; safe to run many times at once.

    Raises:
        Transient: the lot's folder is away; what was not sent stays owed.
    """
    with reading() as db:
        lote = db.get(QuestorLote, lote_id)
    if lote is None or not lote.enviar:
        return Tally()
    conta = agreed(lote.conta)
    if state(lote, conta, clock.now()).impedimento:
        return Tally()
    # A sender of the command line may be the only process on this host.
    after_crash((PENDING, SEATS), clock)
    tally = loop.run(_send(lote, conta, clock))
    if tally.parado:
        stop(lote, tally.parado, clock)
        return tally
    with reading() as db:
        tally.mais = lots.has_open(db, lote_id, clock.now())
    conclude(lote_id, clock)
    return tally


async def _send(lote: QuestorLote, conta: ContaQuestor, clock: Clock) -> Tally:
    token, began = new_token(), clock.now()
    async with Questor(lote.conta, conta, clock) as questor:
        try:
            await Resolver(questor, lote, conta, token, clock).run()
        except Misconfigured as fault:
            return Tally(parado=str(fault))
        left = CHUNK_SECONDS - conta.total_timeout - (clock.now() - began).total_seconds()
        if left <= 0:
            return Tally()
        await asyncio.to_thread(_look, lote, clock)
        sender = Sender(questor, lote, conta, token, clock)
        pump = Pump(sender, Pace(gather=GATHER_SECONDS, most=min(WORK_SECONDS, left), idle=WORK_SECONDS))
        sender.wake = pump.wake
        await pump.run()
        if sender.away is not None and not sender.tally.parado:
            raise sender.away
        return sender.tally


def _look(lote: QuestorLote, clock: Clock) -> None:
    """Look whether files that are to be sent are there at all, before any is claimed."""
    with reading() as db:
        due = PENDING.first_due(db, QuestorArquivo.lote_id == lote.id)
    if due is not None and due <= clock.now():
        look(lote)


def stop(lote: QuestorLote, motivo: str, clock: Clock) -> None:
    """Stop every lot of the account: a person has to mend something first."""
    with transaction() as db:
        mine = (QuestorLote.conta == lote.conta, QuestorLote.parado_em.is_(None), QuestorLote.enviar)
        values = {"parado_em": clock.now(), "parado_motivo": motivo[:500]}
        stopped = db.scalars(update(QuestorLote).where(*mine).values(**values).returning(QuestorLote.nome)).all()
        if stopped:
            told = EnvioQuestorParado(
                conta=lote.conta,
                lotes=sorted(stopped),
                motivo=motivo,
                mensagem=f"O envio ao Questor parou ({', '.join(sorted(stopped))}): {motivo} "
                "Corrija e use `esteira questor retomar`.",
            )
            record_event(db, told)


def conclude(lote_id: int, clock: Clock) -> bool:
    """Note that everything is sent, once; tell whether it was now."""
    with transaction() as db:
        if lots.has_open(db, lote_id):
            return False
        done = (QuestorLote.id == lote_id, QuestorLote.concluido_em.is_(None), QuestorLote.varrido_em.is_not(None))
        now_done = update(QuestorLote).where(*done).values(concluido_em=clock.now()).returning(QuestorLote)
        lote = db.scalars(now_done).one_or_none()
        if lote is None:
            return False
        totals = lots.totals(db, lote.id)
        told = EnvioQuestorConcluido(
            conta=lote.conta,
            lote=lote.nome,
            totais=totals,
            mensagem=f"O envio do lote {lote.nome} ao Questor terminou: " + by_state(totals) + ".",
        )
        record_event(db, told)
        return True
