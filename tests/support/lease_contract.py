"""What every claim, settle, release implementation must do, whatever holds the rows."""

from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Side(Protocol):
    """One implementation under test: numbered rows due at an instant."""

    def add(self, due_at: datetime) -> int: ...
    def claim(self, now: datetime, seconds: float, limit: int, token: str) -> list[int]: ...
    def settle(self, token: str, ids: list[int], due_at: datetime) -> None: ...
    def release(self, token: str, now: datetime, ids: list[int] | None = None) -> int: ...
    def renew(self, token: str, now: datetime, seconds: float) -> int: ...
    def holder(self, row: int) -> Any: ...


class LeaseContract:
    """Inherit, and give a `side` fixture."""

    def test_a_due_row_is_claimed_once(self, side: Side) -> None:
        row = side.add(NOW)
        assert side.claim(NOW, 60, 10, "a") == [row]
        assert side.claim(NOW, 60, 10, "b") == []

    def test_a_row_that_is_not_due_is_left(self, side: Side) -> None:
        side.add(NOW + timedelta(seconds=1))
        assert side.claim(NOW, 60, 10, "a") == []

    def test_the_longest_due_go_first_and_no_more_than_asked(self, side: Side) -> None:
        late = side.add(NOW - timedelta(seconds=5))
        later = side.add(NOW - timedelta(seconds=50))
        side.add(NOW)
        assert sorted(side.claim(NOW, 60, 2, "a")) == sorted([late, later])

    def test_many_due_rows_never_pass_the_limit(self, side: Side) -> None:
        for _ in range(70):
            side.add(NOW)
        assert len(side.claim(NOW, 60, 60, "a")) == 60
        assert len(side.claim(NOW, 60, 60, "b")) == 10

    def test_an_ended_lease_can_be_claimed_by_another(self, side: Side) -> None:
        row = side.add(NOW)
        side.claim(NOW, 60, 1, "a")
        assert side.claim(NOW + timedelta(seconds=61), 60, 1, "b") == [row]

    def test_who_lost_its_lease_settles_nothing(self, side: Side) -> None:
        row = side.add(NOW)
        side.claim(NOW, 60, 1, "a")
        side.claim(NOW + timedelta(seconds=61), 60, 1, "b")
        side.settle("a", [row], NOW + timedelta(days=9))
        assert side.holder(row) == "b"

    def test_a_settled_row_is_free_and_due_when_told(self, side: Side) -> None:
        row = side.add(NOW)
        side.claim(NOW, 60, 1, "a")
        side.settle("a", [row], NOW + timedelta(seconds=30))
        assert side.holder(row) is None
        assert side.claim(NOW + timedelta(seconds=29), 60, 1, "b") == []
        assert side.claim(NOW + timedelta(seconds=30), 60, 1, "b") == [row]

    def test_a_released_row_is_due_at_once(self, side: Side) -> None:
        rows = [side.add(NOW), side.add(NOW)]
        side.claim(NOW, 60, 2, "a")
        assert side.release("a", NOW, [rows[0]]) == 1
        assert side.claim(NOW, 60, 2, "b") == [rows[0]]
        assert side.release("a", NOW) == 1
        assert side.claim(NOW, 60, 2, "c") == [rows[1]]

    def test_a_renewed_lease_lasts_longer(self, side: Side) -> None:
        side.add(NOW)
        side.claim(NOW, 60, 1, "a")
        assert side.renew("a", NOW + timedelta(seconds=50), 60) == 1
        assert side.claim(NOW + timedelta(seconds=70), 60, 1, "b") == []
        assert side.renew("nobody", NOW, 60) == 0
