"""Sizes as boxes write them, and the share of the memory that is used."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from alerts import Contexto
from alerts.sat.memoria import AlertaMemoria, octetos
from core.settings.sat import Thresholds

NOON = datetime(2026, 3, 10, 15, tzinfo=UTC)


def looked(usada: str | None, total: str | None = "1000", limites: Thresholds | None = None) -> AlertaMemoria:
    """Judge a box that says these sizes."""
    alerta = AlertaMemoria(SimpleNamespace(MT_TOTAL=total, MT_USADA=usada))
    alerta.contexto = Contexto(NOON, limites=limites)
    assert alerta.checar() is alerta.ativo
    return alerta


@pytest.mark.parametrize(
    ("texto", "bytes_"),
    [
        ("0", 0),
        ("7", 7),
        ("7 B", 7),
        ("7bytes", 7),
        ("1 byte", 1),
        ("2 KB", 2048),
        ("2kbyte", 2048),
        ("2 KBytes", 2048),
        ("1 MB", 1024**2),
        ("1 Mbyte", 1024**2),
        ("3 gb", 3 * 1024**3),
        ("\t8 GBYTES\n", 8 * 1024**3),
        ("1,5 KB", 1536),
        ("1.5 KB", 1536),
        ("9" * 18, 10**18),
        ("0.123456789", 0.123456789),
    ],
)
def test_a_size_is_read_in_any_of_the_units(texto: str, bytes_: float) -> None:
    assert octetos(texto) == bytes_


@pytest.mark.parametrize(
    "texto",
    [
        "",
        " ",
        "MB",
        "-1 MB",
        "+1 MB",
        "1 TB",
        "1 MiB",
        "1e3",
        "1,",
        ",5",
        "1.000,5 KB",
        "1 M B",
        "9" * 19,
        "0.1234567890",
    ],
)
def test_what_is_no_size_is_none(texto: str) -> None:
    assert octetos(texto) is None


@pytest.mark.parametrize(
    ("usada", "active", "severidade"),
    [("500", False, "aviso"), ("501", True, "aviso"), ("600", True, "aviso"), ("601", True, "critico")],
)
def test_the_limits_of_a_box_hold_in_the_place_of_the_usual(usada: str, active: bool, severidade: str) -> None:
    alerta = looked(usada, limites=Thresholds(memory_warning=0.5, memory_critical=0.6))
    assert (alerta.ativo, alerta.severidade) == (active, severidade)


@pytest.mark.parametrize(("usada", "total"), [(None, "8"), ("8", None), ("1001", "1000"), ("1", "0")])
def test_sizes_that_make_no_share_say_nothing(usada: str | None, total: str | None) -> None:
    alerta = looked(usada, total)
    assert (alerta.ativo, alerta.severidade, alerta.valores) == (False, "aviso", {"razao": None})
    assert not alerta.legivel()


def test_the_share_is_told_in_percent_as_people_here_write_it() -> None:
    assert looked("801").valores == {"razao": 0.801}
    assert looked("2", "3").valores == {"razao": 0.6667}
    assert "está 80,1 % cheia, desde 10/03/2026 12:00. " in looked("801").mensagem()
    assert looked("630").resolvido() == "A memória de trabalho do equipamento está 63 % cheia."
