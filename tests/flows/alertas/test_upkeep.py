"""How many alerts are open, as monitors read it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from flows.alertas.upkeep import UPKEEP
from storage.models.alertas import Alerta
from storage.session import reading, transaction

NOW = datetime(2026, 6, 1, 2, tzinfo=UTC)
OPEN, ALONE = "esteira_alertas_abertos", "esteira_alertas_sem_dono"

pytestmark = pytest.mark.usefixtures("sqlite")


def alert(objeto: str, codigo: str = "rede", fonte: str = "sat", severidade: str = "critico", **columns: Any) -> None:
    about = {"conta": "padrao", "fonte": fonte, "objeto": objeto, "codigo": codigo, "severidade": severidade}
    with transaction() as db:
        db.add(Alerta(**about, mensagem="x", aberto_em=NOW, visto_em=NOW, **columns))


def told() -> dict[str, list[tuple[str, ...]]]:
    """Return the samples of each family: the values of their labels, and the number."""
    with reading() as db:
        families = [family for figures in UPKEEP.metrics for family in figures(db, NOW)]
    return {one.name: [(*sample.labels.values(), str(sample.value)) for sample in one.samples] for one in families}


def test_without_alerts_both_families_are_there_and_empty() -> None:
    assert told() == {OPEN: [], ALONE: []}


def test_open_ones_are_counted_apart_by_source_code_and_severity_in_that_order() -> None:
    for objeto in ("a", "b"):
        alert(objeto)
    alert("a", "relogio", severidade="aviso")
    alert("c", "relogio")
    alert("ana/1", "rede", "questor")
    assert told()[OPEN] == [
        ("questor", "rede", "critico", "1"),
        ("sat", "rede", "critico", "2"),
        ("sat", "relogio", "aviso", "1"),
        ("sat", "relogio", "critico", "1"),
    ]


def test_what_is_over_does_not_count_and_what_somebody_acknowledged_counts_as_open_only() -> None:
    alert("a")
    alert("b", reconhecido_em=NOW)
    alert("c", resolvido_em=NOW)
    alert("d", "relogio", reconhecido_em=NOW)
    found = told()
    assert found[OPEN] == [("sat", "rede", "critico", "2"), ("sat", "relogio", "critico", "1")]
    assert found[ALONE] == [("sat", "rede", "critico", "1"), ("sat", "relogio", "critico", "0")]
