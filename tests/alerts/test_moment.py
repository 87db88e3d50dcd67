"""How long judging has gone on without a pause, by the note of whoever judges."""

from datetime import UTC, datetime, timedelta

import pytest

from alerts.moment import Moment
from storage.models.limites import JUDGING_SINCE, Marca
from storage.session import reading, transaction

NOW = datetime(2026, 7, 14, 12, tzinfo=UTC)
PATIENCE = timedelta(minutes=30)


@pytest.mark.usefixtures("sqlite")
@pytest.mark.parametrize(
    ("ago", "back"),
    [
        (timedelta(0), True),
        (PATIENCE - timedelta(seconds=1), True),
        (PATIENCE, False),
        # nobody noted it: nothing is known of a pause
        (None, False),
    ],
)
def test_it_is_just_back_while_judging_goes_on_for_less_than_that(ago: timedelta | None, back: bool) -> None:
    if ago is not None:
        with transaction() as db:
            db.add(Marca(nome=JUDGING_SINCE, instante=NOW - ago))
    with reading() as db:
        assert Moment(db, NOW).just_back(PATIENCE) is back
