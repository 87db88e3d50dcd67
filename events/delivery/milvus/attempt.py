"""One attempt: the ticket of an alert is looked for before it is opened, its comment before it is made.

docs/reference/contracts/milvus.md §3.
"""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from claims.pace import SharedPace
from connectors.base.faults import Blocked, Fault, OutOfMeans, RateLimited
from connectors.base.policy import Policy
from connectors.milvus import Chamado, Milvus, TokenRefused, has_reference, reference
from core.errors import Rejected
from core.html_text import plain_text
from core.pace import Budget
from core.proxy import proxy_of
from core.settings.deliveries import DeliverySettings
from core.text import cut_bytes
from events.catalog import AlertaResolvido
from events.delivery import wording
from events.delivery.address import BlockedAddress, Judge
from events.delivery.http.behind import Targets
from events.delivery.http.judged import JudgedAdapter
from events.delivery.http.outcomes import BLOCKED, BUSY
from events.delivery.kind import Message
from events.delivery.milvus import account, options
from events.delivery.outcome import DELIVERED, NO_MEANS, OVERLOAD_SECONDS, Outcome
from storage.models.destinos import Destino
from storage.models.eventos import Estado

SYSTEM = "esteira"
PORTS = {"http": 80, "https": 443}
SUBJECT_BYTES, TEXT_BYTES = 200, 8000
# The record of an attempt keeps 500 characters, and something may be added to them.
REASON_LENGTH = 450
# The desk's clock may differ from ours; a ticket is never older than what it is about.
EARLIER = timedelta(hours=1)
NO_TICKET = "o chamado deste alerta não existe"
PARTIAL = Outcome("falhou", text="a lista de chamados veio incompleta: não se sabe se o chamado já existe")
NOT_YET = Outcome("falhou", text=f"{NO_TICKET} (ainda)", minimum=OVERLOAD_SECONDS)
NEVER = Outcome("recusado", Estado.ESGOTADO, f"{NO_TICKET}: não há o que comentar")
# What was perhaps done shows in a search only after a while.
UNKNOWN = Outcome("falhou", minimum=OVERLOAD_SECONDS)
FAULTS: tuple[tuple[type[Exception], Outcome], ...] = (
    (TokenRefused, Outcome("recusado", Estado.RETIDO, switch_off=True, credential=True)),
    (Blocked, Outcome("falhou")),
    (RateLimited, BUSY),
    (Rejected, Outcome("recusado", Estado.ESGOTADO)),
    (Fault, Outcome("falhou")),
)


class _Rest:
    """The pace of an attempt: its first request was paid for when the delivery was taken."""

    def __init__(self, *budgets: Budget) -> None:
        self._pace = SharedPace(*budgets)
        self._first = True

    def take(self, seconds: float) -> bool:
        first, self._first = self._first, False
        return first or self._pace.take(seconds)

    def told(self, seconds: float) -> None:
        """Leave it to the engine, which empties the bucket in the transaction that writes the outcome."""


def attempt(destino: Destino, message: Message, ends: float) -> tuple[Outcome, int, str | None]:
    """Make one attempt until a moment of `time.monotonic`; return what follows, the status of a refusal, and what is
    kept for the record.
    """
    settings = DeliverySettings.current()
    policy = Policy(overall=destino.timeout, connect=settings.connect_timeout, ends=ends)
    judge = Judge.of(settings)
    try:
        _judge(judge, destino.url)
        adapter = JudgedAdapter(judge)
        conta = account.of(destino)
        with Milvus("", conta, pace=_Rest, policy=policy, adapter=adapter, uso="entregas") as milvus:
            outcome, said = _Telling(milvus, destino, message).tell()
            return outcome, 200 if outcome.delivered else 0, said
    except BlockedAddress:
        return BLOCKED, 0, None
    except Fault as fault:
        return of_fault(fault), fault.status or 0, fault.said


def _judge(judge: Judge, url: str) -> None:
    """Judge what can be judged before anything is dialled; through a proxy that is all there is."""
    server = urlsplit(url)
    judge.scheme(server.scheme)
    proxy = proxy_of("entregas")
    if proxy is not None and proxy.takes(server.hostname or ""):
        Targets(judge).check(server.hostname or "", server.port or PORTS[server.scheme])


def of_fault(fault: Fault) -> Outcome:
    """Return what a fault means to a delivery."""
    if isinstance(fault, OutOfMeans):
        return NO_MEANS
    outcome = next(outcome for kind, outcome in FAULTS if isinstance(fault, kind))
    if fault.may_be_stored:
        outcome = UNKNOWN
    return replace(outcome, text=str(fault).removesuffix(".")[:REASON_LENGTH], retry_after=fault.retry_after)


class _Telling:
    def __init__(self, milvus: Milvus, destino: Destino, message: Message) -> None:
        self._milvus, self._destino, self._evento = milvus, destino, message.evento
        body = json.loads(message.corpo)
        self._dados: dict[str, Any] = body["dados"]
        self._own = reference(SYSTEM, "evento", message.message_id)
        self._alert, began = _alert(self._dados)
        self._since = (began or _moment(body.get("timestamp")) or datetime.now(UTC)) - EARLIER

    def tell(self) -> tuple[Outcome, str | None]:
        """Open the ticket, or comment on it, unless that was done before."""
        token = options.stored(self._destino)[options.CLIENT]
        found = self._milvus.find_chamados(token, self._alert or self._own, self._since)
        if found.rows:
            return self._on(found.rows[0])
        if not found.complete:
            return PARTIAL, None
        if self._evento == AlertaResolvido.evento:
            # in strict order the event that opens it is no longer on its way
            return (NEVER if self._destino.ordem_estrita else NOT_YET), None
        return DELIVERED, f"chamado {self._milvus.create_chamado(self._ticket())}"

    def _on(self, ticket: Chamado) -> tuple[Outcome, str | None]:
        """Comment on a ticket that there is, unless it was opened for this event or bears the comment already."""
        if not has_reference(ticket.descricao, self._own):
            comments = self._milvus.comments(ticket.codigo)
            if not any(has_reference(text, self._own) for text in comments):
                self._milvus.comment(ticket.codigo, self._text(self._own))
        return DELIVERED, f"chamado {ticket.codigo}"

    def _ticket(self) -> dict[str, str]:
        lines = "\n".join(filter(None, (self._own, self._alert)))
        title = " ".join(wording.title(self._evento, self._dados).split())
        return {
            **options.fields(self._destino),
            "chamado_assunto": cut_bytes(title, SUBJECT_BYTES),
            "chamado_descricao": self._text(lines),
        }

    def _text(self, lines: str) -> str:
        words = plain_text(wording.text(self._evento, self._dados)) or wording.label(self._evento)
        return f"{cut_bytes(words, TEXT_BYTES)}\n\n{lines}"


def _alert(dados: dict[str, Any]) -> tuple[str | None, datetime | None]:
    """Return the reference that all events of one alert share, and when it opened; none for another event."""
    parts = [dados.get(name) for name in ("fonte", "objeto", "codigo", "aberto_em")]
    if not all(isinstance(part, str) for part in parts):
        return None, None
    key = sha256("\n".join(map(str, parts)).encode()).hexdigest()[:20]
    return reference(SYSTEM, "alerta", key), _moment(dados["aberto_em"])


def _moment(text: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found if found.tzinfo else None
