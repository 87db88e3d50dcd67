"""No answer of one user holds anything of another's, whatever is asked, read or written: every route there is.

A route that is new has no row here, and fails until somebody says what of it is whose.
"""

import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import Configure
from jsonschema import Draft202012Validator
from requests import Response
from sqlalchemy import select
from support.api import served
from support.tenants import ANA, BIA, CHEFE, MARKS, PASSWORD, Mundo, mundo

from api.app import app
from core.clock import SYSTEM
from storage.metadata import metadata
from storage.session import reading

DESCRIBED: dict[str, Any] = app.openapi()
USERS = (ANA, BIA)
SINCE = (SYSTEM.now() - timedelta(days=1)).isoformat()
# What is written of every request, and what its passing leaves in a token.
BESIDES = {"pedido_api", "token_api"}


@dataclass(frozen=True)
class Linha:
    """What a route is asked: for a row of a `kind`, by its number or in the body; `own` and `foreign` are the answers.

    `asks` are ends of the address; `{meu}` and `{outro}` are the words of who asks and of the other. With `shows` the
    first answer holds the own word: the row is there, and the route would show it.
    """

    kind: str | None = None
    asks: tuple[str, ...] = ("",)
    body: Callable[[dict[str, Any]], Any] | None = None
    files: bool = False
    own: int = 200
    foreign: int = 404
    shows: bool = True


LIST = ("", "?search={outro}", "?limit=1")
SILENT = Linha(shows=False)
FREE: dict[str, Linha] = {
    "GET /saude/": SILENT,
    "GET /prontidao/": SILENT,
    "GET /api/": SILENT,
    "POST /api/auth/login/": Linha("usuario", body=lambda one: one | {"password": PASSWORD}, shows=False, foreign=200),
    "GET /api/integracoes/eventos/": SILENT,
}
OF_USERS: dict[str, Linha] = {
    "GET /api/nfe/": Linha(asks=LIST),
    "GET /api/nfe/totais/": Linha(asks=LIST, shows=False),
    "GET /api/nfe/por_emitente/": Linha(asks=LIST),
    "GET /api/nfe/{id}/": Linha("nfe"),
    "GET /api/nfe/{id}/xml": Linha("nfe"),
    "GET /api/cte/": Linha(asks=LIST),
    "GET /api/cte/totais/": Linha(asks=LIST, shows=False),
    "GET /api/cte/rotas/": Linha(asks=LIST, shows=False),
    "GET /api/cte/{id}/": Linha("cte"),
    "GET /api/cte/{id}/xml": Linha("cte"),
    "GET /api/logs/": Linha(),
    "GET /api/logs/{id}/": Linha("log"),
    "GET /api/dashboard/": Linha(),
    "GET /api/statistics/": Linha(),
    "GET /api/search/": Linha(asks=("?q={meu}", "?q={outro}")),
    "GET /api/webhooks/": Linha(),
    "POST /api/webhooks/": Linha(
        body=lambda _: {"nome": "novo", "url": "https://erp.exemplo.com.br/x", "eventos": "nfe_importada"},
        own=201,
        shows=False,
    ),
    "GET /api/webhooks/estatisticas/": SILENT,
    "GET /api/webhooks/{id}/": Linha("webhook"),
    "PUT /api/webhooks/{id}/": Linha("webhook", body=lambda _: {"timeout": 20}),
    "PATCH /api/webhooks/{id}/": Linha("webhook", body=lambda _: {"timeout": 25}),
    "DELETE /api/webhooks/{id}/": Linha("webhook", own=204, shows=False),
    "POST /api/webhooks/{id}/testar/": Linha("webhook", own=400),
    "GET /api/webhooks/{id}/logs/": Linha("webhook"),
    "POST /api/webhooks/{id}/reenviar/": Linha("webhook", body=lambda _: {"desde": SINCE}, shows=False),
    "POST /api/integracoes/testar/": Linha("webhook", body=lambda one: {"webhook_id": one["id"]}, own=400),
    "POST /api/integracoes/disparar/": Linha(body=lambda _: {"evento": "nfe_importada"}, shows=False),
    "GET /api/entregas/": Linha(asks=("", "?estado=esgotado")),
    "GET /api/entregas/{id}/": Linha("entrega"),
    "POST /api/entregas/{id}/reenviar/": Linha("entrega", shows=False),
    "GET /api/certificados/": Linha(),
    "POST /api/certificados/": Linha(files=True, own=201),
    "GET /api/certificados/{id}/": Linha("certificado"),
    "PATCH /api/certificados/{id}/": Linha("certificado", body=lambda _: {"intervalo_consulta": 90}),
    "POST /api/certificados/{id}/consultar/": Linha(
        "certificado", body=lambda _: {"tipo_documento": "CTE"}, own=202, shows=False
    ),
    "GET /api/consultas/": Linha(),
    "GET /api/consultas/{id}/": Linha("consulta"),
    "POST /api/consultas/{id}/importar/": Linha("consulta", own=202, shows=False),
    "GET /api/consultas/{id}/exportar.csv": Linha("consulta"),
    "GET /api/consultas/{id}/xmls.zip": Linha("consulta"),
    "POST /api/documento/{id}/importar/": Linha("documento", own=409, foreign=403, shows=False),
    "GET /api/configuracao/": Linha(),
    "PUT /api/configuracao/": Linha(body=lambda _: {"timeout_consulta": 120}),
    "GET /api/destinos/": Linha(),
    "GET /api/destinos/{id}/": Linha("webhook"),
    "GET /api/destinos/{id}/saude/": Linha("webhook"),
    "POST /api/destinos/{id}/testar/": Linha("webhook"),
    "POST /api/destinos/{id}/testar-filtro/": Linha("webhook", body=lambda _: {"evento": "nfe_importada"}, shows=False),
    "POST /api/destinos/{id}/reenviar/": Linha("webhook", body=lambda _: {"desde": SINCE, "tudo": True}, shows=False),
    "POST /api/destinos/{id}/pausar/": Linha("webhook"),
    "POST /api/destinos/{id}/retomar/": Linha("webhook"),
}
OF_THE_OPERATOR: dict[str, Linha] = {
    "GET /api/sat/": Linha(),
    "GET /api/sat/{nome}/": Linha("caixa"),
    "GET /api/sat/{nome}/leituras/": Linha("caixa"),
    "POST /api/sat/{nome}/leituras/": Linha(
        "caixa", body=lambda _: {"leituras": [{"erro": "x"}]}, own=409, shows=False
    ),
    "GET /api/alertas/": Linha(asks=("", "?todos=true", "?fonte=sat")),
    "GET /api/alertas/{id}/": Linha("alerta"),
    "POST /api/alertas/{id}/reconhecer/": Linha("alerta"),
    "GET /api/filas/": Linha(),
    "GET /api/filas/{conta}/": Linha("fila"),
    "GET /api/filas/{conta}/linhas/": Linha("fila"),
    "POST /api/filas/{conta}/reprocessar/": Linha("fila", body=lambda _: {}, shows=False),
    "GET /api/sync/": Linha(),
    "GET /api/sync/{conta}/{fluxo}/": Linha("sync"),
    "GET /api/sync/{conta}/pendencias/": Linha("sync", asks=("", "?fluxo=tarefas")),
    "DELETE /api/sync/{conta}/pendencias/{numero}/": Linha("sync", own=204, shows=False),
    "POST /api/sync/{conta}/pendencias/repetir/": Linha("sync", body=lambda _: {"ids": []}, shows=False),
    "GET /api/lotes/": Linha(),
    "GET /api/lotes/{id}/": Linha("lote"),
    "POST /api/lotes/{id}/pausar/": Linha("lote"),
    "POST /api/lotes/{id}/retomar/": Linha("lote"),
    "POST /api/lotes/{id}/repetir/": Linha("lote", body=lambda _: {"estado": "recusado"}, shows=False),
}
# For monitors of networks that are named, whoever asks from there; from elsewhere for the operator.
OF_MONITORS = {"GET /metricas": Linha()}
MATRIX = FREE | OF_USERS | OF_THE_OPERATOR | OF_MONITORS


def test_every_route_has_its_row() -> None:
    """Say of a new route whose rows it shows: `Linha` of this file."""
    paths = DESCRIBED["paths"].items()
    assert {f"{method.upper()} {path}" for path, ways in paths for method in ways} == set(MATRIX)


@pytest.fixture
def todos(sqlite: str, broker: str, loopback: None, configure: Configure, tmp_path: Path) -> Iterator[Mundo]:
    configure(api__rate_limit="1000000")
    with served() as url:
        yield mundo(url, configure, tmp_path)


def test_nobody_meets_anything_of_another_s(todos: Mundo) -> None:
    for name, other in ((ANA, BIA), (BIA, ANA)):
        before = kept()
        for route, row in (OF_USERS | FREE).items():
            if row.kind is not None and row.foreign >= 400:
                foreign(todos, route, row, name, other, other)
        for route, row in OF_THE_OPERATOR.items():
            if row.kind is not None:
                foreign(todos, route, row, name, CHEFE, other)
            else:
                own(todos, route, row, name, shows=False)
        assert kept() == before, f"{name} changed something"
    for name in USERS:
        # what is removed is removed last, and the other's rows outlive it
        for route, row in sorted((FREE | OF_USERS).items(), key=lambda one: one[0].startswith("DELETE")):
            own(todos, route, row, name, shows=row.shows)
    for route, row in sorted(OF_THE_OPERATOR.items(), key=lambda one: one[0].startswith(("POST", "DELETE"))):
        own(todos, route, row, CHEFE, shows=row.shows)


def test_figures_of_all_are_nobody_s_but_the_operator_s(todos: Mundo, configure: Configure) -> None:
    configure(api__metrics_networks='["192.0.2.0/24"]')
    for route, row in OF_MONITORS.items():
        assert [ask(todos, route, row, name, name, "").status_code for name in (ANA, BIA, CHEFE)] == [401, 401, 200]


def own(todos: Mundo, route: str, row: Linha, name: str, *, shows: bool) -> None:
    """Ask for what is one's own; nothing of anybody else is in it."""
    other = {ANA: BIA, BIA: ANA, CHEFE: ANA}[name]
    for end in row.asks:
        answer = ask(todos, route, row, name, name, end.format(meu=MARKS[name], outro=MARKS[other]))
        text, where = readable(answer), f"{name}: {route}{end}"
        assert answer.status_code == row.own, f"{where}: {answer.status_code} {text[:300]}"
        assert not shows or end != row.asks[0] or MARKS[name] in text, f"{where} does not show its own"
        assert name == CHEFE or not met(text, name), f"{where} shows another's: {text[:500]}"


def foreign(todos: Mundo, route: str, row: Linha, name: str, whose: str, other: str) -> None:
    """Ask for what is another's by its number."""
    for end in row.asks:
        answer = ask(todos, route, row, name, whose, end.format(meu=MARKS[name], outro=MARKS[other]))
        text, where = readable(answer), f"{name}: {route}{end} of {whose}"
        assert answer.status_code == row.foreign, f"{where}: {answer.status_code} {text[:300]}"
        assert not met(text, name), f"{where} shows another's: {text[:500]}"


def ask(todos: Mundo, route: str, row: Linha, name: str, whose: str, end: str) -> Response:
    method, path = route.split(" ")
    numbers = todos.ids[whose].get(row.kind, {}) if row.kind else {}
    how: dict[str, Any] = {"json": row.body(numbers)} if row.body else {}
    if row.files:
        one = todos.clientes[name]
        fields = {"senha_pfx": one.senha, "nome": MARKS[name], "cnpj": one.cnpj}
        how["files"] = {"arquivo_pfx": ("a.pfx", one.pfx)} | {key: (None, said) for key, said in fields.items()}
    answer = todos.clients[name].ask(method, path.format(**numbers) + end, **how)
    conforms(DESCRIBED["paths"][path][method.lower()], answer, route)
    return answer


def conforms(operation: dict[str, Any], answer: Response, route: str) -> None:
    """Every answer is one that the description tells of."""
    content = operation["responses"][str(answer.status_code)].get("content", {})
    media = answer.headers.get("content-type", "").partition(";")[0]
    assert media in content or not answer.content, f"{route}: {answer.status_code} {media} is not described"
    if answer.content and media == "application/json":
        schema = content[media]["schema"] | {"components": DESCRIBED["components"]}
        faults = [one.message for one in Draft202012Validator(schema).iter_errors(answer.json())]
        assert faults == [], f"{route}: {answer.status_code} is described otherwise"


def readable(answer: Response) -> str:
    """Return what somebody sees who looks into an answer, also into an archive."""
    if answer.headers.get("content-type") != "application/zip":
        return answer.content.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        return " ".join(f"{one} {archive.read(one).decode()}" for one in archive.namelist())


def met(text: str, name: str) -> list[str]:
    """Return the words of others that stand in a text."""
    return [mark for who, mark in MARKS.items() if who != name and mark in text.lower()]


def kept() -> dict[str, list[str]]:
    """Return every row there is."""
    tables = [table for table in metadata().sorted_tables if table.name not in BESIDES]
    with reading() as db:
        return {table.name: sorted(map(repr, db.execute(select(table)))) for table in tables}
