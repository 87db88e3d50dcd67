"""A document of a consultation is imported once, as soon as its text is here, and only by whom it concerns."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Configure
from fastapi.responses import JSONResponse
from support.api import importing
from support.consultas import Loja, loja, rows
from support.sefaz import sefaz

from api.asking import LARGEST_ID
from api.routes import documento
from core.caller import OPERATOR, Caller
from core.errors import Conflict
from flows.usuarios import managing
from flows.usuarios.finding import caller_of
from storage.models.sefaz import DocumentoDistribuido


def refused(answer: object) -> None:
    assert isinstance(answer, JSONResponse)
    assert (answer.status_code, json.loads(bytes(answer.body))) == (403, {"erro": documento.FOREIGN})


@pytest.mark.parametrize("number", [1, LARGEST_ID])
@pytest.mark.parametrize("caller", [OPERATOR, Caller(7)])
def test_a_number_that_no_document_has_is_told_as_one_of_others(sqlite: str, number: int, caller: Caller) -> None:
    refused(documento.importar(number, caller))


@pytest.fixture
def minha(sqlite: str, tmp_path: Path, configure: Configure) -> Iterator[Loja]:
    """A company that was consulted, of which a summary came."""
    with sefaz(tmp_path) as lugar:
        found = loja(lugar, configure)
        found.receber(1)
        found.consultar()
        yield found


def test_one_without_its_text_waits_and_is_imported_once_it_is_here(minha: Loja) -> None:
    (arrived,) = rows(DocumentoDistribuido)
    ana = caller_of("ana")
    with pytest.raises(Conflict, match=f"O documento {arrived.id} continua pendente: "):
        documento.importar(arrived.id, ana)
    refused(documento.importar(arrived.id, Caller(managing.criar("bia").id)))
    issued = next(iter(minha.server.notas.values()))
    importing("ana", issued.feita.xml, cnpj=issued.emitente.documento)
    done = documento.importar(arrived.id, ana)
    assert done == documento.Importado(sucesso=True, mensagem=f"Documento {issued.chave} importado.")
    with pytest.raises(Conflict, match="já está importado"):
        documento.importar(arrived.id, ana)
