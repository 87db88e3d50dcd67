from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.retry_after import seconds_asked
from events.delivery.http import outcomes
from events.delivery.kinds.ntfy import STATUSES as NTFY
from storage.models.eventos import Estado

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("statuses", "name", "estado"),
    [
        ((200, 201, 204, 299), "entregue", Estado.ENTREGUE),
        ((300, 301, 302, 307, 308, 399), "redirecionado", Estado.PENDENTE),
        ((400, 401, 403, 404, 409, 418, 499), "falhou", Estado.PENDENTE),
        ((410,), "removido", Estado.ESGOTADO),
        ((429,), "ocupado", Estado.PENDENTE),
        ((500, 501, 502, 503, 504, 599), "falhou", Estado.PENDENTE),
        ((100, 199, 600, 999), "falhou", Estado.PENDENTE),
    ],
)
def test_webhook_statuses(statuses: tuple[int, ...], name: str, estado: Estado) -> None:
    for status in statuses:
        found = outcomes.of_status(outcomes.DEFAULT, status, None, NOW)
        assert (found.name, found.estado) == (name, estado), status


@pytest.mark.parametrize(
    ("statuses", "name", "estado"),
    [
        ((200,), "entregue", Estado.ENTREGUE),
        ((400, 404, 413), "recusado", Estado.ESGOTADO),
        ((401, 403), "recusado", Estado.RETIDO),
        ((408, 425, 500, 502, 503, 504, 507), "falhou", Estado.PENDENTE),
        ((429,), "ocupado", Estado.PENDENTE),
    ],
)
def test_ntfy_statuses(statuses: tuple[int, ...], name: str, estado: Estado) -> None:
    for status in statuses:
        found = outcomes.of_status(NTFY, status, None, NOW)
        assert (found.name, found.estado) == (name, estado), status


@pytest.mark.parametrize(("status", "slow"), [(502, True), (503, True), (504, True), (429, True), (500, False)])
def test_what_moves_a_destination_to_the_slow_queue(status: int, slow: bool) -> None:
    assert outcomes.of_status(outcomes.DEFAULT, status, None, NOW).slow is slow


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        ("1.5", 1.5),
        ("0", 0.0),
        ("86400", 3600.0),
        ("Mon, 02 Mar 2026 12:00:30 GMT", 30.0),
        ("Mon, 02 Mar 2026 11:00:00 GMT", None),
        ("-1", None),
        ("nan", None),
        ("inf", None),
        ("amanhã", None),
        ("", None),
        (None, None),
        ("9" * 500, None),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_nonsense_is_ignored(value: str | None, seconds: float | None) -> None:
    assert seconds_asked(value, NOW) == seconds


@given(st.text())
def test_no_retry_after_breaks_the_reader(value: str) -> None:
    asked = seconds_asked(value, NOW)
    assert asked is None or 0 <= asked <= 3600
