"""How users want SEFAZ to be consulted, in the admin: changed as the user would, and told with who hears by mail."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from support.visiting import Visitor

from api.admin.parts import Dados
from api.admin.views.configuracoes import Configuracoes
from core.caller import Caller
from core.errors import NotFound, UsageError
from flows.sefaz.configuracao import Mudancas, configurar
from flows.sefaz.views.configuracao import configuracao
from flows.usuarios import managing
from flows.usuarios.finding import caller_of

Noted = Callable[[], list[Mapping[str, Any]]]


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


@pytest.fixture
def ana(sqlite: str) -> Caller:
    """A user who said something; her row is the first."""
    managing.criar("ana")
    who = caller_of("ana")
    configurar(Mudancas(horario_consulta="22:30", ufs_habilitadas=["SP"], consulta_automatica_ativa=True), who)
    return who


def test_what_a_form_does_not_send_stays_but_a_box_without_its_mark_is_off(ana: Caller) -> None:
    Configuracoes().alterar(1, Dados({"timeout_consulta": "90"}, {}))
    now = configuracao(ana)
    assert (now.ufs_habilitadas, now.horario_consulta, now.timeout_consulta) == (("SP",), "22:30", 90)
    assert now.consulta_automatica_ativa is False


def test_the_form_shows_states_as_they_are_typed(ana: Caller) -> None:
    configurar(Mudancas(ufs_habilitadas=["SP", "PR"]), ana)
    shown = Configuracoes().valores(1)
    assert (shown["id"], sorted(shown["ufs_habilitadas"].split(","))) == (1, ["PR", "SP"])


@pytest.mark.parametrize("number", [0, 2, 2**40])
def test_a_row_that_is_not_there_is_neither_shown_nor_changed(ana: Caller, number: int) -> None:
    before = configuracao(ana)
    with pytest.raises(NotFound):
        Configuracoes().valores(number)
    with pytest.raises(NotFound):
        Configuracoes().alterar(number, Dados({"timeout_consulta": "90"}, {}))
    assert configuracao(ana) == before


def test_a_number_that_is_none_is_told_at_its_field(ana: Caller) -> None:
    with pytest.raises(UsageError) as told:
        Configuracoes().alterar(1, Dados({"timeout_consulta": "muito"}, {}))
    assert told.value.campo == "timeout_consulta"
