"""What a request must look like; anything else is refused with its reason.

docs/reference/contracts/questor.md §2, §4.
"""

import json
import re
from dataclasses import dataclass
from datetime import date
from typing import Any

CTE_EVENTOS = frozenset({"cte_evento"})
DOCUMENTOS = {
    "importarxmlnfearray": frozenset({"nfe", "nfce"}),
    "importarxmlctearray": frozenset({"cte"}),
    "importarxmlcteosarray": frozenset({"cteos"}),
    "importarxmlcfearray": frozenset({"cfe"}),
}
EVENTOS = {
    "importarxmlnfeeventarray": frozenset({"nfe_evento"}),
    "importarxmlcteeventarray": CTE_EVENTOS,
    "importarxmlcteoseventarray": CTE_EVENTOS,
    "importarxmlcfeeventarray": frozenset({"cfe_cancelamento"}),
}
TAMBEM_EMBRULHADOS = frozenset({"importarxmlcteosarray", "importarxmlcfearray"})
CAMPOS = {
    "Client": list,
    "DateEmissionStart": str,
    "DateEmissionEnd": str,
    "Type": int,
    "Take": int,
    "Skip": int,
    "Json": bool,
}


@dataclass(frozen=True)
class Pedido:
    """One item of an import."""

    xml: str
    format: bool


def itens(content_type: str, method: str, body: bytes) -> list[Pedido]:
    """Read the items of an import: a bare array, or wrapped for the methods of events.

    Raises:
        ValueError: what is wrong.
    """
    if content_type not in ("application/json", "text/plain"):
        raise ValueError("Content-Type não aceito")
    content = _json(body)
    wrapped = isinstance(content, dict) and set(content) == {"data"}
    if wrapped != (method in EVENTOS) and not (wrapped and method in TAMBEM_EMBRULHADOS):
        raise ValueError("O corpo não tem a forma deste método")
    listed = content["data"] if wrapped else content
    if not isinstance(listed, list) or not listed:
        raise ValueError("O corpo deve trazer ao menos um documento")
    return [_pedido(item) for item in listed]


def _pedido(item: Any) -> Pedido:
    if not isinstance(item, dict) or set(item) != {"Xml", "Format"}:
        raise ValueError("Cada item deve ter Xml e Format, e nada mais")
    if not isinstance(item["Xml"], str) or not isinstance(item["Format"], bool):
        raise ValueError("Xml deve ser texto e Format booleano")
    return Pedido(item["Xml"], item["Format"])


def consulta(body: bytes) -> dict[str, Any]:
    """Read the filter of a query.

    Raises:
        ValueError: what is wrong.
    """
    content = _json(body)
    search = content.get("search") if isinstance(content, dict) and set(content) == {"search"} else None
    if not isinstance(search, dict) or set(search) != set(CAMPOS):
        raise ValueError("A consulta deve ter search, com todos os campos e nenhum outro")
    for name, kind in CAMPOS.items():
        if type(search[name]) is not kind:
            raise ValueError(f"{name} tem o tipo errado")
    if not all(isinstance(one, str) for one in search["Client"]):
        raise ValueError("Client deve ter textos")
    for name in ("DateEmissionStart", "DateEmissionEnd"):
        if not _is_date(search[name]):
            raise ValueError(f"{name} não é dd/mm/aaaa")
    if search["Take"] < 1 or search["Skip"] < 0 or search["Type"] not in (0, 1, 2):
        raise ValueError("Take, Skip ou Type fora dos limites")
    return search


def _is_date(text: str) -> bool:
    found = re.fullmatch(r"([0-9]{2})/([0-9]{2})/([0-9]{4})", text)
    if found is None:
        return False
    try:
        date(int(found[3]), int(found[2]), int(found[1]))
    except ValueError:
        return False
    return True


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        raise ValueError("O corpo não é JSON") from None
