"""The figures of each destination, as monitors read them: by its number, never by its name."""

from datetime import UTC, datetime

import pytest
from support.deliveries import change, ntfy, webhook

from flows.destinos.upkeep import UPKEEP
from storage.session import reading

NOW = datetime(2026, 6, 1, 2, tzinfo=UTC)
OPEN, OFF = "esteira_circuito_aberto", "esteira_destino_desligado"

pytestmark = pytest.mark.usefixtures("sqlite")


def told() -> dict[str, dict[tuple[str, ...], float]]:
    """Return the numbers of each family by the values of their labels."""
    with reading() as db:
        families = [family for figures in UPKEEP.metrics for family in figures(db, NOW)]
    return {one.name: {tuple(sample.labels.values()): sample.value for sample in one.samples} for one in families}


def test_without_destinations_both_families_are_there_and_empty() -> None:
    assert told() == {OPEN: {}, OFF: {}}


def test_circuit_and_switch_are_told_apart_by_number_and_kind() -> None:
    fine, open_, off = (webhook(f"https://{name}.example/x", nome=name) for name in "abc")
    phone = ntfy("https://ntfy.example")
    change(open_, circuito_espera=1)
    change(off, desligado_em=NOW)
    # its owner's wish and an operator's pause are neither
    change(phone, ativo=False, pausado_em=NOW)
    labels = [(str(fine), "webhook"), (str(open_), "webhook"), (str(off), "webhook"), (str(phone), "ntfy")]
    assert told() == {
        OPEN: dict(zip(labels, [0, 1, 0, 0], strict=True)),
        OFF: dict(zip(labels, [0, 0, 1, 0], strict=True)),
    }


def test_nothing_that_names_a_customer_is_told() -> None:
    webhook("https://interno.example/caminho", nome="Padaria do Zé")
    assert not [word for word in ("Padaria", "interno", "whsec") if word in str(told())]
