"""The clients of the desk, and the search that never says that it was cut.

docs/reference/contracts/milvus.md §2.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.milvus.fields import BadBody, Body, from_one

Row = dict[str, Any]
QUERY = frozenset({"documento", "nome_fantasia", "status"})
PAGING = frozenset({"pagina", "total_registros"})
STATUS = {"1": (True,), "2": (False,), "3": (True, False)}


@dataclass
class ClientQuirks:
    """Manners of the client routes.

    `cap` cuts lists without a word. `pages`: "ok" (`pagina` works), "ignored" (always the same list) or "refused".
    `spelling`: a search finds a document only as it is stored ("stored") or in any form ("any").
    `old` accounts answer a few fields only. `no_doubles` refuses a second client with a document.
    """

    cap: int = 1000
    pages: str = "ok"
    spelling: str = "stored"
    old: bool = False
    no_doubles: bool = False


OLD = ("id", "nome_fantasia", "razao_social", "cnpj_cpf", "token", "equipes")


def found(
    rows: list[Row], query: Mapping[str, str], quirks: ClientQuirks, shown: Callable[[Row], bool] = lambda row: True
) -> list[Row]:
    """Return what a search answers; rows that are not `shown` yet are in no answer.

    Raises:
        BadBody: what is wrong with it.
    """
    if unknown := sorted(set(query) - QUERY - (PAGING if quirks.pages != "refused" else frozenset())):
        raise BadBody(f"Parâmetro desconhecido: {unknown[0]}")
    if query.get("status", "1") not in STATUS:
        raise BadBody("status inválido")
    status, name = STATUS[query.get("status", "1")], query.get("nome_fantasia", "").casefold()
    chosen = [
        row
        for row in _with_document(rows, query.get("documento"), quirks)
        if row["is_ativo"] in status and name in row["nome_fantasia"].casefold() and shown(row)
    ]
    place = from_one(query.get("pagina"), 1) if quirks.pages == "ok" else 1
    page = chosen[(place - 1) * quirks.cap :][: quirks.cap]
    return [{name: row[name] for name in OLD} for row in page] if quirks.old else page


def _with_document(rows: list[Row], document: str | None, quirks: ClientQuirks) -> list[Row]:
    # first of all, and with as little as can be for each row: an account may have many
    if document is None:
        return rows
    if quirks.spelling == "any":
        wanted = bare(document)
        return [row for row in rows if bare(row["cnpj_cpf"]) == wanted]
    return [row for row in rows if row["cnpj_cpf"] == document]


def bare(document: str) -> str:
    """Return a document without punctuation."""
    return re.sub(r"[^0-9A-Z]", "", document.upper())


def row_of(number: int, body: Body) -> Row:
    """Return the row of a new client."""
    person, company = body.get("cliente_pessoa_fisica"), body.get("cliente_pessoa_juridica") or {}
    name = person["nome"] if person else company["nome_fantasia"]
    return {
        "id": number,
        "razao_social": company.get("razao_social", name),
        "nome_fantasia": name,
        "cnpj_cpf": body["cliente_documento"],
        "inscricao_estadual": company.get("inscricao_estadual", ""),
        "is_fisica": person is not None,
        "is_ativo": body.get("cliente_ativo", True),
        "observacao": body.get("cliente_observacao", ""),
        "token": token_of(number),
        "equipes": [],
        "grupo_categorias": [],
    }


def token_of(number: int) -> str:
    """Return the short code of a client: six letters."""
    letters = []
    for _ in range(6):
        number, rest = divmod(number, 26)
        letters.append(chr(ord("A") + rest))
    return "".join(letters)
