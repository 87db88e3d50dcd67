"""The list of tickets: filter, status, order, and pages in the dialect of the account.

docs/reference/contracts/milvus.md §3.2.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.milvus.fields import BadBody

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
    found = [row for row in rows if not quirks.filters or _fits(row, body.get("filtro_body", {}), quirks)]
    found.sort(key=lambda row: int(row["codigo"]), reverse=str(asked.get("is_descending", True)).lower() != "false")
    page_name, size_name = DIALECTS[quirks.dialect]
    size = min(_number(asked.get(size_name), 50), quirks.cap) if quirks.sizes else quirks.cap
    page = _number(asked.get(page_name), 1) if quirks.pages else 1
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


def _fits(row: Row, wanted: Mapping[str, Any], quirks: ListQuirks) -> bool:
    begin, end = wanted.get("data_hora_criacao_inicial"), wanted.get("data_hora_criacao_final")
    return (
        all(str(row[name]) == str(wanted[name]) for name in SAME if name in wanted)
        and all(str(wanted[name]).casefold() in row[name].casefold() for name in PART if name in wanted)
        and (begin is None or row["data_criacao"] >= _moment(begin))
        and (end is None or row["data_criacao"] <= _moment(end))
        and _has_status(row, wanted.get("status"), quirks)
    )


def _has_status(row: Row, wanted: Any, quirks: ListQuirks) -> bool:
    if wanted in (None, "") and not quirks.hides_closed:
        return True
    number = ABERTOS if wanted in (None, "") else int(wanted) if str(wanted).isdigit() else None
    if number not in STATUS and wanted not in STATUS.values():
        raise BadBody("status inválido")
    name = STATUS[number] if number in STATUS else str(wanted)
    if name == STATUS[TODOS]:
        return True
    closed = row["status"] == STATUS[FINALIZADO]
    return not closed if name == STATUS[ABERTOS] else bool(row["status"] == name)


def _moment(text: Any) -> str:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", str(text)):
        raise BadBody("Data inválida")
    return str(text)


def _number(value: Any, default: int) -> int:
    if value is None:
        return default
    if not str(value).isdigit() or int(value) < 1:
        raise BadBody("Número inválido")
    return int(value)


def _shown(row: Row, quirks: ListQuirks) -> Row:
    if not quirks.brazilian_dates:
        return dict(row)
    day, hour = row["data_criacao"].split()
    return row | {"data_criacao": f"{'/'.join(reversed(day.split('-')))} {hour}"}
