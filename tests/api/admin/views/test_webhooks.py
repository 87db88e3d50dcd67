"""Webhooks in the admin: what is changed goes through the flow, is noted, and tells no secret."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from sqlalchemy import inspect, text
from support.deliveries import destination
from support.visiting import Visitor

from api.admin.parts import Dados
from api.admin.views import webhooks as tabela
from core.errors import UsageError
from flows.destinos import switching, webhooks
from storage.session import engine

Noted = Callable[[], list[Mapping[str, Any]]]
SECRET, HEADER = "segredo-do-erp-9317", "valor-do-cabecalho-5528"  # pragma: allowlist secret
FORM = {
    "nome": "ERP",
    "url": "https://erp.example/x",
    "eventos": "nfe_importada",
    "ativo": "1",
    "headers_customizados": "X-Loja: ***",
    "timeout": "15",
    "retry_count": "11",
}


def test_what_is_changed_is_as_said_and_noted_with_what_it_was(staff: Visitor, hook: int, noted: Noted) -> None:
    answer = staff.send(f"/admin/webhook/edit/{hook}", **FORM | {"nome": "Outro", "timeout": "20"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/admin/webhook/details/{hook}")
    shown = webhooks.mostrar(hook)
    assert (shown.nome, shown.timeout, shown.ativo, shown.usuario_nome) == ("Outro", 20, True, "dono")
    kept = destination(hook)
    assert kept.secret_key == SECRET
    assert json.loads(kept.headers_customizados or "") == {"X-Loja": HEADER}
    (note,) = noted()
    assert (note["usuario"], note["tabela"], note["acao"], note["numero"]) == ("chefe", "webhook", "mudar", str(hook))
    assert note["desfecho"] == "feito"
    assert json.loads(note["antes"])["nome"] == "ERP"
    after = json.loads(note["depois"])
    assert (after["nome"], after["timeout"]) == ("Outro", 20)
    assert "url" not in after


def test_a_stopped_one_keeps_its_events_whatever_else_is_changed(staff: Visitor, hook: int) -> None:
    switching.pause(str(hook))
    form = staff.get(f"/admin/webhook/edit/{hook}").text
    assert 'name="ativo" value="1" checked' in form
    assert staff.send(f"/admin/webhook/edit/{hook}", **FORM | {"nome": "Outro"}).status_code == 303
    kept = destination(hook)
    assert (kept.nome, kept.ativo, kept.pausado_em is not None) == ("Outro", True, True)


def test_a_stopped_one_is_turned_off_by_its_form_and_on_by_the_action(staff: Visitor, hook: int, noted: Noted) -> None:
    switching.pause(str(hook))
    off = {name: value for name, value in FORM.items() if name != "ativo"}
    assert staff.send(f"/admin/webhook/edit/{hook}", **off).status_code == 303
    assert destination(hook).ativo is False
    assert json.loads(noted()[0]["depois"])["ligado"] is False
    assert 'name="ativo" value="1" checked' not in staff.get(f"/admin/webhook/edit/{hook}").text
    staff.send("/admin/webhook/action/ligar", pks=str(hook))
    assert (destination(hook).ativo, destination(hook).pausado_em) == (True, None)


def test_a_stopped_one_is_turned_off_by_the_action(staff: Visitor, hook: int) -> None:
    switching.pause(str(hook))
    staff.send("/admin/webhook/action/desligar", pks=str(hook))
    assert destination(hook).ativo is False


def test_all_events_stay_all_when_something_else_is_changed(staff: Visitor, hook: int) -> None:
    webhooks.alterar(hook, webhooks.Dito(eventos=["*"]))
    form = FORM | {"nome": "Outro", "eventos": webhooks.mostrar(hook).eventos}
    assert staff.send(f"/admin/webhook/edit/{hook}", **form).status_code == 303
    assert (destination(hook).nome, destination(hook).eventos) == ("Outro", ["*"])


def test_a_filter_is_set_shown_and_taken_away(staff: Visitor, hook: int) -> None:
    staff.send(f"/admin/webhook/edit/{hook}", **FORM | {"filtro": '{"dados.valor_total": {"$gte": 1000}}'})
    assert webhooks.mostrar(hook).filtro == {"dados.valor_total": {"$gte": 1000}}
    assert "$gte" in staff.get(f"/admin/webhook/edit/{hook}").text
    refused = staff.send(f"/admin/webhook/edit/{hook}", **FORM | {"filtro": '{"uf": 1}'})
    assert "um caminho começa por" in refused.text
    staff.send(f"/admin/webhook/edit/{hook}", **FORM)
    assert webhooks.mostrar(hook).filtro == {}


def test_a_secret_is_set_and_taken_away_and_never_shown(staff: Visitor, hook: int, noted: Noted) -> None:
    new = "segredo-novo-4416"
    staff.send(f"/admin/webhook/edit/{hook}", **FORM | {"secret_key": new})
    assert (destination(hook).secret_key, destination(hook).secret_anterior) == (new, SECRET)
    assert json.loads(noted()[0]["depois"])["secret_key"] == "***"
    refused = staff.send(f"/admin/webhook/edit/{hook}", **FORM | {"secret_key": new, "url": "nada"})
    pages = [refused.text]
    paths = ("list", f"details/{hook}", f"edit/{hook}", "create", "list?search=segredo")
    pages += [staff.get(f"/admin/webhook/{path}").text for path in paths]
    pages.append(staff.send("/admin/webhook/export").text)
    pages += [staff.get(f"/admin/auditoria/details/{note['id']}").text for note in noted()]
    with engine().connect() as db:
        for table in inspect(db).get_table_names():
            pages += [repr(row) for row in db.execute(text(f'SELECT * FROM "{table}"'))]
    for secret in (SECRET, HEADER, new):
        assert not [one for one in pages if secret in one]
    staff.send(f"/admin/webhook/edit/{hook}", **FORM | {"sem_segredo": "1"})
    assert destination(hook).secret_key is None


def test_what_is_wrong_is_said_at_its_field_and_changes_nothing(staff: Visitor, hook: int, noted: Noted) -> None:
    for field, value in (
        ("nome", ""),
        ("url", "ftp://x"),
        ("eventos", "nada"),
        ("timeout", "3"),
        ("timeout", "x" * 100),
        ("retry_count", "0"),
        ("retry_count", "9" * 5000),
        ("secret_key", "x" * 200),
        ("headers_customizados", "sem dois pontos"),
        ("headers_customizados", "Host: x"),
    ):
        answer = staff.send(f"/admin/webhook/edit/{hook}", **FORM | {field: value})
        assert answer.status_code == 400, (field, value)
        assert f'id="erro-{field}"' in answer.text, (field, value)
    assert webhooks.mostrar(hook).nome == "ERP"
    assert {note["desfecho"] for note in noted()} == {"recusado"}


def test_one_is_made_for_a_user(staff: Visitor, hook: int, noted: Noted) -> None:
    assert 'name="ativo" value="1" checked' in staff.get("/admin/webhook/create").text
    made = staff.send("/admin/webhook/create", **FORM | {"usuario": "dono", "headers_customizados": ""})
    number = int(made.headers["location"].rpartition("/")[2])
    assert webhooks.mostrar(number).usuario_nome == "dono"
    assert [note["acao"] for note in noted()] == ["criar"]
    unknown = staff.send("/admin/webhook/create", **FORM | {"usuario": "ninguem", "headers_customizados": ""})
    assert (unknown.status_code, "não existe" in unknown.text) == (404, True)


def test_marked_ones_are_turned_off_and_on_and_what_is_wrong_costs_itself(
    staff: Visitor, hook: int, noted: Noted
) -> None:
    answer = staff.send("/admin/webhook/action/desligar", pks=[str(hook), "999"])
    assert (answer.status_code, answer.text.count("Desligado."), "Não há esta linha" in answer.text) == (200, 1, True)
    assert webhooks.mostrar(hook).ativo is False
    assert staff.send("/admin/webhook/action/ligar", pks=str(hook)).status_code == 200
    assert webhooks.mostrar(hook).ativo is True
    assert [(note["acao"], note["desfecho"]) for note in noted()] == [("desligar", "feito"), ("ligar", "feito")]
    assert json.loads(noted()[0]["antes"])["ativo"] is True
    assert staff.send("/admin/webhook/action/ligar").status_code == 400
    assert staff.send("/admin/webhook/action/testar", pks=[str(hook)] * 6).status_code == 400


def test_a_failed_test_and_a_resend_say_what_came_of_them(staff: Visitor, hook: int, noted: Noted) -> None:
    again = staff.send("/admin/webhook/action/reenviar", pks=str(hook))
    assert (again.status_code, "0 entregas serão reenviadas" in again.text) == (200, True)
    tried = staff.send("/admin/webhook/action/testar", pks=str(hook))
    assert (tried.status_code, "Não recebeu o teste" in tried.text) == (409, True)
    assert [note["desfecho"] for note in noted()] == ["feito", "recusado"]
    figures = staff.get(f"/admin/webhook/details/{hook}").text
    assert all(one in figures for one in ("Últimas 24 horas", "<dt>Falhas</dt><dd>1</dd>", "0,00 %", "95 % em até"))
    for term, amount in (("Teste do destino", 1), ("teste do DESTINO nenhum", 0), ("ERP", 1)):
        shown = staff.get("/admin/webhooklog/list", params={"search": term, "sucesso": "nao"})
        assert shown.text.count("<td>teste</td>") == amount, term
    attempt = staff.get("/admin/webhooklog/details/1").text
    assert "&#34;evento&#34;" in attempt
    assert "b&#39;" not in attempt


def test_the_list_is_filtered_and_searched(staff: Visitor, hook: int) -> None:
    def listed(query: str) -> int:
        return staff.get(f"/admin/webhook/list?{query}").text.count('name="pks"')

    assert [listed(query) for query in ("", "search=erp", "search=ERP.example", "search=nfe_imp", "search=%25")] == [
        1,
        1,
        1,
        1,
        0,
    ]
    assert [listed(f"ativo={one}") for one in ("sim", "nao")] == [1, 0]
    assert [listed(f"usuario={one}") for one in ("dono", "chefe")] == [1, 0]
    assert [listed(f"data_criacao_{one}=2020-01-01") for one in ("de", "ate")] == [1, 0]


@pytest.mark.parametrize(
    ("typed", "headers"),
    [
        ("", {}),
        (" \n\r\n ", {}),
        ("X-Loja: 12", {"X-Loja": "12"}),
        ("  X-Loja :  12  \r\n\nX-Hora: 10:30", {"X-Loja": "12", "X-Hora": "10:30"}),
        ("X-Vazio:", {"X-Vazio": ""}),
        ("X-Loja: ***", {"X-Loja": "***"}),
    ],
)
def test_headers_are_one_a_line_up_to_the_first_colon(typed: str, headers: dict[str, str]) -> None:
    assert tabela._dito(Dados({"headers_customizados": typed}, {})).headers_customizados == headers


@pytest.mark.parametrize("typed", ["X-Loja", ": 12", "X-Loja 12", "X-Loja: 1\nX-Loja: 2", "X-Loja: 1\n X-Loja : 2"])
def test_a_header_without_a_name_or_one_that_comes_twice_is_told_at_its_field(typed: str) -> None:
    with pytest.raises(UsageError) as told:
        tabela._dito(Dados({"headers_customizados": typed}, {}))
    assert told.value.campo == "headers_customizados"


@pytest.mark.parametrize(
    ("sent", "secret"),
    [
        # none leaves what there is, an empty one takes it away
        ({}, None),
        ({"secret_key": ""}, None),
        ({"secret_key": "novo"}, "novo"),  # pragma: allowlist secret
        ({"secret_key": "novo", "sem_segredo": "1"}, ""),  # pragma: allowlist secret
        ({"sem_segredo": "1"}, ""),
    ],
)
def test_a_secret_is_left_set_or_taken_away(sent: dict[str, str], secret: str | None) -> None:
    assert tabela._dito(Dados(sent, {})).secret_key == secret


def test_what_a_form_left_out_is_left_as_it_is_but_a_box_without_its_mark_is_off() -> None:
    said = tabela._dito(Dados({"eventos": " nfe_importada , cte_importado"}, {}))
    assert (said.nome, said.url, said.timeout, said.ativo) == (None, None, None, False)
    assert said.eventos == ["nfe_importada", "cte_importado"]


@pytest.mark.parametrize(
    ("rate", "share"), [(None, ""), (0.0, "0,00 %"), (100.0, "100,00 %"), (99.994, "99,99 %"), (66.666, "66,67 %")]
)
def test_a_rate_is_shown_in_percent_and_not_at_all_where_nothing_was_sent(rate: float | None, share: str) -> None:
    assert tabela._figures(3, 1, rate) == {"Entregues": 3, "Falhas": 1, "Taxa de sucesso": share}
