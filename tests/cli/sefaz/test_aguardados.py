"""`esteira sefaz aguardados`: notes of which only the summary is here, and until when something may be done."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from conftest import Configure
from support.consultas import Loja
from support.sefaz import EMPRESA
from support.typed import Run

from cli.sefaz.aguardados import _words
from flows.sefaz.manifestacoes.aguardados import AguardadoView

NOTE = AguardadoView(
    id=1,
    empresa="11.222.333/0001-81",
    usuario="ana",
    chave_acesso="3" * 44,
    emitente="55.666.777/0001-55",
    emit_nome="Fornecedor",
    valor_total=Decimal("10.00"),
    xml="sem_ciencia",
    desde=datetime(2026, 11, 26, 2, 59, tzinfo=UTC),
    ciencia_ate=datetime(2026, 12, 6, 2, 59, tzinfo=UTC),
    conclusao="pendente",
    conclusao_ate=datetime(2027, 2, 24, 3, 0, tzinfo=UTC),
)
DATES = ("desde", "ciencia_ate", "conclusao_ate")


@pytest.mark.parametrize(
    ("changed", "dates"),
    [
        ({}, ("25/11/2026", "05/12/2026", "24/02/2027")),
        ({"xml": "aguardado"}, ("25/11/2026", None, "24/02/2027")),
        ({"xml": "sem_ciencia_no_prazo"}, ("25/11/2026", None, "24/02/2027")),
        ({"conclusao": "confirmada"}, ("25/11/2026", "05/12/2026", None)),
        ({"xml": "propria", "conclusao": "nao_cabe", "desde": None}, (None, None, None)),
        ({"ciencia_ate": None, "conclusao_ate": None}, ("25/11/2026", None, None)),
    ],
    ids=["all", "asked for", "too late for it", "concluded", "nothing to do", "not known"],
)
def test_only_what_can_still_be_done_has_a_date_by_the_calendar_here(
    changed: dict[str, object], dates: tuple[str | None, ...]
) -> None:
    found = _words(replace(NOTE, **changed))  # type: ignore[arg-type]
    assert tuple(found[name] for name in DATES) == dates


def test_the_calendar_is_that_of_the_installation(configure: Configure) -> None:
    configure(core__timezone="UTC")
    assert _words(NOTE)["desde"] == "26/11/2026"


def test_states_are_words_and_the_rest_stays() -> None:
    found = _words(replace(NOTE, xml="sem_ciencia_no_prazo", conclusao="confirmada_tacitamente"))
    assert (found["xml"], found["conclusao"]) == ("sem ciencia no prazo", "confirmada tacitamente")
    assert (found["valor_total"], found["chave_acesso"]) == (Decimal("10.00"), "3" * 44)


def test_what_is_waited_for_is_listed(minha: Loja, run: Run) -> None:
    assert run("sefaz", "aguardados") == (0, "", "Nenhum XML é aguardado.\n")
    minha.receber(3)
    minha.consultar()
    chaves = sorted(minha.server.notas)
    code, out, _ = run("sefaz", "aguardados", "--json")
    assert code == 0
    assert sorted(one["chave_acesso"] for one in json.loads(out)) == chaves
    assert "sem ciencia" in run("sefaz", "aguardados", "--empresa", EMPRESA)[1]
    assert "Há mais: repita com --depois" in run("sefaz", "aguardados", "--limite", "2")[2]
    run("sefaz", "manifestar", *chaves, "--tipo", "desconhecimento", "--sim")
    assert "Nenhum XML é aguardado" in run("sefaz", "aguardados")[2]
    assert "desconhecida" in run("sefaz", "aguardados", "--todos")[1]
