"""`esteira sefaz automatizar`: a company is consulted by itself, and what stands above that is told."""

import json

import pytest
from support.numeracao import numeracao
from support.sefaz import EMPRESA
from support.typed import Run

AUTOMATIC = ("sefaz", "automatizar", "--empresa", EMPRESA)


@pytest.fixture(autouse=True)
def company(sqlite: str) -> None:
    """Register a company of a user, with a certificate."""
    numeracao()


def test_it_is_told_to_go_on_by_itself(run: Run) -> None:
    code, _, err = run(*AUTOMATIC, "--intervalo", "90")
    assert code == 0
    assert "a cada 90 minutos" in err
    assert "também nfse" in run(*AUTOMATIC, "--com", "nfse")[2]
    assert "também" not in run(*AUTOMATIC, "--sem", "nfse")[2]
    assert run(*AUTOMATIC, "--com", "cte")[0] == 2
    assert "desligada" in run(*AUTOMATIC, "--desligar")[2]
    assert run(*AUTOMATIC, "--intervalo", "10")[0] == 2


def test_what_the_user_s_configuration_makes_of_it_is_told(run: Run) -> None:
    run("sefaz", "configurar", "--usuario", "ana", "--sem-automatica", "--horario-consulta", "22:30")
    assert "não quer consultas automáticas" in run(*AUTOMATIC)[2]
    run("sefaz", "configurar", "--usuario", "ana", "--automatica")
    assert "uma consulta por dia, a partir de 22:30" in run(*AUTOMATIC)[2]
    run("sefaz", "configurar", "--usuario", "ana", "--horario-consulta", "")
    assert run(*AUTOMATIC)[2].count("ana") == 0


def test_what_it_is_from_now_on_is_answered_in_json_too(run: Run) -> None:
    code, out, err = run(*AUTOMATIC, "--intervalo", "61", "--com", "nfse", "--json")
    one = json.loads(out)
    assert (code, one["consulta_automatica"], one["intervalo_consulta"]) == (0, True, 61)
    assert one["servicos_opcionais"] == ["nfse"]
    assert err.startswith("Consulta automática de 11.222.333/0001-81: a cada 61 minutos, também nfse.")


def test_the_interval_stays_while_it_is_off(run: Run) -> None:
    run(*AUTOMATIC, "--intervalo", "90")
    run(*AUTOMATIC, "--desligar")
    assert "a cada 90 minutos" in run(*AUTOMATIC)[2]


def test_of_what_is_turned_off_it_is_not_told_what_stands_above(run: Run) -> None:
    run("sefaz", "configurar", "--usuario", "ana", "--sem-automatica")
    assert run(*AUTOMATIC, "--desligar")[2] == "Consulta automática de 11.222.333/0001-81: desligada.\n"


def test_a_company_without_a_certificate_cannot_be(run: Run) -> None:
    code, out, err = run("sefaz", "automatizar", "--empresa", "11222333000262")
    assert (code, out) == (2, "")
    assert err
