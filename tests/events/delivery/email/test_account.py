"""The state of an account of mail, apart from what is sent over it."""

from datetime import timedelta

from conftest import Configure
from support.smtp import SENDER

from core.clock import SYSTEM, FixedClock
from events.delivery.email import account
from events.delivery.email.account import Leave


def test_one_that_was_stopped_by_a_clock_a_month_ahead_is_tried_now(banco: str, configure: Configure) -> None:
    configure(email__host="mail.invalid", email__security="none", email__sender=SENDER)
    conta = account.settings_of("padrao")
    assert conta is not None
    account.stop("padrao", conta, "caiu", FixedClock(SYSTEM.now() + timedelta(days=30)), trials=True)
    clock = FixedClock(SYSTEM.now())
    assert account.leave("padrao", conta, clock) is Leave.TRIAL
    assert account.leave("padrao", conta, clock) is Leave.REFUSED
    clock.advance(account.TRIAL.total_seconds())
    assert account.leave("padrao", conta, clock) is Leave.TRIAL
