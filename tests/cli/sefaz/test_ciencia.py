"""`esteira sefaz ciencia`: whether Ciência is given by itself, and what it obliges to."""

import json

from conftest import Configure
from support.consultas import Loja
from support.sefaz import EMPRESA
from support.typed import Run

from flows.certificados import keeping

WORDS = ("sefaz", "ciencia", "--empresa", EMPRESA)


def test_ciencia_by_itself_says_what_it_obliges_to(minha: Loja, run: Run) -> None:
    words = ("sefaz", "ciencia", "--empresa", EMPRESA)
    assert "desligada" in run(*words)[2]
    code, out, err = run(*words, "--ligar", "--json")
    assert (code, json.loads(out)["ligada"]) == (0, True)
    assert "obriga a empresa a concluir depois" in err
    assert "em até 90 dias" in err
    assert "ligada desde" in run(*words)[2]
    assert "Nenhum certificado" not in err
    keeping.desativar(EMPRESA, "ana")
    assert "Nenhum certificado em uso serve a empresa: nada sai" in run(*words)[2]
    assert "desligada" in run(*words, "--desligar")[2]
    assert run(*words, "--ligar", "--desligar")[0] == 2


def test_what_it_obliges_to_has_the_time_of_the_settings(minha: Loja, run: Run, configure: Configure) -> None:
    configure(sefaz__dias_conclusao="45")
    code, out, err = run(*WORDS, "--ligar")
    assert (code, out, "em até 45 dias da autorização" in err) == (0, "", True)


def test_who_only_looks_changes_nothing_and_is_told_of_no_duty(minha: Loja, run: Run) -> None:
    for _ in range(2):
        code, out, err = run(*WORDS, "--json")
        assert (code, json.loads(out)["ligada"]) == (0, False)
        assert err == "Ciência automática de 11.222.333/0001-81: desligada.\n"


def test_on_and_off_at_once_changes_nothing(minha: Loja, run: Run) -> None:
    code, out, err = run(*WORDS, "--ligar", "--desligar")
    assert (code, out) == (2, "")
    assert "Diga só --ligar, ou só --desligar." in err
    assert "desligada" in run(*WORDS)[2]
