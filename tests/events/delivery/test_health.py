from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.delivery.health import FIRST_PROBE_SECONDS, LONGEST_PROBE_SECONDS, Change, End, Health

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
GOOD, BAD, OLD = End(True, False), End(False, True), End(False, False)


def after(health: Health, *ends: End, hours: float = 0, probing: bool = False) -> tuple[Health, list[Change]]:
    return health.after(ends, NOW + timedelta(hours=hours), probing=probing)


def test_ten_failures_in_a_row_open_the_circuit_and_nine_do_not() -> None:
    assert after(Health(), *[BAD] * 9)[0].circuito_espera == 0
    assert after(Health(), *[BAD] * 9, GOOD, BAD)[0].circuito_espera == 0
    assert after(Health(), *[BAD] * 10)[0].circuito_espera == FIRST_PROBE_SECONDS


def test_each_failed_probe_doubles_the_wait_up_to_a_quarter_of_an_hour() -> None:
    health, waits = after(Health(), *[BAD] * 10)[0], []
    for _ in range(7):
        health, _ = after(health, OLD, probing=True)
        waits.append(health.circuito_espera)
    assert waits == [60, 120, 240, 480, 900, 900, 900]
    assert waits[-1] == LONGEST_PROBE_SECONDS


def test_requests_in_flight_when_it_opened_are_no_probes() -> None:
    health, _ = after(Health(), *[BAD] * 10)
    assert after(health, BAD, BAD)[0].circuito_espera == FIRST_PROBE_SECONDS


def test_one_success_closes_the_circuit_and_forgets_everything() -> None:
    health, _ = after(Health(), *[BAD] * 10)
    assert after(health, GOOD, probing=True)[0] == Health()


@pytest.mark.parametrize(
    ("hours", "failures", "told"), [(23.9, 5, []), (24, 4, []), (24, 5, [Change.FALHANDO]), (30, 9, [Change.FALHANDO])]
)
def test_a_day_without_success_and_five_failures_warn(hours: float, failures: int, told: list[Change]) -> None:
    health, _ = after(Health(), *[BAD] * failures)
    assert after(health, OLD, hours=hours)[1] == told


def test_the_warning_is_told_once_and_its_end_too() -> None:
    health, _ = after(Health(), *[BAD] * 5)
    health, first = after(health, OLD, hours=24)
    health, second = after(health, OLD, hours=30)
    assert (first, second) == ([Change.FALHANDO], [])
    assert after(health, GOOD, hours=31)[1] == [Change.RECUPERADO]
    assert after(Health(), BAD, GOOD)[1] == []


@pytest.mark.parametrize(("hours", "off"), [(119.9, False), (120, True), (500, True)])
def test_five_days_without_success_switch_off(hours: float, off: bool) -> None:
    health, _ = after(Health(), BAD)
    assert (Change.DESLIGADO in after(health, OLD, hours=hours)[1]) is off


@pytest.mark.parametrize("failures", [1, 10])
def test_where_nothing_was_tried_nothing_is_judged(failures: int) -> None:
    health, _ = after(Health(), *[BAD] * failures)
    assert after(health, hours=500, probing=True) == (health, [])


@given(st.lists(st.sampled_from([GOOD, BAD, OLD]), max_size=60), st.booleans())
def test_the_circuit_is_open_only_after_ten_failures_in_a_row(ends: list[End], probing: bool) -> None:
    health, _ = after(Health(), *ends, probing=probing)
    failures = 0
    for one in ends:
        failures = 0 if one.delivered else failures + 1
    assert health.open is (failures >= 10)
    assert health.falhas_seguidas == failures
    assert (health.falhando_desde is None) is (failures == 0)
