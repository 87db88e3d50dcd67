"""Lines as a box writes them: every field in its place, keys with their check digit."""

from datetime import UTC, date, datetime

import pytest

from core.chave_cfe import ChaveCFe
from sandbox.sat_wire import CAMPOS_STATUS, CNPJ, NSERIE, VAZIA, chave, pending, refusal_line, status_line

NOW = datetime(2026, 11, 25, 15, 30, 45, tzinfo=UTC)


def fields(**given: object) -> dict[str, str]:
    line = status_line(42, agora=NOW, **given)  # type: ignore[arg-type]
    return dict(zip(CAMPOS_STATUS, line.split("|"), strict=True))


def test_a_status_line_has_the_fields_of_the_specification_in_their_order() -> None:
    assert len(CAMPOS_STATUS) == 28
    found = fields()
    assert (found["numeroSessao"], found["EEEEE"], found["NSERIE"]) == ("000042", "10000", NSERIE)
    assert (found["DH_ATUAL"], found["LISTA_INICIAL"]) == ("20261125123045", VAZIA)


def test_the_clock_shown_is_that_of_the_shop() -> None:
    line = status_line(agora=NOW, zona="America/Manaus")
    assert line.split("|")[CAMPOS_STATUS.index("DH_ATUAL")] == "20261125113045"


@pytest.mark.parametrize(
    ("value", "written"),
    [(date(2026, 1, 2), "20260102"), (datetime(2026, 1, 2, 3, 4, 5), "20260102030405"), (None, ""), (7, "7")],  # noqa: DTZ001
)
def test_a_field_is_written_by_its_type(value: object, written: str) -> None:
    assert fields(DH_CFE=value)["DH_CFE"] == written


def test_a_field_that_there_is_not_is_a_mistake() -> None:
    with pytest.raises(TypeError, match="NADA"):
        status_line(NADA=1)


def test_a_refusal_has_five_fields() -> None:
    assert refusal_line("10098", "Ocupado", 7) == "000007|10098|Ocupado||"


@pytest.mark.parametrize(("ncf", "number"), [(1, 1), (999_999, 999_999), (1_000_000, 1), (0, 999_999)])
def test_a_key_is_valid_and_its_counter_goes_round(ncf: int, number: int) -> None:
    found = ChaveCFe.ler(chave(ncf))
    assert found is not None
    assert (found.numero, found.nserie, found.cnpj) == (number, NSERIE, CNPJ)


def test_what_a_box_holds_goes_from_the_oldest_to_the_newest() -> None:
    found = pending(3, 500)
    assert [ChaveCFe.ler(str(found[name])).numero for name in ("LISTA_INICIAL", "LISTA_FINAL")] == [498, 500]  # type: ignore[union-attr]
    assert found["ULTIMO_CF_E_SAT"] == found["LISTA_FINAL"]
    assert pending(0)["LISTA_INICIAL"] == VAZIA
