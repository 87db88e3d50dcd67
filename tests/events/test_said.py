"""What somebody says of a thing, whatever it is, in the words of an event."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from conftest import Configure
from support.acervo import frete, guardar, nota

from events.said import MOST_ROWS, TEXT_BYTES, About, own
from storage.models.documentos import Documento, NFe
from storage.session import reading

# Half past eleven in the evening of São Paulo.
LATE = datetime(2026, 11, 21, 2, 30, tzinfo=UTC)


def about(value: Any) -> About:
    return About({"x": value})


@pytest.mark.parametrize(
    ("sources", "names", "value"),
    [
        (({"a": 1}, {"a": 2}), ("a",), 1),
        (({"a": None}, {"a": 2}), ("a",), 2),
        ((None, {"a": 2}), ("a",), 2),
        ((SimpleNamespace(a=1), {"a": 2}), ("a",), 1),
        ((SimpleNamespace(b=1), {"a": 2}), ("a",), 2),
        # a source is asked for every name before the next one is
        (({"b": 1}, {"a": 2}), ("a", "b"), 1),
        (({"b": 1, "a": 3}, {"a": 2}), ("a", "b"), 3),
        (({"a": 0}, {"a": 2}), ("a",), 0),
        (({"a": ""},), ("a",), ""),
        (({},), ("a",), None),
        ((), ("a",), None),
    ],
)
def test_the_first_source_that_has_a_field_says_it(
    sources: tuple[object, ...], names: tuple[str, ...], value: object
) -> None:
    assert About(*sources).value(*names) == value


@pytest.mark.parametrize(("value", "text"), [("a", "a"), (7, "7"), (None, ""), ("", ""), (Decimal("1.50"), "1.50")])
def test_a_text_is_what_it_says(value: object, text: str) -> None:
    assert about(value).text("x") == text


def test_a_text_has_as_many_bytes_as_a_field_has_room_for() -> None:
    assert about("x" * TEXT_BYTES).text("x") == "x" * TEXT_BYTES
    cut = about("ç" * TEXT_BYTES).text("x")
    assert cut.endswith("ç…")
    assert len(cut.encode()) <= TEXT_BYTES


@pytest.mark.parametrize(
    ("value", "money"),
    [
        (Decimal("1234.50"), "1234.50"),
        ("10.00", "10.00"),
        (7, "7"),
        (Decimal("1E+3"), "1000"),
        (0, "0"),
        (None, "0"),
        ("R$ 10", "0"),
        ("NaN", "0"),
        ("Infinity", "0"),
        ("1e19", "1" + "0" * 19),
        ("1e20", "0"),
        ("1e-20", "0"),
        ("1e1000000", "0"),
    ],
)
def test_an_amount_is_a_plain_number(value: object, money: str) -> None:
    assert about(value).money("x") == money


@pytest.mark.parametrize(("value", "count"), [(3, 3), (0, 0), (None, 0), ("3", 0), (3.0, 0), ([1], 0)])
def test_what_is_no_number_counts_nothing(value: object, count: int) -> None:
    assert about(value).count("x") == count


@pytest.mark.parametrize(
    ("value", "day"),
    [
        (date(2026, 11, 20), "2026-11-20"),
        (LATE, "2026-11-20"),
        (LATE.replace(tzinfo=None), "2026-11-20"),
        (LATE + timedelta(minutes=30), "2026-11-21"),
        ("2026-11-20", "2026-11-20"),
        (None, ""),
    ],
)
def test_the_day_of_an_instant_is_the_installations(value: object, day: str) -> None:
    assert about(value).day("x") == day


def test_the_day_is_that_of_the_zone_that_is_set(configure: Configure) -> None:
    configure(core__timezone="UTC")
    assert about(LATE).day("x") == "2026-11-21"


@pytest.mark.parametrize(
    ("value", "instant"),
    [
        (LATE, "2026-11-21T02:30:00+00:00"),
        (LATE.replace(tzinfo=None), "2026-11-21T02:30:00+00:00"),
        (LATE.astimezone(timezone(timedelta(hours=-3))), "2026-11-20T23:30:00-03:00"),
        ("ontem", "ontem"),
        (None, ""),
    ],
)
def test_an_instant_has_an_offset(value: object, instant: str) -> None:
    assert about(value).instant("x") == instant


@pytest.mark.parametrize(
    ("issued", "minutes", "told"),
    [
        (LATE, -180, "2026-11-20T23:30:00-03:00"),
        (LATE, 0, "2026-11-21T02:30:00+00:00"),
        (LATE, None, "2026-11-21T02:30:00+00:00"),
        (LATE, 24 * 60, "2026-11-21T02:30:00+00:00"),
        (LATE, -24 * 60, "2026-11-21T02:30:00+00:00"),
        (LATE, 24 * 60 - 1, "2026-11-22T02:29:00+23:59"),
        (LATE, "-180", "2026-11-21T02:30:00+00:00"),
        ("2026-11-20", -180, "2026-11-20"),
        (None, -180, None),
        ("", -180, None),
    ],
)
def test_a_date_of_issue_has_the_offset_that_it_had(issued: object, minutes: object, told: str | None) -> None:
    assert About({"data_emissao": issued, "offset_minutos": minutes}).issued() == told


class TestReport:
    DAY = date(2026, 11, 20)

    def test_of_what_is_not_said_there_is_none(self) -> None:
        found = About().report(self.DAY)
        assert (found.dia, found.nfe_total, found.nfe_valor, found.alertas, found.serie) == (
            "2026-11-20",
            0,
            "0",
            [],
            [],
        )

    @pytest.mark.parametrize(
        ("said", "dia"),
        [
            ({"dia": date(2026, 11, 1)}, "2026-11-01"),
            ({"data": "2026-11-02"}, "2026-11-02"),
            ({"dia": ""}, "2026-11-20"),
        ],
    )
    def test_its_day_is_the_one_that_is_said(self, said: dict[str, object], dia: str) -> None:
        assert About(said).report(self.DAY).dia == dia

    def test_figures_are_those_of_the_thing(self) -> None:
        found = About({"nfe_total": 3, "nfe_valor": Decimal("10.50"), "cte_total": "muitos"}).report(self.DAY)
        assert (found.nfe_total, found.nfe_valor, found.cte_total) == (3, "10.50", 0)

    @pytest.mark.parametrize(
        ("value", "plain"),
        [
            (None, None),
            (True, True),
            (7, 7),
            (Decimal("1E+2"), "100"),
            (date(2026, 11, 20), "2026-11-20"),
            (LATE, "2026-11-21T02:30:00+00:00"),
            (1.5, "1.5"),
            ({"a": 1}, "{'a': 1}"),
        ],
    )
    def test_rows_are_of_types_that_json_knows(self, value: object, plain: object) -> None:
        assert About({"serie": [{"x": value}]}).report(self.DAY).serie == [{"x": plain}]

    @pytest.mark.parametrize("rows", [None, "texto", {"a": 1}, 7, [], ["texto", None]])
    def test_what_are_no_rows_are_none(self, rows: object) -> None:
        assert About({"alertas": rows}).report(self.DAY).alertas == []

    def test_of_too_many_rows_the_first_are_told(self) -> None:
        rows = tuple({1: number} for number in range(MOST_ROWS + 1))
        assert About({"serie": rows}).report(self.DAY).serie == [{"1": number} for number in range(MOST_ROWS)]


def test_only_a_documents_row_has_more_of_itself_elsewhere(sqlite: str) -> None:
    note, freight = guardar(nota(1)), guardar(frete(2))
    with reading() as db:
        found = own(db, db.get_one(Documento, note), NFe)
        assert (found and found.id) == note
        assert own(db, db.get_one(Documento, freight), NFe) is None
        for thing in (None, nota(1), SimpleNamespace(id=note), {"id": note}):
            assert own(db, thing, NFe) is None
