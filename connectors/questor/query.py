"""Which of some documents the office already has: queries per emitter and month, page by page.

docs/reference/contracts/questor.md §4.
"""

import calendar
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from core.fiscal import cpf_valido

METHODS = {
    "nfe": "obternfeporfiltro",
    "nfce": "obternfceporfiltro",
    "cte": "obtercteporfiltro",
    "cteos": "obtercteosporfiltro",
    "cfe": "obtercfeporfiltro",
}
TAKE = 100
MOST_PAGES = 1000
BOTH_WAYS = 2

Page = Callable[[dict[str, Any]], Awaitable[list[str]]]


class Endless(Exception):
    """The pages repeat themselves or do not end."""


def by_month(chaves: Iterable[str]) -> dict[tuple[str, str], set[str]]:
    """Group keys by the emitter as it stands in them and the month of issue as AAMM."""
    groups: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for chave in chaves:
        groups[chave[6:20], chave[2:6]].add(chave)
    return groups


def has_month(chave: str) -> bool:
    """Tell whether a key names a month there is: its check digit alone does not say so."""
    return "01" <= chave[4:6] <= "12"


def emitters(filled: str) -> list[str]:
    """Return the documents an emitter may have: its CNPJ, and the CPF that zeros may have filled up to one."""
    cpf = filled[3:]
    return [filled, cpf] if filled.startswith("000") and cpf_valido(cpf) else [filled]


def search(clients: Iterable[str], aamm: str, skip: int) -> dict[str, Any]:
    """Return the filter of one page; a day more at both ends, because the server's zone may differ from the shop's."""
    year, month = 2000 + int(aamm[:2]), int(aamm[2:])
    first, last = date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
    return {
        "Client": list(clients),
        "DateEmissionStart": f"{first - timedelta(days=1):%d/%m/%Y}",
        "DateEmissionEnd": f"{last + timedelta(days=1):%d/%m/%Y}",
        "Type": BOTH_WAYS,
        "Take": TAKE,
        "Skip": skip,
        "Json": True,
    }


async def found_among(wanted: set[str], clients: list[str], aamm: str, page: Page) -> set[str]:
    """Return those of the wanted keys that one emitter's month lists; stops as soon as all are found.

    Raises:
        Endless: a page brings nothing new, or there are too many.
    """
    seen: set[str] = set()
    skip = usual = 0
    for _ in range(MOST_PAGES):
        keys = await page(search(clients, aamm, skip))
        # how much the server gives at most is not known: short is what is shorter than its first page
        usual = usual or len(keys)
        if keys and seen.issuperset(keys):
            raise Endless
        seen.update(keys)
        skip += len(keys)
        if len(keys) < usual or not keys or wanted <= seen:
            return wanted & seen
    raise Endless


def months(chaves: Iterable[str], clientes: Iterable[str]) -> Iterator[tuple[set[str], list[str], str]]:
    """Yield the arguments of `found_among` for all groups."""
    for (emitter, aamm), wanted in sorted(by_month(chaves).items()):
        yield wanted, list(dict.fromkeys([*emitters(emitter), *clientes])), aamm
