"""What a fault of a mail server means to a delivery. What concerns the whole account is no attempt of anybody's."""

from dataclasses import replace

from connectors.base.faults import Blocked, Fault, OutOfMeans, Overloaded
from connectors.email.faults import AddressRefused, DomainSlowed, Greylisted, MailboxFull
from core.errors import Rejected, UsageError
from events.delivery.outcome import NO_MEANS, OVERLOAD_SECONDS, Outcome
from storage.models.eventos import Estado

# The record of an attempt keeps 500 characters, and something may be added to them.
REASON_LENGTH = 450
GREYLISTING_SECONDS, FULL_SECONDS = 300.0, 3600.0
# So long a row waits while nothing goes over its account.
STOPPED_SECONDS = 300.0
STOPPED = Outcome("parado", minimum=STOPPED_SECONDS, untried=True)
# It is told of by a summary, whose row is another.
FOLDED = Outcome("resumido", untried=True)
REFUSED = Outcome("recusado", Estado.ESGOTADO)
FAULTS: tuple[tuple[type[Exception], Outcome], ...] = (
    # Nothing will ever arrive there: the destination stops, what it is owed is kept, and everybody sees why.
    (AddressRefused, Outcome("recusado", Estado.RETIDO, switch_off=True)),
    (MailboxFull, Outcome("cheia", minimum=FULL_SECONDS)),
    (Greylisted, Outcome("adiado", minimum=GREYLISTING_SECONDS)),
    (DomainSlowed, Outcome("ocupado", minimum=OVERLOAD_SECONDS, empties=True, empty_seconds=OVERLOAD_SECONDS)),
    (Blocked, REFUSED),
    (Rejected, REFUSED),
    (Overloaded, Outcome("sobrecarga", minimum=OVERLOAD_SECONDS)),
    (Fault, Outcome("falhou")),
)
PERHAPS = "; pode ter sido entregue"


def stopped_by(outcome: Outcome) -> Outcome:
    """Return the outcome of the attempt that showed that nothing goes over its account; the reason is kept."""
    return replace(STOPPED, text=outcome.text)


def no_address(mistake: UsageError) -> Outcome:
    """Return the outcome where a destination has no address that a message could go to."""
    return Outcome("recusado", Estado.RETIDO, str(mistake).removesuffix("."), switch_off=True)


def of_fault(fault: Fault) -> Outcome:
    """Return what a fault means."""
    if isinstance(fault, OutOfMeans) and not fault.may_be_stored:
        return NO_MEANS
    outcome = next(outcome for kind, outcome in FAULTS if isinstance(fault, kind))
    text = str(fault).removesuffix(".")[:REASON_LENGTH]
    if fault.may_be_stored:
        return replace(outcome, text=text + PERHAPS, minimum=max(outcome.minimum, OVERLOAD_SECONDS))
    return replace(outcome, text=text)
