"""The list of tickets: filter, status, order, and pages in the dialect of the account.

docs/reference/contracts/milvus.md §3.2.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.milvus.fields import BadBody, from_one

Row = dict[str, Any]
FORM = "%Y-%m-%d %H:%M:%S"
FINALIZADO, TODOS, ABERTOS = 4, 10, 9
STATUS = {
    1: "AgAtendimento",
    2: "Atendendo",
    3: "Pausado",
    FINALIZADO: "Finalizado",
    5: "Conferencia",
    6: "Agendado",
    7: "Expirado",
    ABERTOS: "ChamadosAbertos",
    TODOS: "Todos",
    11: "AgSolucao",
    13: "AbertosNaoAgendados",
    14: "SemTecnico",
}
SAME = ("codigo", "cliente_token", "mesa_trabalho", "setor", "categoria_primaria", "categoria_secundaria")
PART = ("assunto", "cliente")
FILTER = frozenset({*SAME, *PART, "status", "data_hora_criacao_inicial", "data_hora_criacao_final"})
DIALECTS = {"pagina": ("pagina", "total_registros"), "page": ("page", "per_page")}
ORDER = frozenset({"is_descending", "order_by"})
PARAMETERS = frozenset({*ORDER, "is_paginate", *(name for pair in DIALECTS.values() for name in pair)})


@dataclass
class ListQuirks:
    """Manners of the list.

    `dialect` is which names of parameters count, the others are ignored, or refused with `strict`; `place` is where
    they are read: body, query or either. `cap` is the longest page. `sizes` False: pages of `cap` whatever is asked.
    `pages` False: always the first one. `hides_closed`: unless a status is asked for. `key` is the name of the list.
    """

    dialect: str = "pagina"
    strict: bool = False
    place: str = "either"
    cap: int = 1000
    sizes: bool = True
    pages: bool = True
    hides_closed: bool = True
    tells_total: bool = True
    filters: bool = True
    brazilian_dates: bool = False
    key: str = "lista"


def listed(rows: list[Row], body: Mapping[str, Any], query: Mapping[str, str], quirks: ListQuirks) -> dict[str, Any]:
    """Return the answer to a listing.

    Raises:
        BadBody: what is wrong with it.
    """
    asked = _parameters(body, query, quirks)
    fits = _filter(body.get("filtro_body", {}), quirks) if quirks.filters else None
    found = [row for row in rows if fits is None or fits(row)]
    found.sort(key=lambda row: int(row["codigo"]), reverse=_descending(asked))
    page_name, size_name = DIALECTS[quirks.dialect]
    size = min(from_one(asked.get(size_name), 50), quirks.cap) if quirks.sizes else quirks.cap
    page = from_one(asked.get(page_name), 1) if quirks.pages else 1
    shown = found[(page - 1) * size :][:size]
    paginate = {
        "current_page": str(page),
        "total": len(found),
        "from": (page - 1) * size + 1,
        "to": (page - 1) * size + len(shown),
        "last_page": max(-(-len(found) // size), 1),
        "per_page": size,
    }
    meta = {"meta": {"paginate": paginate}} if quirks.tells_total else {}
    return {**meta, quirks.key: [_shown(row, quirks) for row in shown]}


def _parameters(body: Mapping[str, Any], query: Mapping[str, str], quirks: ListQuirks) -> dict[str, Any]:
    given = {name: value for name, value in body.items() if name != "filtro_body"}
    if unknown := sorted({*given, *query} - PARAMETERS):
        raise BadBody(f"Parâmetro desconhecido: {unknown[0]}")
    if quirks.strict and (foreign := {*given, *query} - {*DIALECTS[quirks.dialect], *ORDER, "is_paginate"}):
        raise BadBody(f"Parâmetro desconhecido: {min(foreign)}")
    if not isinstance(body.get("filtro_body", {}), dict) or set(body.get("filtro_body", {})) - FILTER:
        raise BadBody("filtro_body inválido")
    return {"body": given, "query": dict(query), "either": {**query, **given}}[quirks.place]


def _descending(asked: Mapping[str, Any]) -> bool:
    """Tell which way round; this list knows no other order than by number."""
    if asked.get("order_by", "codigo") != "codigo":
        raise BadBody("order_by inválido")
    way = str(asked.get("is_descending", True)).lower()
    if way not in ("true", "false"):
        raise BadBody("is_descending inválido")
    return way == "true"


def _filter(wanted: Mapping[str, Any], quirks: ListQuirks) -> Callable[[Row], bool]:
    """Read a filter whole before any row is put to it: what is wrong with it is refused where there is none too."""
    begin, end = (_moment(wanted.get(f"data_hora_criacao_{edge}")) for edge in ("inicial", "final"))
    status = _status(wanted.get("status"), quirks)
    return lambda row: (
        all(str(row[name]) == str(wanted[name]) for name in SAME if name in wanted)
        and all(str(wanted[name]).casefold() in row[name].casefold() for name in PART if name in wanted)
        and (begin is None or row["data_criacao"] >= begin)
        and (end is None or row["data_criacao"] <= end)
        and _has_status(row, status)
    )


def _status(wanted: Any, quirks: ListQuirks) -> str:
    if wanted in (None, ""):
        return STATUS[ABERTOS if quirks.hides_closed else TODOS]
    number = int(wanted) if str(wanted).isdecimal() else None
    if number not in STATUS and wanted not in STATUS.values():
        raise BadBody("status inválido")
    return STATUS[number] if number in STATUS else str(wanted)


def _has_status(row: Row, name: str) -> bool:
    if name == STATUS[TODOS]:
        return True
    closed = row["status"] == STATUS[FINALIZADO]
    return not closed if name == STATUS[ABERTOS] else bool(row["status"] == name)


def _moment(text: Any) -> str | None:
    if text is None:
        return None
    if not re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", str(text)):
        raise BadBody("Data inválida")
    return str(text)


def _shown(row: Row, quirks: ListQuirks) -> Row:
    if not quirks.brazilian_dates:
        return dict(row)
    day, hour = row["data_criacao"].split()
    return row | {"data_criacao": f"{'/'.join(reversed(day.split('-')))} {hour}"}
