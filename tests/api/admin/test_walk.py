"""Every table of the admin, as shipped: only for staff, nothing changes by a link, nothing breaks by what is typed."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, text
from starlette.routing import Route
from support.sefaz import EMPRESA
from support.visiting import Visitor, visitor

from api.admin.late import built
from api.admin.table import Tabela
from flows.certificados import keeping
from flows.destinos import webhooks
from flows.empresas.managing import criar
from flows.sefaz.configuracao import Mudancas, configurar
from flows.usuarios import managing
from flows.usuarios.finding import caller_of
from sandbox.sefaz import Autoridade
from storage.session import engine
from storage.types import Encrypted, EncryptedBytes

# What an address may be asked with; "LONG" is longer than any field of ours, but shorter than what a server reads.
ODD_QUERIES = (
    "page=0",
    "page=-1",
    "page=1000000000",
    f"page={2**70}",
    "page=abc",
    "page=%00",
    "limit=0",
    f"limit={2**70}",
    "ordering=senha",
    "ordering=%2d%2did",
    "ordering=password_hash",
    "sortBy=secret_key&sort=desc",
    "search=%00",
    "search=%25_%5c%27",
    "search=" + "x" * 10_000,
    "depois=x",
    f"depois=1~{2**70}",
    "depois=2026-01-01T00:00:00~1",
    "pageSize=1000000",
)
ODD_NUMBERS = ("0", "-1", "abc", "1.5", "%00", str(2**63), str(2**70), "9" * 5000, "é", "1%2F..")


def views() -> list[Tabela]:
    return list(built().views)  # type: ignore[arg-type]


def routes() -> dict[tuple[str, str], None]:
    """Return every path of the admin, of every table and action, each with the ways to ask for it."""
    found = {}
    for view in views():
        for route in built().admin.router.routes:
            assert isinstance(route, Route)
            for name in [one.nome for one in view.acoes] or ["testar"]:
                path = route.path.replace("{identity}", view.caminho).replace("{pk}", "1").replace("{name}", name)
                for method in ("GET", "HEAD", "POST"):
                    found[method, f"/admin{path}"] = None
    return found


@pytest.fixture
def state() -> Any:
    """What the database holds, but for sessions and who used them when."""

    def look() -> dict[str, list[str]]:
        with engine().connect() as db:
            names = set(inspect(db).get_table_names()) - {"sessao", "pedido_api"}
            return {name: [repr(row) for row in db.execute(text(f'SELECT * FROM "{name}"'))] for name in names}

    return look


@pytest.fixture
def webhook(light: str) -> int:
    managing.criar("dono")
    said = webhooks.Dito(nome="ERP", url="https://erp.example/x", eventos=["nfe_importada"], ativo=True)
    return webhooks.criar(said, caller_of("dono")).id


@pytest.fixture
def changeable(webhook: int, tmp_path: Path) -> None:
    """A row, the first, in each table that can be changed, switched on where it can be."""
    own = Mudancas(consulta_automatica_ativa=True, notificar_email=True, email_notificacao="dono@exemplo.com.br")
    configurar(own, caller_of("dono"))
    criar(EMPRESA)
    one = Autoridade(tmp_path).cliente(EMPRESA, fim=datetime.now(UTC) + timedelta(days=100))
    keeping.adicionar(keeping.Arquivo(one.pfx, one.senha, EMPRESA, None, "Matriz"))
    keeping.automatizar(EMPRESA, None, on=True, intervalo=90)


def test_nothing_changes_by_a_link_or_by_another_page(light: str, webhook: int, changeable: None, state: Any) -> None:
    staff = visitor(light, staff=True)
    assert all(staff.get(f"/admin/{view.caminho}/edit/1").status_code == 200 for view in views() if view.campos)
    before = state()
    for method, path in routes():
        cross = {"sec-fetch-site": "cross-site", "origin": "https://outro.example"}
        fields = {"pks": str(webhook), "nome": "outro", "url": "https://outro.example", "eventos": "nfe_importada"}
        if method != "POST":
            assert staff.ask(method, path, params=fields, headers=cross).status_code < 500, (method, path)
            continue
        for sent, headers in (
            (fields, {}),
            (fields | {"csrf": "0" * 64}, {}),
            (fields | {"csrf": staff.csrf}, cross),
            (fields | {"csrf": staff.csrf}, {"origin": "null"}),
        ):
            assert staff.ask(method, path, data=sent, headers=headers).status_code == 403, (method, path)
    assert state() == before


def test_who_is_no_staff_sees_nothing_and_does_nothing(light: str, webhook: int, state: Any) -> None:
    user, nobody = visitor(light), Visitor(light)
    before = state()
    for method, path in routes():
        fields = {"csrf": user.csrf, "pks": str(webhook)} if method == "POST" else None
        assert user.ask(method, path, data=fields).status_code == 403, (method, path)
        assert nobody.ask(method, path, data=fields).status_code == (401 if method == "POST" else 303), path
    assert state() == before


def test_whatever_an_address_is_asked_with_the_answer_is_no_fault_of_ours(url: str) -> None:
    staff = visitor(url, staff=True)
    for view in views():
        odd = [f"{filtro.nomes[0]}={value}" for filtro in view.filtros for value in ("%00", "x" * 10_000, "2026-02-30")]
        for query in (*ODD_QUERIES, *odd):
            answer = staff.get(f"/admin/{view.caminho}/list?{query}")
            assert answer.status_code in (200, 400, 404), (view.caminho, query[:60], answer.status_code)
        for number in ODD_NUMBERS:
            for path in ("details", "edit"):
                assert staff.get(f"/admin/{view.caminho}/{path}/{number}").status_code in (400, 404), (path, number)
            assert staff.send(f"/admin/{view.caminho}/edit/{number}").status_code in (400, 404), number
            for action in view.acoes:
                path = f"/admin/{view.caminho}/action/{action.nome}"
                assert staff.send(path, pks=number).status_code in (400, 404), (action.nome, number)
    for path in ("x/list", "x/details/1", "webhook/action/x", "webhook/x", "%00/list", "statics/x", "login", "logout"):
        assert staff.get(f"/admin/{path}").status_code in (404, 405)
    for query in ODD_QUERIES:
        assert staff.send(f"/admin/webhook/export?{query}").status_code in (200, 400), query[:60]
    for query in ("page=1000000000", f"page={2**70}"):
        assert staff.get(f"/admin/nfe/list?{query}").status_code == 404
    for query in ("ordering=senha", "search=%00", "page=abc", "search=" + "x" * 10_000):
        assert staff.get(f"/admin/nfe/list?{query}").status_code == 400


def test_no_table_names_what_is_encrypted_or_a_password() -> None:
    for view in views():
        for column in (*view.colunas, *view.detalhes):
            kind = getattr(column.de, "type", None)
            assert not isinstance(kind, (Encrypted, EncryptedBytes)), (view.caminho, column.nome)
            assert getattr(column.de, "key", "") not in {"password_hash", "hash"}, (view.caminho, column.nome)


def test_the_tables_of_the_contract_are_there() -> None:
    assert {view.caminho for view in views()} >= {
        "webhook",
        "webhooklog",
        "certificadodigital",
        "consultasefaz",
        "configuracaoconsulta",
        "apirequestlog",
        "nfe",
        "nfeitem",
        "cte",
        "importlog",
        "auditoria",
    }
