"""One attempt at a ticket: which alert it is about, and what each fault of the desk means to the delivery."""

from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.base.faults import Blocked, Fault, OutOfMeans, Overloaded, RateLimited, Refused
from connectors.milvus import TokenRefused
from events.delivery.http.outcomes import BUSY
from events.delivery.milvus import attempt
from events.delivery.milvus.attempt import REASON_LENGTH, of_fault
from events.delivery.outcome import NO_MEANS, OVERLOAD_SECONDS
from storage.models.eventos import Estado

OPENED = "2026-11-24T11:02:13+00:00"
ALERT = {"fonte": "sat", "objeto": "loja-1", "codigo": "bateria", "aberto_em": OPENED}


@pytest.mark.parametrize(
    ("fault", "name", "estado", "off"),
    [
        (TokenRefused("o token foi recusado"), "recusado", Estado.RETIDO, True),
        (Blocked("o desk está bloqueado"), "falhou", Estado.PENDENTE, False),
        (RateLimited("devagar"), BUSY.name, Estado.PENDENTE, False),
        (Refused("não existe essa mesa"), "recusado", Estado.ESGOTADO, False),
        (Overloaded("sobrecarregado"), "falhou", Estado.PENDENTE, False),
        (Fault("caiu"), "falhou", Estado.PENDENTE, False),
    ],
)
def test_a_fault_decides_what_follows(fault: Fault, name: str, estado: Estado, off: bool) -> None:
    outcome = of_fault(fault)
    assert (outcome.name, outcome.estado, outcome.switch_off, outcome.credential) == (name, estado, off, off)
    assert outcome.text == str(fault)


@pytest.mark.parametrize("kind", [Refused, Overloaded, Fault])
def test_what_was_perhaps_done_is_looked_for_after_a_while(kind: type[Fault]) -> None:
    outcome = of_fault(kind("caiu", may_be_stored=True))
    assert (outcome.name, outcome.estado, outcome.minimum) == ("falhou", Estado.PENDENTE, OVERLOAD_SECONDS)
    assert outcome.text == "caiu"


def test_what_this_machine_lacks_is_no_attempt_even_where_something_was_perhaps_done() -> None:
    assert of_fault(OutOfMeans()) == of_fault(OutOfMeans(may_be_stored=True)) == NO_MEANS


def test_the_wait_that_was_asked_for_is_kept_and_a_reason_is_short_and_without_its_full_stop() -> None:
    outcome = of_fault(RateLimited("Espere.", retry_after=7.5))
    assert (outcome.retry_after, outcome.text, outcome.empties) == (7.5, "Espere", True)
    assert len(of_fault(Fault("palavra " * 300)).text) == REASON_LENGTH


def test_all_events_of_one_alert_share_a_reference() -> None:
    first, began = attempt._alert({**ALERT, "mensagem": "Abriu", "severidade": "aviso"})
    again, _ = attempt._alert({**ALERT, "mensagem": "Agravou", "severidade": "critico"})
    assert first == again
    assert first is not None
    assert first.startswith("Referência: esteira/alerta/")
    assert began == datetime(2026, 11, 24, 11, 2, 13, tzinfo=UTC)


@pytest.mark.parametrize(
    "changed",
    [{"fonte": "fluxos"}, {"objeto": "loja-2"}, {"codigo": "papel"}, {"aberto_em": "2026-11-25T11:02:13+00:00"}],
)
def test_another_alert_has_another_reference(changed: dict[str, str]) -> None:
    assert attempt._alert({**ALERT, **changed})[0] != attempt._alert(ALERT)[0]


@pytest.mark.parametrize("name", ALERT)
@pytest.mark.parametrize("value", [None, 7, ["sat"]])
def test_what_is_not_named_as_an_alert_is_none(name: str, value: Any) -> None:
    assert attempt._alert({**ALERT, name: value}) == (None, None)
    assert attempt._alert({key: one for key, one in ALERT.items() if key != name}) == (None, None)


@pytest.mark.parametrize(
    ("said", "moment"),
    [
        (OPENED, datetime(2026, 11, 24, 11, 2, 13, tzinfo=UTC)),
        ("2026-11-24T11:02:13", None),
        ("ontem", None),
        ("", None),
        (None, None),
        (7, None),
    ],
)
def test_a_moment_without_its_zone_is_none(said: object, moment: datetime | None) -> None:
    assert attempt._moment(said) == moment
