"""The set every connector to a database passes when the other side misbehaves.

A connector's `test_standard.py` holds a class that inherits from `DatabaseStandard` and says how work is done, and how
the other side is made to fail.
"""

import time
import traceback
from typing import Literal

import pytest

from core.errors import Misconfigured, PlatformError, Transient

Failure = Literal["nobody", "password", "cut", "cut_in_commit", "cut_after_commit", "silent", "silent_in_commit"]
# Beyond its deadline a call may take this long, on a busy machine.
SLACK = 30.0


class DatabaseStandard:
    """Inherit from it. `secret` must never be shown; a call ends `seconds` after the other side fell silent."""

    secret: str
    seconds: float

    def work(self) -> object:
        """Do one small transaction."""
        raise NotImplementedError

    def fail(self, how: Failure) -> None:
        """Let the other side fail in this way, from now on or once."""
        raise NotImplementedError

    def fault(self) -> tuple[PlatformError, float]:
        """Return the fault of one transaction, and how long it took."""
        began = time.monotonic()
        with pytest.raises(PlatformError) as raised:
            self.work()
        return raised.value, time.monotonic() - began

    def test_work_is_done(self) -> None:
        self.work()

    @pytest.mark.parametrize("how", ["nobody", "cut", "cut_in_commit", "cut_after_commit"])
    def test_a_lost_connection_is_for_later(self, how: Failure) -> None:
        self.fail(how)
        assert isinstance(self.fault()[0], Transient)

    @pytest.mark.parametrize("how", ["silent", "silent_in_commit"])
    def test_a_silent_peer_costs_its_time_and_no_more(self, how: Failure) -> None:
        self.fail(how)
        fault, took = self.fault()
        assert isinstance(fault, Transient)
        assert took < self.seconds + SLACK

    def test_a_wrong_password_stops_the_account(self) -> None:
        self.fail("password")
        assert isinstance(self.fault()[0], Misconfigured)

    @pytest.mark.parametrize("how", ["nobody", "password", "cut", "cut_in_commit"])
    def test_the_secret_is_in_no_text(self, how: Failure) -> None:
        self.fail(how)
        told = self.fault()[0]
        assert self.secret not in str(told)
        assert self.secret not in "".join(traceback.format_exception(told))
