"""The arithmetic of capacity: nobody waits longer for more hands, no work is lost, the page says what it gives."""

import math
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import capacidade, dia, filas_de_espera
from bench.capacidade import Costs, Setup, costs, simulate
from bench.gasto import Spent

NOTHING = Spent(0, 0, 0, 0, 0, 0)
moments = st.lists(st.tuples(st.floats(0, 5), st.floats(0, 5)), max_size=60)


def cumulative(steps: list[tuple[float, float]]) -> tuple[list[float], list[float]]:
    """Return instants of arrival, in order, and services."""
    now, arrivals = 0.0, []
    for step, _ in steps:
        now += step
        arrivals.append(now)
    return arrivals, [service for _, service in steps]


@given(moments, st.integers(1, 8), st.integers(1, 8))
def test_nobody_waits_longer_for_more_servers(steps: list[tuple[float, float]], servers: int, more: int) -> None:
    arrivals, services = cumulative(steps)
    few = filas_de_espera.waits(arrivals, services, servers)
    many = filas_de_espera.waits(arrivals, services, servers + more)
    assert all(late <= early + 1e-9 for early, late in zip(few, many, strict=True))


@given(moments)
def test_one_server_is_never_idle_while_somebody_waits(steps: list[tuple[float, float]]) -> None:
    arrivals, services = cumulative(steps)
    ended = 0.0
    for at, takes, wait in zip(arrivals, services, filas_de_espera.waits(arrivals, services, 1), strict=True):
        assert at + wait == pytest.approx(max(at, ended))
        ended = at + wait + takes


@given(st.lists(st.floats(0, 1000), max_size=48), st.floats(0, 1000))
def test_what_arrived_was_done_or_is_left(arrived: list[float], capacity: float) -> None:
    left = filas_de_espera.left(arrived, capacity)
    before = [0.0, *left][: len(left)]
    done = [over + amount - after for over, amount, after in zip(before, arrived, left, strict=True)]
    assert all(-1e-6 <= one <= capacity + 1e-6 for one in done)
    assert sum(done) + (left[-1] if left else 0.0) == pytest.approx(sum(arrived), abs=1e-6)


@pytest.mark.parametrize("demand", dia.DAY, ids=lambda demand: demand.unit)
def test_a_day_holds_what_its_hours_hold(demand: dia.Demand) -> None:
    assert sum(demand.per_hour(1000)) == pytest.approx(1000 * demand.each)
    assert len(demand.curve) == dia.HOURS
    assert demand.unit in costs().units


def without_rest() -> Costs:
    return replace(costs(), rest=NOTHING)


@pytest.mark.parametrize("seed", [1, 2])
def test_more_machines_are_used_less_and_let_nobody_wait_longer(seed: int) -> None:
    known = without_rest()
    few, many = (simulate(Setup(machines, seed=seed, companies=500), known) for machines in (2, 20))
    for before, after in zip(few.places, many.places, strict=True):
        assert after.used <= before.used
        assert after.wait <= before.wait + 1e-9
    # the work is the same, wherever it is done
    assert [getattr(many, name) for name in ("transactions", "log_mib", "commands")] == pytest.approx(
        [few.transactions, few.log_mib, few.commands]
    )


def test_what_ends_first_is_full_with_as_many_companies_as_are_told() -> None:
    setup = Setup(10)
    first = simulate(setup, costs()).first
    if not math.isinf(first.ends_at(setup.companies)):
        grown = simulate(replace(setup, companies=round(first.ends_at(setup.companies))), costs())
        assert max(place.used for place in grown.places) >= 0.99


def test_too_many_companies_for_a_machine_are_told_and_nothing_of_their_work_vanishes() -> None:
    setup = Setup(1, companies=10**6)
    outcome = simulate(setup, costs())
    assert outcome.left > 0
    assert any(math.isinf(place.wait) for place in outcome.places)
    assert any("não dá conta" in line for line in capacidade.capacity_table([outcome]))


def test_a_seed_gives_the_same_figures() -> None:
    assert simulate(Setup(10), costs()) == simulate(Setup(10), costs())


def test_the_page_shows_the_tables_that_the_simulation_gives() -> None:
    text = capacidade.PAGE.read_text(encoding="utf-8")
    assert capacidade.page(text) == text


def test_every_cost_that_is_kept_is_a_number() -> None:
    assert all(getattr(one, part.name) >= 0 for one in costs().units.values() for part in fields(Spent))
