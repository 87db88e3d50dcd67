"""Send a lot, chunk by chunk: on the workers and in a process of its own by the same code, also both at once."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update

from claims.crash import after_crash
from claims.holder import new_token
from claims.pump import Pace, Pump
from connectors.questor import Questor
from core import loop
from core.clock import SYSTEM, Clock
from core.errors import Misconfigured, UsageError
from core.settings.accounts import PADRAO
from core.settings.questor import ContaQuestor, QuestorSettings
from events import record_event
from events.catalog import EnvioQuestorConcluido, EnvioQuestorParado
from flows.questor import account, lots, outcome, window
from flows.questor.resolve import Resolver
from flows.questor.rows import PENDING, SEATS
from flows.questor.sender import WORK_SECONDS, Report, Sender
from storage.models import QuestorArquivo, QuestorLote
from storage.models.questor import ABERTOS
from storage.session import reading, transaction

# So long an outcome waits for others, to be written with them.
GATHER_SECONDS = 0.25
SENDERS = 2


@dataclass(frozen=True)
class State:
    """Whether a lot may be sent now, and if not why.

    One of pausado, parado, concluido, fora_da_janela, disjuntor_aberto, sem_conta.
    """

    impedimento: str | None
    abre_em: datetime | None = None


def account_of(nome: str) -> ContaQuestor:
    """Return an account of the settings."""
    contas = QuestorSettings.current().contas
    if nome not in contas:
        raise Misconfigured(f"Não há conta {nome!r} do Questor na configuração (seção questor).")
    return contas[nome]


def agreed(nome: str) -> ContaQuestor:
    """Return an account whose imports were agreed with the vendor."""
    conta = account_of(nome)
    if conta.agreed_with_vendor or window.is_loopback(conta.base_url):
        return conta
    raise UsageError(
        "Antes do primeiro envio, combine-o com o Questor e escreva com quem e quando em questor.agreed_with_vendor, "
        'como "Fulana, suporte, 20/11/2026".'
    )


def start(nome: str, conta: str = PADRAO) -> QuestorLote:
    """Ask for a lot to be sent; from now on beat looks after it."""
    agreed(conta)
    lote = lots.named(nome, conta)
    if lote.varrido_em is None:
        raise UsageError(f"O lote {nome!r} não foi lido até o fim; rode `esteira questor varrer` de novo.")
    lots.ask(lote.id)
    return lote


def state(lote: QuestorLote, conta: ContaQuestor, now: datetime) -> State:
    """Tell whether a lot may be sent now."""
    for name in ("pausado", "parado", "concluido"):
        if getattr(lote, f"{name}_em") is not None:
            return State(name)
    opens = window.opens_at(conta, now)
    if opens is not None:
        return State("fora_da_janela", opens)
    with reading() as db:
        pace = account.pace_of(db, lote.conta)
    return State("disjuntor_aberto", pace.aberto_ate) if pace.open(now) else State(None)


def send_chunk(lote_id: int, clock: Clock = SYSTEM) -> Report:
    """Send documents of a lot for at most 45 s; safe to run many times at once."""
    with reading() as db:
        lote = db.get(QuestorLote, lote_id)
    if lote is None or not lote.enviar:
        return Report()
    conta = agreed(lote.conta)
    if state(lote, conta, clock.now()).impedimento:
        return Report()
    # A sender of the command line may be the only process on this host.
    after_crash((PENDING, SEATS), clock)
    report = loop.run(_send(lote, conta, clock))
    if report.parado:
        stop(lote, report.parado, clock)
        return report
    with reading() as db:
        report.mais = lots.has_open(db, lote_id, clock.now())
    conclude(lote, clock)
    return report


async def _send(lote: QuestorLote, conta: ContaQuestor, clock: Clock) -> Report:
    token = new_token()
    async with Questor(lote.conta, conta, clock) as questor:
        try:
            await Resolver(questor, lote, conta, token, clock).run()
        except Misconfigured as fault:
            return Report(parado=str(fault))
        sender = Sender(questor, lote, conta, token, clock)
        await Pump(sender, Pace(gather=GATHER_SECONDS, most=WORK_SECONDS, idle=WORK_SECONDS)).run()
        return sender.report


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


def conclude(lote: QuestorLote, clock: Clock) -> bool:
    """Note that everything is sent, once; tell whether it was now."""
    with transaction() as db:
        if lots.has_open(db, lote.id):
            return False
        scanned = QuestorLote.varrido_em.is_not(None)
        open_ = (QuestorLote.id == lote.id, QuestorLote.concluido_em.is_(None), scanned)
        done = db.execute(update(QuestorLote).where(*open_).values(concluido_em=clock.now()))
        if not done.rowcount:  # type: ignore[attr-defined]
            return False
        totals = lots.totals(db, lote.id)
        told = EnvioQuestorConcluido(
            conta=lote.conta,
            lote=lote.nome,
            totais=totals,
            mensagem=f"O envio do lote {lote.nome} ao Questor terminou: "
            + ", ".join(f"{total} {estado}" for estado, total in totals.items())
            + ".",
        )
        record_event(db, told)
        return True


def next_due(lote_id: int) -> datetime | None:
    """Return when the next file of a lot is to be sent or asked for; none when nothing is left."""
    mine = (QuestorArquivo.lote_id == lote_id, QuestorArquivo.due_at < outcome.NEVER)
    with reading() as db:
        found = [
            db.scalar(select(func.min(QuestorArquivo.due_at)).where(*mine, QuestorArquivo.estado == estado))
            for estado in ABERTOS
        ]
    return min((due for due in found if due is not None), default=None)


def open_lots(clock: Clock = SYSTEM) -> list[tuple[int, int]]:
    """Return the lots that may be sent now, each with the number of senders its account could use more."""
    with reading() as db:
        asked = db.scalars(select(QuestorLote).where(QuestorLote.enviar, QuestorLote.concluido_em.is_(None))).all()
        working = {lote.conta: account.at_work(db, lote.conta, clock.now()) for lote in asked}
    return [
        (lote.id, max(SENDERS - working[lote.conta], 0))
        for lote in asked
        if lote.conta in QuestorSettings.current().contas
        and state(lote, account_of(lote.conta), clock.now()).impedimento is None
    ]
