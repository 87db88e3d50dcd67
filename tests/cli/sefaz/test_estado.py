"""`esteira sefaz estado`: where each numbering stands."""

import json

from support.consultas import Loja
from support.sefaz import EMPRESA
from support.typed import Run

from flows.sefaz import lacunas
from flows.sefaz.regras import Falta
from storage.session import transaction


def ask(run: Run) -> None:
    run("sefaz", "consultar", "--empresa", EMPRESA, "--servico", "nfe")


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


def test_what_is_missing_stands_in_the_state(minha: Loja, run: Run) -> None:
    minha.consultar()
    with transaction() as db:
        lacunas.anotar(db, minha.serie.id, [Falta(5, 9, "consumo_indevido")], minha.lugar.clock.now())
    assert json.loads(run("sefaz", "estado", "--json")[1])[0]["faltam"] == 5
