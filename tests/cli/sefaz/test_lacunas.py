"""`esteira sefaz lacunas` and `completar`: what is missing, and what is done about it now."""

import json

import pytest
from support.consultas import Loja
from support.numeracao import after
from support.sefaz import EMPRESA
from support.typed import Run

from cli.sefaz.lacunas import tell
from flows.certificados import keeping
from flows.sefaz.avulsas import Avulsas
from flows.sefaz.pedidos import pedir_chaves
from flows.sefaz.regras import Situacao


def test_gaps_are_shown_and_filled_now(minha: Loja, run: Run) -> None:
    assert "Nada falta" in run("sefaz", "lacunas")[2]
    minha.receber(2)
    minha.server.serie(EMPRESA).pular(1)
    minha.receber(1)
    minha.consultar()
    code, out, _ = run("sefaz", "lacunas", "--json")
    (one,) = json.loads(out)
    shown = {name: one[name] for name in ("empresa", "servico", "de", "ate", "faltam", "situacao", "motivo")}
    assert (code, shown) == (
        0,
        {
            "empresa": "11.222.333/0001-81",
            "servico": "nfe",
            "de": 3,
            "ate": 3,
            "faltam": 1,
            "situacao": "aberta",
            "motivo": "salto_na_pagina",
        },
    )
    code, _, err = run("sefaz", "completar", "--empresa", EMPRESA, "--servico", "nfe")
    assert code == 0
    assert "1 pergunta: 0 com documento, 1 sem" in err
    assert "Nada falta" in run("sefaz", "lacunas")[2]
    assert json.loads(run("sefaz", "lacunas", "--todas", "--json")[1])[0]["situacao"] == "respondida"


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (Avulsas(EMPRESA, "nfe", Situacao.CONCLUIDA, "Nada falta."), f"{EMPRESA}, nfe: Nada falta.\n"),
        (
            Avulsas(EMPRESA, "nfe", Situacao.CONCLUIDA, "138: dito.", None, 1, 1, 0),
            f"{EMPRESA}, nfe: 138: dito. 1 pergunta: 1 com documento, 0 sem.\n",
        ),
        (
            Avulsas(EMPRESA, "cte", Situacao.ESGOTADA, "Acabaram.", after(0), 18, 10, 8),
            (
                f"{EMPRESA}, cte: Acabaram. 18 perguntas: 10 com documento, 8 sem. "
                "Segue a partir de 2026-11-26T09:00:00-03:00.\n"
            ),
        ),
    ],
)
def test_a_round_is_told_in_a_line(found: Avulsas, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    tell(found)
    assert capsys.readouterr().err == said


def test_without_a_company_all_that_have_a_certificate_are_asked_for_in_all_services(minha: Loja, run: Run) -> None:
    minha.receber(1)
    list(pedir_chaves(minha.dono, minha.server.notas))
    code, out, _ = run("sefaz", "completar", "--json")
    assert (code, [(one["servico"], one["perguntas"]) for one in json.loads(out)]) == (0, [("nfe", 1), ("cte", 0)])
    keeping.desativar(EMPRESA, "ana")
    assert json.loads(run("sefaz", "completar", "--json")[1]) == []


def test_its_exit_code_is_that_of_the_worst_end(minha: Loja, run: Run) -> None:
    minha.receber(1)
    list(pedir_chaves(minha.dono, minha.server.notas))
    for _ in range(20):
        minha.server.serie(EMPRESA).avulsa(minha.lugar.clock.now())
    assert run("sefaz", "completar")[0] == 6
    assert run("sefaz", "completar", "--servico", "cte")[0] == 0
    assert run("sefaz", "completar", "--servico", "nfce")[0] == 2
