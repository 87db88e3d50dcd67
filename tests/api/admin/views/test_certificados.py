"""Certificates in the admin: taken in, replaced, turned off; neither file nor password is shown or noted."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import inspect, text
from starlette.datastructures import UploadFile
from support.sefaz import EMPRESA
from support.visiting import Visitor

from api.admin.parts import Dados
from api.admin.views import certificados
from core.caller import Caller
from core.errors import NotFound, UsageError
from core.fiscal import formatar_documento
from flows.certificados import views
from flows.certificados.keeping import Arquivo
from flows.empresas.managing import criar
from flows.usuarios.managing import criar as criar_usuario
from sandbox.sefaz import Autoridade, Cliente
from storage.session import engine

Noted = Callable[[], list[Mapping[str, Any]]]
PATH = "/admin/certificadodigital"
NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def autoridade(tmp_path_factory: pytest.TempPathFactory) -> Autoridade:
    return Autoridade(tmp_path_factory.mktemp("ca"))


def made(autoridade: Autoridade, days: int) -> Cliente:
    return autoridade.cliente(EMPRESA, fim=NOW + timedelta(days=days))


def send(staff: Visitor, path: str, one: Cliente, **changed: str) -> Any:
    fields = {"csrf": staff.csrf, "empresa": formatar_documento(EMPRESA), "senha_pfx": one.senha} | changed
    files: dict[str, Any] = {name: (None, value) for name, value in fields.items()}
    return staff.ask("POST", f"{PATH}/{path}", files=files | {"arquivo_pfx": ("a.pfx", one.pfx)})


def test_one_is_taken_in_replaced_and_switched_and_told_to_nobody(
    staff: Visitor, autoridade: Autoridade, noted: Noted
) -> None:
    criar(EMPRESA)
    first, second = made(autoridade, 100), made(autoridade, 400)
    wrong = send(staff, "create", first, senha_pfx="errada")  # pragma: allowlist secret
    assert wrong.status_code == 400
    assert send(staff, "create", first, nome="Matriz").headers["location"] == f"{PATH}/details/1"
    assert send(staff, "edit/1", second, consulta_automatica="1", intervalo_consulta="90").status_code == 303
    (kept,) = views.certificates().itens
    assert (kept.nome, kept.dias > 300, kept.consulta_automatica, kept.intervalo_consulta) == ("Matriz", True, True, 90)
    assert staff.send(f"{PATH}/action/desligar", pks="1").status_code == 200
    assert views.certificates().itens[0].situacao == "desativado"
    assert [(note["acao"], note["desfecho"]) for note in noted()] == [
        ("criar", "recusado"),
        ("criar", "feito"),
        ("mudar", "feito"),
        ("desligar", "feito"),
    ]
    assert json.loads(noted()[2]["depois"])["arquivo_pfx"] == "***"
    said = [staff.get(f"{PATH}/{path}").text for path in ("list", "details/1", "edit/1", "create")]
    said += [wrong.text, staff.send(f"{PATH}/export").text]
    with engine().connect() as db:
        for table in inspect(db).get_table_names():
            said += [repr(row) for row in db.execute(text(f'SELECT * FROM "{table}"'))]
    for secret in (first.senha, second.senha):
        assert not [one for one in said if secret in one]


def test_each_is_switched_and_changed_by_itself_where_a_user_has_the_same_company(
    staff: Visitor, autoridade: Autoridade
) -> None:
    criar(EMPRESA)
    send(staff, "create", made(autoridade, 100))
    criar(EMPRESA, caller=Caller(criar_usuario("ana").id))
    send(staff, "create", made(autoridade, 100), usuario="ana")
    assert send(staff, "edit/1", made(autoridade, 400), consulta_automatica="1").status_code == 303
    staff.send(f"{PATH}/action/desligar", pks="1")
    newest, oldest = sorted(views.certificates().itens, key=lambda one: one.id, reverse=True)
    assert (oldest.usuario, oldest.situacao, oldest.consulta_automatica) == (None, "desativado", True)
    assert (newest.usuario, newest.situacao, newest.consulta_automatica) == ("ana", "valido", False)
    assert oldest.dias > 300
    staff.send(f"{PATH}/action/ligar", pks="1")
    staff.send(f"{PATH}/action/desligar", pks="2")
    assert {one.id: one.situacao for one in views.certificates().itens} == {1: "valido", 2: "desativado"}


def test_what_is_refused_beside_a_file_leaves_the_one_that_is_kept(
    staff: Visitor, autoridade: Autoridade, noted: Noted
) -> None:
    criar(EMPRESA)
    send(staff, "create", made(autoridade, 100))
    before, newer = views.certificates().itens[0], made(autoridade, 400)
    for minutes in ("5", "x", "99999999"):
        refused = send(staff, "edit/1", newer, intervalo_consulta=minutes)
        assert (refused.status_code, 'id="erro-intervalo_consulta"' in refused.text) == (400, True)
    assert views.certificates().itens[0] == before
    assert [note["desfecho"] for note in noted()] == ["feito", *["recusado"] * 3]


def test_a_change_without_a_file_leaves_it(staff: Visitor, autoridade: Autoridade) -> None:
    criar(EMPRESA)
    send(staff, "create", made(autoridade, 100))
    before = views.certificates().itens[0]
    assert staff.send(f"{PATH}/edit/1", consulta_automatica="1").status_code == 303
    after = views.certificates().itens[0]
    assert (after.validade_fim, after.intervalo_consulta, after.consulta_automatica) == (before.validade_fim, 60, True)
    for field, value in (("intervalo_consulta", "5"), ("intervalo_consulta", "x")):
        assert staff.send(f"{PATH}/edit/1", **{field: value}).status_code == 400
    assert staff.send(f"{PATH}/create", empresa=EMPRESA).status_code == 400
    assert staff.ask(
        "POST", f"{PATH}/create", files={"csrf": (None, staff.csrf), "arquivo_pfx": ("a", b"nada")}
    ).status_code in (400, 404)


def chosen(content: bytes) -> dict[str, UploadFile]:
    return {"arquivo_pfx": UploadFile(BytesIO(content), filename="a.pfx")}


@pytest.mark.parametrize("files", [{}, chosen(b"")], ids=["none", "empty"])
def test_a_form_without_a_file_is_told_at_its_field(files: dict[str, UploadFile]) -> None:
    with pytest.raises(UsageError, match="Escolha o arquivo") as told:
        certificados.Certificados().criar(
            Dados({"empresa": EMPRESA, "senha_pfx": "x"}, files)
        )  # pragma: allowlist secret
    assert told.value.campo == "arquivo_pfx"


@pytest.mark.parametrize(
    ("texts", "senha", "nome"),
    [({}, "", None), ({"senha_pfx": "", "nome": ""}, "", None), ({"nome": "Matriz"}, "", "Matriz")],
)
def test_a_file_may_be_without_a_password_and_without_a_name(
    texts: dict[str, str], senha: str, nome: str | None
) -> None:
    found = certificados._arquivo(Dados(texts, chosen(b"pfx")), EMPRESA, "ana")
    assert found == Arquivo(b"pfx", senha, EMPRESA, "ana", nome)


@pytest.mark.parametrize("number", [0, 1, 2**40])
def test_one_that_is_not_there_is_whose_nobody_knows(sqlite: str, number: int) -> None:
    with pytest.raises(NotFound, match="Não há este certificado"):
        certificados._whose(number)
