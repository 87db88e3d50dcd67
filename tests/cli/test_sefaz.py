"""`esteira sefaz`: exit codes tell done, resting, blocked, certificate and transport apart."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from conftest import Configure
from support.consultas import Loja, loja
from support.sefaz import EMPRESA, Lugar, sefaz
from support.typed import Run

from sandbox import faults


@pytest.fixture
def lugar(tmp_path: Path) -> Iterator[Lugar]:
    with sefaz(tmp_path) as found:
        found.clock.instant = datetime.now(UTC)
        yield found


@pytest.fixture
def minha(sqlite: str, lugar: Lugar, configure: Configure) -> Loja:
    return loja(lugar, configure)


def ask(run: Run, *more: str) -> tuple[int, str, str]:
    return run("sefaz", "consultar", "--empresa", EMPRESA, "--servico", "nfe", *more)


def test_done_and_then_resting(minha: Loja, run: Run) -> None:
    minha.receber(3)
    code, out, err = ask(run, "--json")
    assert (code, json.loads(out)[0]["total_importados"]) == (0, 3)
    assert "3 documentos em 1 página, 3 novos" in err
    code, out, err = ask(run)
    assert (code, out) == (1, "")
    assert "descansando" in err
    assert len(minha.server.pedidos) == 1


def test_without_a_company_all_that_have_a_certificate_are_asked_for_in_both_services(minha: Loja, run: Run) -> None:
    code, _, err = run("sefaz", "consultar")
    assert (code, err.count("documentos em")) == (0, 2), err
    assert [one.servico for one in minha.server.pedidos] == ["nfe", "cte"]


@pytest.mark.parametrize(
    ("forced", "exit_code", "said"),
    [("656", 6, "consumo indevido"), ("280", 4, "280"), ("108", 3, "108"), ("999", 5, "999")],
)
def test_each_end_has_its_code(minha: Loja, run: Run, forced: str, exit_code: int, said: str) -> None:
    minha.receber(1)
    minha.server.serie(EMPRESA).forcados.append(forced)
    code, _, err = ask(run)
    assert code == exit_code
    assert said in err


def test_a_certificate_that_is_not_accepted_is_told(minha: Loja, run: Run) -> None:
    minha.server.faults.always(faults.status(403))
    code, _, err = ask(run)
    assert code == 4
    assert "certificado" in err


def test_the_state_is_shown(minha: Loja, run: Run) -> None:
    assert "Nada foi consultado" in run("sefaz", "estado")[2]
    minha.receber(2)
    ask(run)
    code, out, _ = run("sefaz", "estado", "--json")
    (one,) = json.loads(out)
    assert code == 0
    shown = {
        name: one[name]
        for name in ("empresa", "usuario", "servico", "situacao", "ult_nsu", "faltam", "ilegiveis", "aguardados")
    }
    assert shown == {
        "empresa": "11.222.333/0001-81",
        "usuario": "ana",
        "servico": "nfe",
        "situacao": "descansando",
        "ult_nsu": 2,
        "faltam": 0,
        "ilegiveis": 0,
        "aguardados": 2,
    }
    assert "138" in run("sefaz", "estado")[1]
    assert one["automatica"] is False
    run("sefaz", "automatizar", "--empresa", EMPRESA)
    assert json.loads(run("sefaz", "estado", "--json")[1])[0]["automatica"] is True
    run("sefaz", "configurar", "--usuario", "ana", "--sem-automatica")
    assert json.loads(run("sefaz", "estado", "--json")[1])[0]["automatica"] is False


def test_it_is_told_to_go_on_by_itself(minha: Loja, run: Run) -> None:
    code, _, err = run("sefaz", "automatizar", "--empresa", EMPRESA, "--intervalo", "90")
    assert code == 0
    assert "a cada 90 minutos" in err
    assert "também nfse" in run("sefaz", "automatizar", "--empresa", EMPRESA, "--com", "nfse")[2]
    assert "também" not in run("sefaz", "automatizar", "--empresa", EMPRESA, "--sem", "nfse")[2]
    assert run("sefaz", "automatizar", "--empresa", EMPRESA, "--com", "cte")[0] == 2
    assert "desligada" in run("sefaz", "automatizar", "--empresa", EMPRESA, "--desligar")[2]
    assert run("sefaz", "automatizar", "--empresa", EMPRESA, "--intervalo", "10")[0] == 2


def test_what_the_user_s_configuration_makes_of_it_is_told(minha: Loja, run: Run) -> None:
    automatic = ("sefaz", "automatizar", "--empresa", EMPRESA)
    run("sefaz", "configurar", "--usuario", "ana", "--sem-automatica", "--horario-consulta", "22:30")
    assert "não quer consultas automáticas" in run(*automatic)[2]
    run("sefaz", "configurar", "--usuario", "ana", "--automatica")
    assert "uma consulta por dia, a partir de 22:30" in run(*automatic)[2]
    run("sefaz", "configurar", "--usuario", "ana", "--horario-consulta", "")
    assert run(*automatic)[2].count("ana") == 0


def test_a_user_says_how_to_be_consulted(minha: Loja, run: Run) -> None:
    assert "Documentos por consulta: 1000" in run("sefaz", "configurar", "--usuario", "ana")[1]
    code, out, _ = run("sefaz", "configurar", "--usuario", "ana", "--horario-consulta", "22:30", "--json")
    assert (code, json.loads(out)["horario_consulta"]) == (0, "22:30")
    code, _, err = run("sefaz", "configurar", "--usuario", "ana", "--timeout-consulta", "5")
    assert code == 2
    assert "--timeout-consulta" in err
