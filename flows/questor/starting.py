"""Whether a lot may be sent now, and the senders that it lacks."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from core import messages
from core.clock import SYSTEM, Clock
from core.errors import Conflict, Transient, UsageError
from core.logs import get_logger
from core.settings.accounts import PADRAO
from core.settings.questor import ContaQuestor, QuestorSettings
from flows.questor import account, lots, window
from flows.questor.rows import NEVER, PENDING, UNKNOWN
from storage.models.questor import QuestorArquivo, QuestorLote
from storage.session import reading

SEND = "questor.enviar_bloco"
# So many processes send for one account at a time.
SENDERS = 2
log = get_logger(__name__)


@dataclass(frozen=True)
class State:
    """Whether a lot may be sent now, and if not why.

    One of pausado, parado, concluido, fora_da_janela, disjuntor_aberto, sem_conta.
    """

    impedimento: str | None
    abre_em: datetime | None = None


def account_of(nome: str) -> ContaQuestor:
    """Return an account of the settings."""
    return QuestorSettings.current().conta(nome)


def agreed(nome: str) -> ContaQuestor:
    """Return an account whose imports were agreed with the vendor."""
    conta = account_of(nome)
    if conta.agreed_with_vendor or window.is_loopback(conta.base_url):
        return conta
    raise UsageError(
        "Antes do primeiro envio, combine-o com o Questor e escreva com quem e quando em questor.agreed_with_vendor, "
        'como "Fulana, suporte, 20/11/2026".'
    )


def start(nome: str, conta: str = PADRAO) -> int:
    """Ask for a lot to be sent, and return its number; from now on beat looks after it."""
    agreed(conta)
    lote = lots.named(nome, conta)
    if lote.varrido_em is None:
        raise Conflict(f"O lote {nome!r} não foi lido até o fim; leia a pasta de novo.")
    lots.ask(lote.id)
    return lote.id


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


def next_due(lote_id: int) -> datetime | None:
    """Return when the next file of a lot is to be sent or asked for; None when nothing is left."""
    with reading() as db:
        found = [home.first_due(db, QuestorArquivo.lote_id == lote_id) for home in (PENDING, UNKNOWN)]
    return min((due for due in found if due is not None and due < NEVER), default=None)


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


def start_senders(clock: Clock = SYSTEM) -> int:
    """Ask for the senders that open lots lack; return how many lots are open.

    Beat does so every few seconds, and a worker when it starts: a sender that was killed is replaced in no time.
    """
    found = open_lots(clock)
    if asked := [(SEND, [lote_id]) for lote_id, senders in found for _ in range(senders)]:
        messages.send_all(asked)
    return len(found)


def start_with_worker() -> None:
    """Ask for senders when a worker begins; without a broker beat will."""
    try:
        start_senders()
    except Transient as fault:
        log.warning("senders were not asked for", reason=str(fault))
