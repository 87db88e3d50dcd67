"""Certificates over HTTP: a file and its password come in, neither ever leaves."""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from support.api import Client, person
from support.consultas import rows
from support.ports import wait_until
from support.sefaz import EMPRESA, FILIAL, OUTRA

from core.fiscal import formatar_documento
from flows.empresas.managing import ativar, criar, desativar
from flows.usuarios.finding import caller_of
from sandbox.sefaz import Autoridade, Cliente
from storage.models.empresas import Empresa
from storage.models.pedidos import PedidoAPI
from storage.models.sefaz import ConsultaSEFAZ

PATH = "/api/certificados/"
NOW = datetime.now(UTC)
OTHER_PASSWORD = "uma-outra-qualquer"  # pragma: allowlist secret


@pytest.fixture(scope="module")
def autoridade(tmp_path_factory: pytest.TempPathFactory) -> Autoridade:
    return Autoridade(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="module")
def cliente(autoridade: Autoridade) -> Cliente:
    return autoridade.cliente(EMPRESA, fim=NOW + timedelta(days=100), uf="SP")


def send(client: Client, one: Cliente, **changed: Any) -> Any:
    fields = {"senha_pfx": one.senha, "nome": "Matriz", "cnpj": formatar_documento(EMPRESA)} | changed
    file = fields.pop("arquivo_pfx", one.pfx)
    files = {} if file is None else {"arquivo_pfx": ("a.pfx", file)}
    files |= {name: (None, value) for name, value in fields.items() if value is not None}
    return client.ask("POST", PATH, files=files)


def test_a_certificate_comes_in_with_its_company_and_neither_file_nor_password_leaves(
    ana: Client, cliente: Cliente, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    answer = send(ana, cliente)
    assert answer.status_code == 201, answer.text
    one = answer.json()
    assert (one["nome"], one["cnpj"], one["empresa"]) == ("Matriz", EMPRESA, EMPRESA)
    assert (one["emissor"], one["situacao"], one["ativo"], one["usuario_nome"]) == (
        "AC de Teste",
        "valido",
        True,
        "ana",
    )
    assert datetime.fromisoformat(one["validade_fim"]).date() - NOW.date() in [timedelta(days=99), timedelta(days=100)]
    assert (one["consulta_automatica"], one["intervalo_consulta"], one["ultima_consulta"]) == (False, 60, None)
    assert ana.get(PATH).json()["results"] == [one]
    assert ana.get(f"{PATH}{one['id']}/").json() == one
    (company,) = rows(Empresa)
    assert (company.cnpj, company.nome, company.uf) == (EMPRESA, "EMPRESA DE TESTE LTDA", "SP")
    wrong = send(ana, cliente, senha_pfx=OTHER_PASSWORD)
    wait_until(lambda: len(rows(PedidoAPI)) >= 4)
    written = [one.request_body + one.response_body + one.query_params for one in rows(PedidoAPI)]
    said = [answer.text, wrong.text, ana.get(PATH).text, caplog.text, *capfd.readouterr(), *written]
    assert not [where for where in said if cliente.senha in where or OTHER_PASSWORD in where]


def test_a_newer_one_takes_the_place_of_the_older_and_an_older_one_does_not(
    ana: Client, autoridade: Autoridade, cliente: Cliente
) -> None:
    first = send(ana, cliente).json()
    newer = send(ana, autoridade.cliente(EMPRESA, fim=NOW + timedelta(days=200)), nome="Nova")
    assert (newer.status_code, newer.json()["id"], newer.json()["nome"]) == (201, first["id"], "Nova")
    older = send(ana, cliente)
    assert (older.status_code, list(older.json())) == (409, ["detail"])
    assert ana.get(PATH).json()["results"] == [newer.json()]


def test_a_company_that_is_there_gets_it_and_each_user_has_their_own(url: str, ana: Client, cliente: Cliente) -> None:
    criar(FILIAL, nome="Filial", caller=caller_of("ana"))
    assert send(ana, cliente, cnpj=FILIAL).json()["empresa"] == FILIAL
    bia = person(url, "bia")
    assert send(bia, cliente).status_code == 201
    assert send(bia, cliente, cnpj=FILIAL, uf="rj").status_code == 201
    assert [(one.cnpj, one.nome, one.uf) for one in rows(Empresa)] == [
        (FILIAL, "Filial", "SP"),
        (EMPRESA, "EMPRESA DE TESTE LTDA", "SP"),
        (FILIAL, "EMPRESA DE TESTE LTDA", "RJ"),
    ]


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"arquivo_pfx": None}, "arquivo_pfx"),
    ({"arquivo_pfx": b""}, "arquivo_pfx"),
    ({"arquivo_pfx": b"nada"}, "arquivo_pfx"),
    ({"arquivo_pfx": b"x" * 300_000}, "arquivo_pfx"),
    ({"senha_pfx": OTHER_PASSWORD}, "senha_pfx"),
    ({"senha_pfx": None}, "senha_pfx"),
    ({"senha_pfx": "x" * 201}, "senha_pfx"),
    ({"senha_pfx": "a\0b"}, "senha_pfx"),
    ({"cnpj": OUTRA}, "cnpj"),
    ({"cnpj": "1"}, "cnpj"),
    ({"cnpj": None}, "cnpj"),
    ({"cnpj": "9" * 10_000}, "cnpj"),
    ({"nome": None}, "nome"),
    ({"nome": "  "}, "nome"),
    ({"nome": "x" * 201}, "nome"),
    ({"nome": "a\nb"}, "nome"),
    ({"uf": "XX"}, "uf"),
]


def test_what_is_wrong_is_told_by_its_field_and_nothing_is_kept(clara: Client, cliente: Cliente) -> None:
    for changed, field in WRONG:
        answer = send(clara, cliente, **changed)
        assert (answer.status_code, list(answer.json())) == (400, [field]), (field, answer.text)
    assert rows(Empresa) == []


def test_a_certificate_that_ended_is_refused(clara: Client, autoridade: Autoridade) -> None:
    over = autoridade.cliente(EMPRESA, inicio=NOW - timedelta(days=9), fim=NOW - timedelta(days=1))
    answer = send(clara, over)
    assert (answer.status_code, list(answer.json())) == (400, ["arquivo_pfx"])
    assert "venceu" in answer.text


BOUNDARY = "multipart/form-data; boundary=x"


def part(name: str, value: bytes = b"1", more: str = "") -> bytes:
    return f'--x\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'.encode() + value + b"\r\n"


FORMS: list[tuple[str | None, bytes, int]] = [
    ("application/json", b"{}", 415),
    (None, b"", 415),
    ("application/x-www-form-urlencoded", b"nome=a", 415),
    ("multipart/form-data", b"", 400),
    ("multipart/form-data; boundary=", b"--\r\n", 400),
    (BOUNDARY, b"", 400),
    (BOUNDARY, b"nada disto", 400),
    (BOUNDARY, part("nome") * 2 + b"--x--\r\n", 400),
    (BOUNDARY, b"".join(part(f"n{n}") for n in range(100)) + b"--x--\r\n", 400),
    (BOUNDARY, part("a", more='; filename="a"') + part("b", more='; filename="b"') + b"--x--\r\n", 400),
    (BOUNDARY, b"--x\r\n\r\nsem nome\r\n--x--\r\n", 400),
    (f"{BOUNDARY}; charset=idna", part("nome", b"xn--\xff" * 30) + b"--x--\r\n", 400),
    (f"{BOUNDARY}; charset=hex", part("nome", b"zz") + b"--x--\r\n", 400),
    (BOUNDARY, part("a", b"x" * 600_000), 413),
    (BOUNDARY, part("nome\udc80".encode("utf-8", "surrogatepass").decode("latin-1")) + b"--x--\r\n", 400),
]


def test_a_form_that_is_none_is_refused_before_it_is_read(clara: Client) -> None:
    for kind, body, status in FORMS:
        answer = clara.ask("POST", PATH, data=body, headers={"content-type": kind} if kind else {})
        assert answer.status_code == status, (kind, body[:60], answer.text)
        assert answer.json()
    nobody = Client(clara.url)
    assert nobody.ask("POST", PATH, data=b"x", headers={"content-type": "text/plain"}).status_code == 401


def test_files_are_opened_twenty_times_a_minute(clara: Client, broker: str, cliente: Cliente) -> None:
    answers = [send(clara, cliente, senha_pfx=OTHER_PASSWORD) for _ in range(21)]
    assert [one.status_code for one in answers] == [400] * 20 + [429]
    assert (answers[-1].json()["error"], int(answers[-1].headers["Retry-After"]) > 0) == ("Rate limit exceeded", True)
    assert clara.get(PATH).status_code == 200


def test_it_is_turned_off_and_on_and_asked_by_itself(ana: Client, cliente: Cliente) -> None:
    place = f"{PATH}{send(ana, cliente).json()['id']}/"
    for body, field, value in (
        ({"ativo": False}, "situacao", "desativado"),
        ({"ativo": True, "intervalo_consulta": 120}, "intervalo_consulta", 120),
        ({"consulta_automatica": True}, "consulta_automatica", True),
        ({}, "ativo", True),
    ):
        changed = ana.ask("PATCH", place, json=body)
        assert (changed.status_code, changed.json()[field]) == (200, value)
    for minutes in (59, 10**6, 2**70):
        answer = ana.ask("PATCH", place, json={"intervalo_consulta": minutes})
        assert (answer.status_code, list(answer.json())) == (400, ["intervalo_consulta"])


def test_a_consultation_is_asked_for_once_and_waits_also_without_a_broker(ana: Client, cliente: Cliente) -> None:
    place = f"{PATH}{send(ana, cliente).json()['id']}/consultar/"
    asked = {"tipo_documento": "NFE", "data_inicio": "2026-11-01", "data_fim": "2026-11-20"}
    first, again = ana.post(place, asked), ana.post(place, {"tipo_documento": "nfe"})
    assert (first.status_code, again.json()) == (202, first.json())
    (row,) = rows(ConsultaSEFAZ)
    assert first.json() == {"consulta_id": row.id}
    assert (row.tipo_documento, f"{row.data_inicio} {row.data_fim}") == ("NFE", "2026-11-01 2026-11-20")
    (shown,) = ana.get("/api/consultas/?status=pendente&tipo=nfe").json()["results"]
    assert (shown["id"], shown["status"], shown["certificado"]) == (row.id, "PENDENTE", "Matriz")
    for body, field in (
        ({}, "tipo_documento"),
        ({"tipo_documento": "NFCE"}, "tipo_documento"),
        ({"tipo_documento": "MDFE"}, "tipo_documento"),
        ({"tipo_documento": "NFE", "data_inicio": "0000-01-01"}, "data_inicio"),
        ({"tipo_documento": "NFE", "data_inicio": 5}, "data_inicio"),
        ({"tipo_documento": "NFE", "data_inicio": "2026-11-02", "data_fim": "2026-11-01"}, "data_fim"),
    ):
        answer = ana.post(place, body)
        assert (answer.status_code, list(answer.json())) == (400, [field]), answer.text
    for switch, status in ((desativar, 409), (ativar, 202)):
        switch(EMPRESA, caller_of("ana"))
        assert ana.post(place, asked).status_code == status


def test_nobody_meets_another_s_certificate(url: str, ana: Client, cliente: Cliente) -> None:
    bia, number = person(url, "bia"), send(ana, cliente).json()["id"]
    assert bia.get(PATH).json()["count"] == 0
    for method, tail, body in (
        ("GET", "/", None),
        ("PATCH", "/", {"ativo": False}),
        ("POST", "/consultar/", {"tipo_documento": "NFE"}),
    ):
        foreign, unknown = (bia.ask(method, f"{PATH}{one}{tail}", json=body) for one in (number, 987_654))
        assert (foreign.status_code, unknown.status_code) == (404, 404)
        assert foreign.text == unknown.text.replace("987654", str(number))
    assert ana.get(f"{PATH}{number}/").json()["ativo"]
    assert person(url, "chefe", staff=True).get(PATH).json()["results"][0]["usuario_nome"] == "ana"
