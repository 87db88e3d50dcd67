"""Which filter is asked for which keys, and when the pages are at an end."""

import asyncio
from typing import Any

import pytest

from connectors.questor import query
from connectors.questor.query import Endless, emitters, found_among, months, search
from sandbox.questor.documentos import CNPJ, documento

KEYS = [documento("nfe", n).chave for n in range(250)]


@pytest.mark.parametrize(
    ("aamm", "begin", "end"),
    [
        ("2601", "31/12/2025", "01/02/2026"),
        ("2402", "31/01/2024", "01/03/2024"),
        ("2502", "31/01/2025", "01/03/2025"),
        ("2512", "30/11/2025", "01/01/2026"),
        ("0009", "31/08/2000", "01/10/2000"),
        ("9912", "30/11/2099", "01/01/2100"),
    ],
)
def test_a_month_is_asked_with_a_day_more_at_both_ends(aamm: str, begin: str, end: str) -> None:
    wanted = {"Client": ["1"], "DateEmissionStart": begin, "DateEmissionEnd": end, "Type": 2, "Take": 100, "Skip": 7}
    assert search(["1"], aamm, 7) == wanted | {"Json": True}


@pytest.mark.parametrize(
    ("filled", "wanted"),
    [
        (CNPJ, [CNPJ]),
        ("00052998224725", ["00052998224725", "52998224725"]),
        ("00000000000191", ["00000000000191", "00000000191"]),
        ("00012345678901", ["00012345678901"]),
    ],
)
def test_an_emitter_filled_with_zeros_may_be_a_person(filled: str, wanted: list[str]) -> None:
    assert emitters(filled) == wanted


def test_receivers_are_asked_for_besides_the_emitter() -> None:
    ((wanted, clients, aamm),) = months(KEYS[:2], ["2", CNPJ, "2"])
    assert (wanted, clients, aamm) == (set(KEYS[:2]), [CNPJ, "2"], "2601")


def run(wanted: set[str], longest: int, listed: list[str], *, ignore_skip: bool = False) -> tuple[set[str], int]:
    asked: list[int] = []

    async def page(search: dict[str, Any]) -> list[str]:
        asked.append(search["Skip"])
        begin = 0 if ignore_skip else search["Skip"]
        return listed[begin : begin + min(longest, search["Take"])]

    return asyncio.run(found_among(wanted, [CNPJ], "2601", page)), len(asked)


@pytest.mark.parametrize(
    ("longest", "amount", "pages"),
    [(100, 0, 1), (100, 99, 2), (100, 100, 2), (100, 101, 2), (100, 250, 3), (40, 100, 3), (40, 80, 3), (1, 3, 4)],
)
def test_all_pages_are_read_for_a_key_that_is_not_there(longest: int, amount: int, pages: int) -> None:
    assert run({"x"}, longest, KEYS[:amount]) == (set(), pages)


def test_no_more_pages_are_read_once_all_are_found() -> None:
    assert run(set(KEYS[:3]), 100, KEYS) == (set(KEYS[:3]), 1)


def test_a_server_that_repeats_its_pages_is_noticed() -> None:
    with pytest.raises(Endless):
        run({"x"}, 100, KEYS, ignore_skip=True)


def test_pages_that_do_not_end_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query, "MOST_PAGES", 3)
    with pytest.raises(Endless):
        run({"x"}, 10, KEYS)
