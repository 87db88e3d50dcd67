"""The other tables of the admin, over what flows put there."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import text
from support.api import importing
from support.visiting import PASSWORD, Visitor, account

from core.caller import Caller
from flows.sefaz.configuracao import Mudancas, configurar
from flows.sefaz.views.configuracao import configuracao
from flows.usuarios import managing, sessions
from flows.usuarios.finding import caller_of
from sandbox.documentos.conhecimentos import conhecimento
from sandbox.documentos.notas import nota
from storage.session import engine

Noted = Callable[[], list[Mapping[str, Any]]]


def listed(staff: Visitor, table: str, query: str = "") -> int:
    answer = staff.get(f"/admin/{table}/list?{query}")
    assert answer.status_code == 200, (table, query, answer.text)
    return answer.text.count(f'href="/admin/{table}/details/')


def test_documents_are_found_as_over_the_api(staff: Visitor) -> None:
    managing.criar("ana")
    notes = [nota(number) for number in range(1, 4)]
    importing("ana", *(one.xml for one in notes), conhecimento(1).xml)
    assert [listed(staff, table) for table in ("nfe", "nfeitem", "cte")] == [3, 3, 1]
    key = notes[0].chave
    grouped = " ".join(key[at : at + 4] for at in range(0, 44, 4))
    assert [listed(staff, "nfe", f"search={term}") for term in (key, grouped, "zzqq")] == [1, 1, 0]
    assert [listed(staff, "nfe", f"{one}=2020-01-01") for one in ("data_de", "data_ate")] == [3, 0]
    assert listed(staff, "nfe", "situacao=cancelada") == 0
    assert listed(staff, "nfe", "status_nfe=100") == 3
    assert listed(staff, "nfeitem", f"chave={key}") == 1
    for table, query in (
        ("nfe", "emit_uf=XX"),
        ("nfe", "situacao=nada"),
        ("nfe", "data_de=hoje"),
        ("cte", "emit_uf=X"),
    ):
        assert staff.get(f"/admin/{table}/list?{query}").status_code == 400
    shown = staff.get("/admin/nfe/details/1").text
    assert key in shown
    for path in ("nfe/create", "nfe/edit/1", "cte/edit/1", "apirequestlog/create", "auditoria/edit/1"):
        assert staff.get(f"/admin/{path}").status_code == 404
        assert staff.send(f"/admin/{path}", numero_nf="2").status_code == 404


def test_a_configuration_is_changed_as_its_user_would(staff: Visitor, noted: Noted) -> None:
    managing.criar("ana")
    who: Caller = caller_of("ana")
    configurar(Mudancas(horario_consulta="22:30"), who)
    assert 'value="22:30"' in staff.get("/admin/configuracaoconsulta/edit/1").text
    said = {
        "consulta_automatica_ativa": "1",
        "horario_consulta": "06:15",
        "max_documentos_por_consulta": "500",
        "timeout_consulta": "300",
        "ufs_habilitadas": "SP, PR",
        "email_notificacao": "ana@exemplo.com.br",
        "notificar_email": "1",
    }
    assert staff.send("/admin/configuracaoconsulta/edit/1", **said).status_code == 303
    now = configuracao(who)
    assert (now.horario_consulta, now.max_documentos_por_consulta, now.ufs_habilitadas) == ("06:15", 500, ("SP", "PR"))
    assert now.email_notificacao == "ana@exemplo.com.br"
    for field, value in (("horario_consulta", "25:00"), ("ufs_habilitadas", "XX"), ("timeout_consulta", "1")):
        assert staff.send("/admin/configuracaoconsulta/edit/1", **said | {field: value}).status_code == 400
    assert configuracao(who) == now
    assert [note["desfecho"] for note in noted()] == ["feito", "recusado", "recusado", "recusado"]
    assert json.loads(noted()[0]["depois"])["max_documentos_por_consulta"] == 500


def test_a_list_of_configurations_says_who_is_told_by_mail(staff: Visitor) -> None:
    told: dict[str, tuple[str | None, bool | None]] = {
        "ana": (None, None),
        "bia": ("bia@exemplo.com.br", True),
        "caio": ("caio@exemplo.com.br", False),
    }
    for name, (address, wanted) in told.items():
        managing.criar(name)
        said = Mudancas(horario_consulta="22:30", email_notificacao=address, notificar_email=wanted)
        configurar(said, caller_of(name))
    lines = staff.send("/admin/configuracaoconsulta/export").text.splitlines()
    assert lines[0].endswith("Avisa por e-mail")
    shown = {line.split(";")[1]: line.split(";")[-1] for line in lines[1:]}
    assert shown == {name: "não" if wanted is False else "sim" for name, (_, wanted) in told.items()}
    assert "bia@exemplo.com.br" in staff.get("/admin/configuracaoconsulta/details/2").text


def test_a_user_is_turned_off_with_every_session_but_nobody_oneself(staff: Visitor, noted: Noted) -> None:
    account("ana")
    begun = sessions.begin("ana", PASSWORD)
    assert begun is not None
    assert "Desativado." in staff.send("/admin/usuario/action/desligar", pks="2").text
    assert sessions.quem(begun.token) is None
    assert staff.send("/admin/usuario/action/desligar", pks="1").status_code == 409
    assert staff.get("/admin/").status_code == 200
    assert staff.send("/admin/usuario/action/ligar", pks="2").status_code == 200
    assert [note["desfecho"] for note in noted()] == ["feito", "recusado", "feito"]
    assert listed(staff, "auditoria", "tabela=usuario&desfecho=feito") == 2


def test_a_fault_of_the_database_in_one_row_costs_that_row(staff: Visitor, noted: Noted) -> None:
    numbers = [managing.criar(name).id for name in ("ana", "bia", "caio")]
    with engine().begin() as db:
        db.execute(
            text(
                "CREATE TRIGGER falha BEFORE UPDATE ON usuario WHEN new.username = 'bia'"
                " BEGIN SELECT RAISE(ABORT, 'disco'); END"
            )
        )
    answer = staff.send("/admin/usuario/action/desligar", pks=[str(one) for one in numbers])
    assert answer.status_code == 200
    assert (answer.text.count("Desativado."), answer.text.count("esteira diagnostico")) == (2, 1)
    assert [listed(staff, "usuario", f"ativo={one}") for one in ("sim", "nao")] == [2, 2]
    # of the one in the middle the note says that nobody knows how it ended
    assert [note["desfecho"] for note in noted()] == ["feito", None, "feito"]


def test_what_was_done_is_told_also_where_its_note_could_not_be_ended(staff: Visitor) -> None:
    number = managing.criar("ana").id
    with engine().begin() as db:
        db.execute(text("CREATE TRIGGER falha BEFORE UPDATE ON auditoria BEGIN SELECT RAISE(ABORT, 'disco'); END"))
    answer = staff.send("/admin/usuario/action/desligar", pks=str(number))
    assert answer.status_code == 503
    assert "Desativado. O banco de dados não respondeu como devia" in answer.text
