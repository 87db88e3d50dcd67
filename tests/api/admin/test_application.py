"""The admin's application: a form is read field by field, a number that is none is a row that is not there."""

import csv
import re
from collections.abc import Callable, Mapping
from io import BytesIO, StringIO
from typing import Any

import pytest
from starlette.datastructures import FormData, UploadFile
from support.deliveries import change
from support.visiting import Visitor

from api.admin import application
from api.admin.late import built
from core.clock import SYSTEM
from core.errors import NotFound
from flows.destinos import webhooks
from flows.usuarios import managing

Noted = Callable[[], list[Mapping[str, Any]]]


def file(name: str) -> UploadFile:
    return UploadFile(BytesIO(b"x"), filename=name)


def test_of_a_field_that_came_twice_the_last_one_counts() -> None:
    last = file("b.pfx")
    sent = application._dados(FormData([("a", "1"), ("a", "2"), ("f", file("a.pfx")), ("f", last), ("b", "")]))
    assert sent.textos == {"a": "2", "b": ""}
    assert sent.arquivos == {"f": last}


def test_a_file_that_nobody_chose_is_none() -> None:
    """A browser sends a part without a name for it."""
    assert application._dados(FormData([("f", file(""))])).arquivos == {}


@pytest.mark.parametrize("typed", ["", "0x1", "abc", "1.5", " 1", "²", "1%2F..", "9" * 5000])
def test_a_number_that_is_none_names_no_row(typed: str) -> None:
    with pytest.raises(NotFound, match="Não há esta linha"):
        application._whole(typed)


def test_every_table_is_found_by_its_path_alone() -> None:
    paths = [view.identity for view in built().views]
    assert len(paths) == len(set(paths)) >= 10
    assert {"webhook", "usuario", "auditoria"} <= set(paths)


def test_what_can_be_made_begins_with_what_is_usual_and_what_cannot_is_not_there(staff: Visitor) -> None:
    form = staff.get("/admin/webhook/create").text
    assert 'name="ativo" value="1" checked' in form
    for path in ("usuario/create", "usuario/edit/1", "auditoria/create"):
        assert staff.get(f"/admin/{path}").status_code == 404


def test_a_head_changes_nothing_and_is_noted_by_nobody(staff: Visitor, hook: int, noted: Noted) -> None:
    for path in ("create", f"edit/{hook}", f"details/{hook}", "list"):
        assert staff.ask("HEAD", f"/admin/webhook/{path}").status_code == 200
    assert noted() == []


@pytest.mark.parametrize(("marked", "status"), [([], 400), (["1"] * 20, 200), (["1"] * 21, 400), (["x"], 404)])
def test_so_many_rows_may_be_marked_for_an_action(
    staff: Visitor, hook: int, noted: Noted, marked: list[str], status: int
) -> None:
    assert hook == 1
    answer = staff.send("/admin/webhook/action/reenviar", pks=marked)
    assert answer.status_code == status
    assert ("Marque de 1 a 20 linhas para reenviar" in answer.text) is (status == 400)
    # one that is marked often is one
    assert len(noted()) == (status == 200)


def test_who_names_a_user_that_is_not_there_gets_the_form_again(staff: Visitor, hook: int) -> None:
    """A row that is not there has no form to get."""
    fields = {"nome": "ERP", "url": "https://erp.example/x", "eventos": "nfe_importada"}
    form = staff.send("/admin/webhook/create", **fields, usuario="ninguem")
    assert (form.status_code, 'value="https://erp.example/x"' in form.text) == (404, True)
    gone = staff.send("/admin/webhook/edit/999", **fields)
    assert (gone.status_code, 'value="https://erp.example/x"' in gone.text) == (404, False)


def test_what_the_flow_calls_otherwise_is_told_at_the_field_of_the_form(staff: Visitor, hook: int) -> None:
    wrong = {"nome": "ERP", "url": "https://erp.example/x", "eventos": "nfe_importada", "secret_key": "x" * 101}
    answer = staff.send(f"/admin/webhook/edit/{hook}", **wrong)
    assert (answer.status_code, 'id="erro-secret_key"' in answer.text) == (400, True)
    assert webhooks.mostrar(hook).nome == "ERP"


def test_a_file_has_what_the_filters_leave_and_a_wrong_one_is_told_before_it_begins(
    staff: Visitor, noted: Noted
) -> None:
    for name in ("ana", "bia"):
        managing.criar(name)
    managing.desativar("bia")
    table = staff.send("/admin/usuario/export?ativo=nao")
    lines = list(csv.reader(StringIO(table.text.removeprefix("\ufeff")), delimiter=";"))
    assert [line[1] for line in lines] == ["Usuário", "bia"]
    assert len(noted()) == 1
    wrong = staff.send("/admin/usuario/export?ativo=talvez")
    assert (wrong.status_code, "content-disposition" in wrong.headers) == (400, False)
    assert len(noted()) == 1


@pytest.mark.parametrize("path", ["nada/list", "nada/details/1", "webhook/action/nada", "webhook/details/999"])
def test_what_is_not_there_is_said_in_a_page(staff: Visitor, path: str) -> None:
    method = "POST" if "action" in path else "GET"
    answer = staff.ask(method, f"/admin/{path}", data={"csrf": staff.csrf, "pks": "1"} if method == "POST" else None)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "Não " in answer.text


FIELDS = {"nome": "Outro", "url": "https://erp.example/x", "eventos": "nfe_importada", "ativo": "1"}


def mark(page: str) -> str:
    """Return what a form says that it showed at first."""
    found = re.search(r'name="visto" value="([0-9a-f]{64})"', page)
    assert found is not None
    return found[1]


def test_what_somebody_else_changed_meanwhile_is_not_undone_without_a_word(
    staff: Visitor, hook: int, noted: Noted
) -> None:
    path = f"/admin/webhook/edit/{hook}"
    form = FIELDS | {"visto": mark(staff.get(path).text)}
    webhooks.alterar(hook, webhooks.Dito(url="https://novo.example/x"))
    told = staff.send(path, **form)
    assert (told.status_code, "Alguém mudou esta linha" in told.text, 'value="Outro"' in told.text) == (409, True, True)
    assert (webhooks.mostrar(hook).nome, webhooks.mostrar(hook).url) == ("ERP", "https://novo.example/x")
    assert staff.send(path, **form | {"visto": mark(told.text)}).status_code == 303
    assert (webhooks.mostrar(hook).nome, webhooks.mostrar(hook).url) == ("Outro", FIELDS["url"])
    assert [note["desfecho"] for note in noted()] == ["recusado", "feito"]


def test_a_form_that_was_refused_still_knows_what_it_showed_at_first(staff: Visitor, hook: int) -> None:
    path = f"/admin/webhook/edit/{hook}"
    first = mark(staff.get(path).text)
    refused = staff.send(path, **FIELDS | {"visto": first, "url": "nada"})
    assert (refused.status_code, mark(refused.text)) == (400, first)
    webhooks.alterar(hook, webhooks.Dito(eventos=["cte_importado"]))
    assert staff.send(path, **FIELDS | {"visto": mark(refused.text)}).status_code == 409


def test_what_happens_to_a_row_by_itself_hinders_nobody(staff: Visitor, hook: int) -> None:
    path = f"/admin/webhook/edit/{hook}"
    form = FIELDS | {"visto": mark(staff.get(path).text)}
    change(hook, total_execucoes=7, ultima_execucao=SYSTEM.now(), falhas_seguidas=3)
    assert staff.send(path, **form).status_code == 303
