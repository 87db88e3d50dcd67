"""What people type finds their note over HTTP, and a day is a whole day of São Paulo, also when the clock changes."""

from datetime import UTC, datetime

import pytest
from support.acervo import MERCADO, guardar, nota
from support.api import person

from flows.usuarios.finding import caller_of

KEY = nota(2, emit_cnpj=MERCADO).chave
FOURS = " ".join(KEY[place : place + 4] for place in range(0, 44, 4))


@pytest.mark.parametrize(
    ("typed", "numero"),
    [
        ("sao joao", "1"),
        ("SÃO  JOÃO", "1"),
        ("12.abc.345/01de-35", "2"),
        (FOURS, "2"),
        (KEY.lower(), "2"),
        ("100%", "3"),
        ("a_b", "3"),
    ],
)
def test_what_people_type_finds_their_note(url: str, typed: str, numero: str) -> None:
    ana = person(url)
    owner = caller_of("ana").usuario_id
    guardar(nota(1, emit_nome="Padaria São João"), de=owner)
    guardar(nota(2, emit_nome="Mercado", emit_cnpj=MERCADO), de=owner)
    guardar(nota(3, emit_nome="Loja 100% A_B"), de=owner)
    guardar(nota(4, emit_nome="Padaria São João"), de=None)
    listed = ana.get("/api/nfe/", params={"search": typed}).json()["results"]
    found = ana.get("/api/search/", params={"q": typed}).json()["nfes"]
    assert [one["numero_nf"] for one in listed] == [one["numero_nf"] for one in found] == [numero]


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        # it has no midnight: the clock goes from 23:59 to 1:00
        ("2018-11-04", datetime(2018, 11, 4, 3, 0, tzinfo=UTC), datetime(2018, 11, 5, 1, 59, 59, tzinfo=UTC)),
        # it has its last hour twice
        ("2018-02-17", datetime(2018, 2, 17, 2, 0, tzinfo=UTC), datetime(2018, 2, 18, 2, 59, 59, tzinfo=UTC)),
    ],
)
def test_a_day_on_which_the_clock_changes_is_whole(url: str, day: str, first: datetime, last: datetime) -> None:
    ana = person(url)
    owner = caller_of("ana").usuario_id
    for number, seconds in enumerate(
        (first.timestamp() - 1, first.timestamp(), last.timestamp(), last.timestamp() + 1)
    ):
        guardar(nota(number, data_emissao=datetime.fromtimestamp(seconds, UTC)), de=owner)
    asked = {"data_inicio": day, "data_fim": day, "ordering": "numero_nf"}
    listed = ana.get("/api/nfe/", params=asked).json()["results"]
    assert [one["numero_nf"] for one in listed] == ["1", "2"]
