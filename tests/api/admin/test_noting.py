"""Changes by hand: each is noted with who asked and what came of it, and what goes wrong with one costs that one."""

import json
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import text
from starlette.datastructures import UploadFile
from starlette.requests import Request
from support.visiting import Visitor, listed

from api.admin import noting
from api.admin.parts import Acao, Campo, Dados
from api.admin.views.usuarios import Usuarios
from api.session import Visita
from core.errors import Conflict, Misconfigured, NotFound
from flows.usuarios import managing
from flows.usuarios.tokens import Quem
from storage.session import engine

Noted = Callable[[], list[Mapping[str, Any]]]
CHEFE = Visita(Quem(1, "chefe", True, None), "uma-sessao")
ASKED = Request({"type": "http", "client": ("10.1.2.3", 1), "headers": [], "state": {"visita": CHEFE}})
FIELDS = (Campo("nome", "Nome"), Campo("senha", "Senha", "password"), Campo("arquivo", "Arquivo", "file"))
FILE = UploadFile(BytesIO(b"pfx"), filename="a.pfx")


@pytest.mark.parametrize(
    ("dados", "told"),
    [
        (Dados({}, {}), {}),
        (Dados({"nome": "ana", "senha": ""}, {}), {}),
        (Dados({"nome": "ana", "senha": "segredo-1"}, {}), {"senha": "***"}),
        (Dados({"senha": "segredo-1"}, {"arquivo": FILE}), {"senha": "***", "arquivo": "***"}),
        (Dados({}, {"outro": FILE}), {}),
        # a text in the place of a file is no file, but nobody may see it either
        (Dados({"arquivo": "segredo-1"}, {}), {"arquivo": "***"}),
    ],
)
def test_of_a_secret_only_that_it_was_given_is_noted(dados: Dados, told: dict[str, str]) -> None:
    assert noting.ditos(FIELDS, dados) == told


@pytest.fixture
def three(sqlite: str) -> list[int]:
    """The numbers of three users."""
    return [managing.criar(name).id for name in ("ana", "bia", "caio")]


def greeted(number: int, quem: Quem) -> str:
    """Refuse the second, fail with the third."""
    if number == 2:
        raise Conflict("Agora não.")
    if number == 3:
        raise Misconfigured("Falta a chave.")
    return f"{quem.username} saudou {number}."


def test_each_row_is_done_by_itself_and_only_once(three: list[int], noted: Noted) -> None:
    done = noting.done_to(ASKED, Usuarios(), Acao("saudar", "Saudar", greeted), [3, 1, 2, 1, 3])
    assert [(one.numero, one.status, one.dito, one.bom) for one in done] == [
        (3, 503, "Falta a chave.", False),
        (1, 200, "chefe saudou 1.", True),
        (2, 409, "Agora não.", False),
    ]
    assert [(one["numero"], one["desfecho"], one["motivo"]) for one in noted()] == [
        ("3", "recusado", "Falta a chave."),
        ("1", "feito", None),
        ("2", "recusado", "Agora não."),
    ]
    assert {(one["usuario"], one["endereco"], one["tabela"], one["acao"]) for one in noted()} == {
        ("chefe", "10.1.2.3", "usuario", "saudar")
    }


def test_a_row_that_is_not_there_is_told_and_leaves_no_note(three: list[int], noted: Noted) -> None:
    (done,) = noting.done_to(ASKED, Usuarios(), Acao("saudar", "Saudar", greeted), [99])
    assert (done.status, done.bom, noted()) == (404, False, [])


def test_what_changed_is_noted_as_it_was_and_as_it_is(three: list[int], noted: Noted) -> None:
    def off() -> int:
        managing.desativar("ana")
        return 1

    assert noting.noted(ASKED, Usuarios(), "mudar", 1, off, {"senha": "***"}) == 1
    (note,) = noted()
    assert (json.loads(note["antes"]), json.loads(note["depois"])) == (
        {"ativo": True},
        {"ativo": False, "senha": "***"},
    )


def test_what_is_made_is_noted_with_all_that_it_shows(three: list[int], noted: Noted) -> None:
    made = noting.noted(ASKED, Usuarios(), "criar", None, lambda: managing.criar("dora").id)
    (note,) = noted()
    assert (made, note["numero"], json.loads(note["antes"])) == (4, None, {})
    assert json.loads(note["depois"])["username"] == "dora"


def test_who_takes_rows_away_is_noted_with_what_was_asked_for(sqlite: str, noted: Noted) -> None:
    noting.taken(ASKED, Usuarios(), {"search": "ana", "ativo": "sim"})
    (note,) = noted()
    assert (note["acao"], note["numero"], note["desfecho"]) == ("levar", None, "feito")
    assert json.loads(note["depois"]) == {"search": "ana", "ativo": "sim"}


def test_a_change_of_a_row_that_is_not_there_is_not_begun(three: list[int], noted: Noted) -> None:
    with pytest.raises(NotFound):
        noting.noted(ASKED, Usuarios(), "mudar", 99, lambda: pytest.fail("it was begun"))
    assert noted() == []


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
