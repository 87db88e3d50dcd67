"""What every home of claims must do, whatever holds the rows: inherit `ClaimsContract` and give a `home` fixture."""

import threading
from collections.abc import Collection, Hashable
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
Key = Hashable


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


class Home(Protocol):
    """A home under test; each call is a transaction of its own."""

    def add(self, due_at: datetime) -> Any: ...
    def claim(self, limit: int, now: datetime, seconds: float, token: str) -> list[Any]: ...
    def settle(self, token: str, ids: Collection[Any], due_at: datetime) -> set[Any]: ...
    def hold(self, token: str, ids: Collection[Any], until: datetime) -> set[Any]: ...
    def give_back(self, token: str, ids: Collection[Any], now: datetime) -> set[Any]: ...
    def after_crash(self, now: datetime) -> int: ...
    def token(self) -> str: ...
    def dead_token(self) -> str: ...


class ClaimsContract:
    """Inherit, and give a `home` fixture."""

    def test_a_due_row_is_claimed_once(self, home: Home) -> None:
        row = home.add(NOW)
        assert home.claim(10, NOW, 60, "a") == [row]
        assert home.claim(10, NOW, 60, "b") == []
        assert home.claim(10, NOW, 60, "a") == []

    def test_a_row_that_is_not_due_is_left(self, home: Home) -> None:
        home.add(after(1))
        assert home.claim(10, NOW, 60, "a") == []

    def test_the_longest_due_go_first_and_no_more_than_asked(self, home: Home) -> None:
        late, later = home.add(after(-5)), home.add(after(-50))
        home.add(NOW)
        assert set(home.claim(2, NOW, 60, "a")) == {late, later}

    def test_many_due_rows_never_pass_the_limit(self, home: Home) -> None:
        for _ in range(70):
            home.add(NOW)
        assert len(home.claim(60, NOW, 60, "a")) == 60
        assert len(home.claim(60, NOW, 60, "b")) == 10

    def test_an_ended_lease_can_be_claimed_by_another(self, home: Home) -> None:
        row = home.add(NOW)
        home.claim(1, NOW, 60, "a")
        assert home.claim(1, after(59), 60, "b") == []
        assert home.claim(1, after(61), 60, "b") == [row]

    def test_only_the_rows_still_held_are_settled_and_they_are_named(self, home: Home) -> None:
        lost, kept = home.add(after(-1)), home.add(NOW)
        assert home.claim(1, NOW, 10, "a") == [lost]
        assert home.claim(1, NOW, 60, "a") == [kept]
        assert home.claim(1, after(11), 60, "b") == [lost]
        assert home.settle("a", [lost, kept], after(999)) == {kept}
        assert home.settle("b", [lost], after(999)) == {lost}

    def test_what_is_settled_is_free_and_due_when_told(self, home: Home) -> None:
        row = home.add(NOW)
        home.claim(1, NOW, 60, "a")
        assert home.settle("a", [row], after(30)) == {row}
        assert home.settle("a", [row], after(40)) == set()
        assert home.claim(1, after(29), 60, "b") == []
        assert home.claim(1, after(30), 60, "b") == [row]

    def test_nothing_to_settle_is_nothing(self, home: Home) -> None:
        assert home.settle("a", [], NOW) == set()
        assert home.hold("a", [], NOW) == set()
        assert home.give_back("a", [], NOW) == set()

    def test_giving_back_is_by_row_and_leaves_what_else_is_held(self, home: Home) -> None:
        rows = [home.add(NOW), home.add(NOW)]
        home.claim(2, NOW, 60, "a")
        assert home.give_back("a", [rows[0]], NOW) == {rows[0]}
        assert home.claim(2, NOW, 60, "b") == [rows[0]]
        assert home.give_back("a", rows, NOW) == {rows[1]}
        assert home.claim(2, NOW, 60, "c") == [rows[1]]

    def test_holding_on_lasts_longer_and_names_what_was_lost(self, home: Home) -> None:
        rows = [home.add(after(-1)), home.add(NOW)]
        home.claim(1, NOW, 5, "a")
        home.claim(1, NOW, 60, "a")
        assert home.claim(1, after(6), 60, "b") == [rows[0]]
        assert home.hold("a", rows, after(110)) == {rows[1]}
        assert home.claim(1, after(65), 60, "c") == []
        assert home.hold("nobody", rows, after(500)) == set()

    def test_what_a_dead_process_held_is_due_at_once_and_what_the_living_hold_is_left(self, home: Home) -> None:
        orphan, held, foreign = (home.add(after(-seconds)) for seconds in (3, 2, 1))
        assert home.claim(1, NOW, 3600, home.dead_token()) == [orphan]
        assert home.claim(1, NOW, 3600, home.token()) == [held]
        assert home.claim(1, NOW, 3600, "outra-maquina|1|1|abc") == [foreign]
        assert home.after_crash(NOW) == 1
        assert home.after_crash(NOW) == 0
        assert home.claim(9, NOW, 60, "b") == [orphan]

    def test_rivals_at_the_same_time_never_hold_the_same_row(self, home: Home) -> None:
        rows = [home.add(NOW) for _ in range(40)]
        claimed: list[Any] = []

        def rival(name: str) -> None:
            while taken := home.claim(3, NOW, 60, name):
                claimed.extend(taken)

        rivals = [threading.Thread(target=rival, args=(f"r{n}",)) for n in range(4)]
        for thread in rivals:
            thread.start()
        for thread in rivals:
            thread.join()
        assert sorted(claimed) == sorted(rows)
