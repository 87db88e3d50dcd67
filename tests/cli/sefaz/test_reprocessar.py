"""`esteira sefaz reprocessar`: what could not be read is read again, and SEFAZ is asked nothing."""

import json

import pytest
from support.numeracao import Numeracao, add, after, numeracao
from support.sefaz import EMPRESA, FILIAL
from support.typed import Run

from sandbox.documentos.notas import nota
from storage.models.sefaz import DocumentoDistribuido

SCHEMA = "procNFe_v4.00.xsd"


@pytest.fixture
def mine(sqlite: str) -> Numeracao:
    return numeracao()


def unread(of: Numeracao, nsu: int, kept: bytes) -> None:
    """Keep what came as it came."""
    came = {"schema": SCHEMA, "resultado": "erro", "motivo": "antes", "bruto": kept, "recebido_em": after(0)}
    add(DocumentoDistribuido(serie_id=of.serie_id, nsu=nsu, **came))


def test_where_all_was_read_there_is_nothing_to_do(mine: Numeracao, run: Run) -> None:
    assert run("sefaz", "reprocessar") == (0, "", "Nada está por ler.\n")


def test_what_can_be_read_by_now_is_told_apart_from_what_cannot(mine: Numeracao, run: Run) -> None:
    unread(mine, 1, nota(1).xml)
    unread(mine, 2, b"<ruim")
    code, out, err = run("sefaz", "reprocessar", "--json")
    assert (code, [(one["nsu"], one["resultado"]) for one in json.loads(out)]) == (5, [(1, "novo"), (2, "erro")])
    assert err == "1 documento lido, 1 ainda por ler.\n"
    assert "Motivo" in run("sefaz", "reprocessar")[1]


def test_when_all_is_read_it_ends_well(mine: Numeracao, run: Run) -> None:
    unread(mine, 1, nota(1).xml)
    unread(mine, 2, nota(2).xml)
    code, _, err = run("sefaz", "reprocessar")
    assert (code, err) == (0, "2 documentos lidos, 0 ainda por ler.\n")


def test_one_company_s_may_be_read_alone(mine: Numeracao, run: Run) -> None:
    other = numeracao(FILIAL)
    unread(mine, 1, nota(1).xml)
    unread(other, 1, nota(2).xml)
    assert "1 documento lido" in run("sefaz", "reprocessar", "--empresa", EMPRESA)[2]
    assert "1 documento lido" in run("sefaz", "reprocessar", "--usuario", "ana")[2]
    assert run("sefaz", "reprocessar", "--empresa", "1")[0] == 2
