"""What a run that writes nothing works with."""

import time

from core.pace import Budget
from flows.sync.sides import LocalPace


def test_a_dry_run_that_is_told_to_wait_for_an_hour_gives_up_at_once() -> None:
    pace = LocalPace(Budget("ploomes", 0))
    began = time.monotonic()
    assert pace.take(1)
    pace.told(3600)
    assert not pace.take(100)
    assert time.monotonic() - began < 60
