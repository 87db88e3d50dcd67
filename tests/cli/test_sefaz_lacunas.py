"""`esteira sefaz`: what is missing, keys that are asked for, where a numbering begins, what is read again."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from conftest import Configure
from support.consultas import Loja, loja
from support.sefaz import EMPRESA, Lugar, sefaz
from support.typed import Run

from flows.sefaz import lacunas
from flows.sefaz.regras import Falta
from storage.session import transaction


@pytest.fixture
def lugar(tmp_path: Path) -> Iterator[Lugar]:
    with sefaz(tmp_path) as found:
        found.clock.instant = datetime.now(UTC)
        yield found


@pytest.fixture
def minha(sqlite: str, lugar: Lugar, configure: Configure) -> Loja:
    return loja(lugar, configure)


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


def test_a_list_of_keys_is_noted_and_shown(minha: Loja, run: Run, tmp_path: Path) -> None:
    minha.receber(2)
    first, second = minha.server.notas
    paper = tmp_path / "chaves.txt"
    paper.write_text(f"\ufeff{first}\r\nlixo\r\n\r\nNFe{second}\r\n", encoding="utf-8")
    assert run("sefaz", "chaves", str(paper))[0] == 2
    code, out, err = run("sefaz", "chaves", str(paper), "--empresa", EMPRESA, "--usuario", "ana")
    assert code == 5
    assert "2 chaves anotadas, em cerca de 1 hora; 0 já pedidas ou no acervo, 1 recusada" in err
    assert "lixo" in out
    assert run("sefaz", "completar", "--empresa", EMPRESA)[0] == 0
    found = json.loads(run("sefaz", "chaves", "--json")[1])
    assert [(one["chave"], one["estado"]) for one in found] == [(first, "encontrada"), (second, "encontrada")]
    assert run("sefaz", "chaves", str(tmp_path / "nada"), "--empresa", EMPRESA)[0] == 2


def test_one_document_is_asked_for_by_key_or_by_number(minha: Loja, run: Run) -> None:
    minha.receber(2)
    chave = next(iter(minha.server.notas))
    code, out, _ = run("sefaz", "buscar", chave, "--empresa", EMPRESA)
    assert (code, out.strip()) == (
        0,
        "11.222.333/0001-81: encontrada. 138: Documento(s) localizado(s) (resNFe)",
    )
    assert run("sefaz", "buscar", "2", "--empresa", EMPRESA)[0] == 0
    assert minha.chaves == set(minha.server.notas)
    assert "já está no acervo" in run("sefaz", "buscar", "2", "--empresa", EMPRESA)[2]
    code, _, err = run("sefaz", "buscar", chave[:-1], "--empresa", EMPRESA)
    assert code == 2
    assert "não é uma chave" in err


def test_a_question_that_the_hour_has_no_room_for_says_when(minha: Loja, run: Run) -> None:
    minha.receber(21)
    for _ in range(20):
        minha.server.serie(EMPRESA).avulsa(minha.lugar.clock.now())
    code, _, err = run("sefaz", "buscar", next(iter(minha.server.notas)), "--empresa", EMPRESA)
    assert code == 6
    assert "20 consultas por hora" in err


def test_where_a_numbering_begins_is_said(minha: Loja, run: Run) -> None:
    code, _, err = run("sefaz", "iniciar", "--empresa", EMPRESA, "--nsu", "40")
    assert code == 0
    assert "segue do NSU 40 (antes 0). O que há de 1 a 40 não será pedido." in err
    code, _, err = run("sefaz", "iniciar", "--empresa", EMPRESA, "--nsu", "39")
    assert code == 2
    assert "diga que é para voltar (--voltar)" in err
    assert run("sefaz", "iniciar", "--empresa", EMPRESA, "--nsu", "39", "--voltar")[0] == 0


def test_a_beginning_above_all_that_sefaz_told_is_pointed_out(minha: Loja, run: Run) -> None:
    minha.receber(3)
    minha.consultar()
    code, _, err = run("sefaz", "iniciar", "--empresa", EMPRESA, "--nsu", "4512")
    assert (code, "o maior que a SEFAZ disse até agora é 3" in err) == (0, True)
    assert "Confira" not in run("sefaz", "iniciar", "--empresa", EMPRESA, "--nsu", "3", "--voltar")[2]


def test_what_could_not_be_read_is_read_again(minha: Loja, run: Run) -> None:
    assert "Nada está por ler" in run("sefaz", "reprocessar")[2]
    minha.server.comecar(EMPRESA)
    minha.server.publicar(EMPRESA, "nfe", "resOutra_v9.99.xsd", b"<resOutra/>")
    minha.consultar()
    code, out, err = run("sefaz", "reprocessar", "--json")
    assert (code, json.loads(out)[0]["resultado"]) == (5, "erro")
    assert "0 documentos lidos, 1 ainda por ler" in err


def test_the_first_contact_says_what_does_not_come(minha: Loja, run: Run) -> None:
    _, _, err = run("sefaz", "consultar", "--empresa", EMPRESA, "--servico", "nfe")
    for part in ("começa agora", "esteira sefaz chaves", "20 por hora", "Importe"):
        assert part in err
    assert "começa agora" not in run("sefaz", "consultar", "--empresa", EMPRESA, "--servico", "nfe")[2]


def test_what_is_missing_stands_in_the_state(minha: Loja, run: Run) -> None:
    minha.consultar()
    with transaction() as db:
        lacunas.anotar(db, minha.serie.id, [Falta(5, 9, "consumo_indevido")], minha.lugar.clock.now())
    assert json.loads(run("sefaz", "estado", "--json")[1])[0]["faltam"] == 5
