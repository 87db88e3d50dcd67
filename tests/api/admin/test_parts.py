"""What tables of the admin are declared with: filters say no to what is no value, and a page shows what people read."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from conftest import Configure
from sqlalchemy.dialects import sqlite
from starlette.datastructures import UploadFile

from api.admin.parts import Campo, Dados, Escolha, Filtro, Inteiro, Periodo, SimNao, shown, texto, whole
from core.errors import UsageError
from storage.models.pedidos import PedidoAPI
from storage.models.sefaz import ConsultaSEFAZ
from storage.models.usuarios import Usuario

UF = Escolha("uf", "UF", Usuario.username, ("SP", "PR"))
NAME = Escolha("nome", "Nome", Usuario.username)
ACTIVE = SimNao("ativo", "Ativo", Usuario.ativo)
STATUS = Inteiro("status", "Resposta", PedidoAPI.status_code)
WHEN = Periodo("data", "Em", PedidoAPI.timestamp)
DAY = Periodo("data", "Início", ConsultaSEFAZ.data_inicio, instante=False)


def asked(filtro: Filtro, said: Mapping[str, str]) -> list[str]:
    """Return what a filter asks of a row, as SQL with its values."""
    found = []
    for one in filtro.conditions(said):
        made = one.compile(dialect=sqlite.dialect())
        found.append(f"{made} {[value for _, value in sorted(made.params.items())]}")
    return found


@pytest.mark.parametrize("filtro", [UF, NAME, ACTIVE, STATUS, WHEN, DAY])
@pytest.mark.parametrize("value", [None, "", "  "])
def test_a_filter_that_is_not_said_asks_for_nothing(filtro: Filtro, value: str | None) -> None:
    assert filtro.conditions({} if value is None else dict.fromkeys(filtro.nomes, value)) == []


@pytest.mark.parametrize(
    ("filtro", "said", "condition"),
    [
        (UF, {"uf": " SP "}, "usuario.username = ? ['SP']"),
        (NAME, {"nome": "ana"}, "usuario.username = ? ['ana']"),
        (NAME, {"nome": "x" * 200}, f"usuario.username = ? [{'x' * 200!r}]"),
        (ACTIVE, {"ativo": "sim"}, "usuario.ativo IS 1 []"),
        (ACTIVE, {"ativo": "nao"}, "usuario.ativo IS 0 []"),
        (STATUS, {"status": "404"}, "status_code = ? [404]"),
    ],
)
def test_a_filter_asks_for_its_value(filtro: Filtro, said: Mapping[str, str], condition: str) -> None:
    (found,) = asked(filtro, said)
    assert found.endswith(condition)


@pytest.mark.parametrize(
    ("filtro", "said", "campo"),
    [
        (UF, {"uf": "sp"}, "uf"),
        (UF, {"uf": "RJ"}, "uf"),
        (NAME, {"nome": "x" * 201}, "nome"),
        (ACTIVE, {"ativo": "não"}, "ativo"),
        (ACTIVE, {"ativo": "1"}, "ativo"),
        (STATUS, {"status": "2xx"}, "status"),
        (WHEN, {"data_de": "hoje"}, "data_de"),
        (WHEN, {"data_de": "2026-11-23", "data_ate": "23/11/2026"}, "data_ate"),
        (WHEN, {"data_ate": "2026-02-30"}, "data_ate"),
        (WHEN, {"data_ate": "9999-12-31"}, "data_ate"),
        (DAY, {"data_ate": "2026-13-01"}, "data_ate"),
    ],
)
def test_what_is_no_value_is_told_at_its_field(filtro: Filtro, said: Mapping[str, str], campo: str) -> None:
    with pytest.raises(UsageError) as told:
        filtro.conditions(said)
    assert told.value.campo == campo


def bounds(filtro: Filtro, **said: str) -> Sequence[tuple[str, Any]]:
    """Return how a column is compared, and with what."""
    found = []
    for one in filtro.conditions(said):
        made: Any = one
        found.append((made.operator.__name__, made.right.value))
    return found


def test_a_period_of_instants_ends_before_the_day_after_its_last(configure: Configure) -> None:
    configure(core__timezone="America/Sao_Paulo")
    begin, end = datetime(2026, 11, 23, 3, tzinfo=UTC), datetime(2026, 11, 25, 3, tzinfo=UTC)
    assert bounds(WHEN, data_de="2026-11-23", data_ate="2026-11-24") == [("ge", begin), ("lt", end)]
    assert bounds(WHEN, data_ate="2026-11-24") == [("lt", end)]


def test_a_period_of_days_has_its_last_in_it() -> None:
    first, last = date(2026, 11, 23), date(2026, 11, 24)
    assert bounds(DAY, data_de="2026-11-23", data_ate="2026-11-24") == [("ge", first), ("le", last)]
    assert bounds(DAY, data_de="2026-11-23") == [("ge", first)]


@pytest.mark.parametrize(
    ("typed", "number"),
    [("0", 0), (" 7 ", 7), ("-3", -3), ("007", 7), ("999999999", 999_999_999), ("-99999999", -99_999_999)],
)
def test_a_whole_number_is_read(typed: str, number: int) -> None:
    assert whole(typed, "n") == number


@pytest.mark.parametrize("typed", ["", "-", "--1", "1.5", "1e3", "１", "²", "0x1", "1 2", "+1", "9999999999", "nada"])
def test_what_is_no_whole_number_of_nine_characters_is_refused(typed: str) -> None:
    with pytest.raises(UsageError) as told:
        whole(typed, "n")
    assert told.value.campo == "n"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "sim"),
        (False, "não"),
        (0, "0"),
        (Decimal("1234.5"), "1.234,50"),
        (datetime(2026, 11, 5, 9, 8, 7, tzinfo=UTC), "05/11/2026 09:08:07"),
        (date(2026, 11, 5), "05/11/2026"),
        ("<b>", "<b>"),
    ],
)
def test_a_value_stands_in_a_page_as_people_read_it(value: object, text: str) -> None:
    assert texto(value) == text


def test_an_instant_is_shown_in_the_zone_of_the_installation(configure: Configure) -> None:
    configure(core__timezone="America/Sao_Paulo")
    assert texto(shown(datetime(2026, 11, 5, 1, tzinfo=UTC))) == "04/11/2026 22:00:00"
    for other in (date(2026, 11, 5), None, 7, "x"):
        assert shown(other) == other


@pytest.mark.parametrize(("tipo", "secret"), [("text", False), ("number", False), ("password", True), ("file", True)])
def test_only_passwords_and_files_are_never_shown_again(tipo: str, secret: bool) -> None:
    assert Campo("x", "X", tipo).secreto is secret


def test_what_a_form_sent_is_told_apart_from_what_it_left_out() -> None:
    sent = Dados({"nome": "", "n": " 7 ", "vazio": " ", "ativo": "1", "senha": ""}, {})
    assert (sent.texto("nome"), sent.texto("outro")) == ("", None)
    assert (sent.senha("senha"), sent.senha("outra"), sent.senha("n")) == (None, None, " 7 ")
    assert (sent.inteiro("n"), sent.inteiro("vazio"), sent.inteiro("outro")) == (7, None, None)
    assert (sent.sim("ativo"), sent.sim("nome"), sent.sim("outro")) == (True, False, False)
    with pytest.raises(UsageError):
        Dados({"n": "x"}, {}).inteiro("n")


@pytest.mark.parametrize(("content", "found"), [(b"pfx", b"pfx"), (b"", None)])
def test_a_file_without_a_byte_is_none(content: bytes, found: bytes | None) -> None:
    sent = Dados({}, {"a": UploadFile(BytesIO(content), filename="a.pfx")})
    assert (sent.arquivo("a"), sent.arquivo("b")) == (found, None)
