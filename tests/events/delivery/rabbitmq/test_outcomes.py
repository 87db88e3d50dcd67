"""What a broker's fault means: before the connection stands it is the account's, afterwards the message's."""

from ssl import SSLCertVerificationError

import amqp
import pytest
from structlog.testing import capture_logs

from events.delivery.address import BlockedAddress
from events.delivery.http.outcomes import BAD_TLS, BLOCKED, CUT, TIMED_OUT, UNREACHABLE
from events.delivery.outcome import NO_MEANS, Outcome
from events.delivery.rabbitmq import outcomes
from storage.models.eventos import Estado


def fault(kind: type[amqp.AMQPError], code: int, text: str = "") -> amqp.AMQPError:
    return kind(text, (10, 40), "Connection.open", code)


@pytest.mark.parametrize(
    ("kind", "code", "text", "opening", "outcome"),
    [
        (amqp.AccessRefused, 403, "ACCESS_REFUSED", True, outcomes.PASSWORD),
        (amqp.AccessRefused, 403, "ACCESS_REFUSED", False, outcomes.FORBIDDEN),
        (amqp.NotAllowed, 530, "NOT_ALLOWED - vhost not found", True, outcomes.VHOST),
        (amqp.NotAllowed, 530, "NOT_ALLOWED", False, outcomes.CLOSED),
        (amqp.NotAllowed, 530, "NOT_ALLOWED - connection limit (9) is reached", True, outcomes.CROWDED),
        (amqp.NotAllowed, 530, "NOT_ALLOWED - connection limit (9) is reached", False, outcomes.CLOSED),
        (amqp.NotFound, 404, "NOT_FOUND - no exchange", False, outcomes.NO_EXCHANGE),
        (amqp.NotFound, 404, "NOT_FOUND", True, outcomes.CLOSED),
        (amqp.ConnectionForced, 320, "CONNECTION_FORCED", False, outcomes.CLOSED),
        (amqp.ConnectionForced, 320, "CONNECTION_FORCED", True, outcomes.CLOSED),
    ],
)
def test_a_refusal_is_told_with_the_broker_s_code(
    kind: type[amqp.AMQPError], code: int, text: str, opening: bool, outcome: Outcome
) -> None:
    settled = outcomes.of_fault(fault(kind, code, text), opening=opening)
    assert (settled.outcome, settled.status) == (outcome, code)


def test_only_the_account_itself_stops_a_destination() -> None:
    stops = [one for one in vars(outcomes).values() if isinstance(one, Outcome) and one.switch_off]
    assert stops == [outcomes.PASSWORD, outcomes.VHOST]
    assert {one.estado for one in stops} == {Estado.RETIDO}
    assert [one.credential for one in stops] == [True, False]


@pytest.mark.parametrize("opening", [True, False])
@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (BlockedAddress(), BLOCKED),
        (outcomes.NotReached(), UNREACHABLE),
        (amqp.UnexpectedFrame("frame too large"), outcomes.BAD_AMQP),
        (ConnectionResetError(), CUT),
        (SSLCertVerificationError(), BAD_TLS),
        (OSError(24, "Too many open files"), NO_MEANS),
    ],
)
def test_what_is_no_word_of_the_broker_has_no_code(opening: bool, error: Exception, outcome: Outcome) -> None:
    settled = outcomes.of_fault(error, opening=opening)
    assert (settled.outcome, settled.status) == (outcome, 0)


def test_a_broker_that_is_silent_is_not_moved_to_the_slow_queue() -> None:
    """One line serves an exchange: who waits there holds up nobody else."""
    settled = outcomes.of_fault(TimeoutError(), opening=False)
    assert (settled.outcome.text, settled.outcome.slow) == (TIMED_OUT.text, False)
    assert TIMED_OUT.slow


@pytest.mark.parametrize(("error", "noted"), [(KeyError("x"), True), (UnicodeError(), False), (OSError(24, ""), False)])
def test_what_nobody_knows_is_told_as_the_other_side_s_but_leaves_a_trace(error: Exception, noted: bool) -> None:
    with capture_logs() as said:
        settled = outcomes.of_fault(error, opening=False)
    assert bool(said) is noted
    assert settled.outcome == (NO_MEANS if isinstance(error, OSError) else outcomes.BAD_AMQP)


def test_a_code_that_is_none_is_zero() -> None:
    assert outcomes.of_fault(amqp.ConnectionError("x"), opening=False).status == 0
