"""One more service is one more file, found by walking: MDF-e here, with nothing else touched.

docs/reference/contracts/sefaz.md §1.2, §3.1.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Configure
from support.consultas import Loja, loja, rows
from support.sefaz import sefaz

from connectors.sefaz import registro, servicos
from core.documentos.espacos import MDFE
from flows.certificados import keeping
from flows.sefaz.regras import Situacao
from flows.sefaz.rodada import rodar
from sandbox.documentos.comum import EMITENTE, QUANDO, chave
from sandbox.sefaz.servicos import SERVICOS, Servico
from storage.models.documentos import Documento
from storage.models.sefaz import SerieNSU

FILE = f'''
"""MDFeDistribuicaoDFe: manifests in which a company has a part."""

from connectors.sefaz.distribuicao import DistribuicaoSoap
from connectors.sefaz.servico import Forma

SERVICO = DistribuicaoSoap(
    nome="mdfe",
    titulo="MDF-e",
    formas=frozenset({{Forma.SEQUENCIA, Forma.NSU}}),
    ns="{MDFE}",
    sistema="MDFeDistribuicaoDFe",
    versao="1.00",
    hosts={{1: "mdfe.svrs.rs.gov.br", 2: "mdfe-homologacao.svrs.rs.gov.br"}},
    raizes={{"procMDFe": "mdfeProc"}},
    endereco=lambda settings: (settings.url_nfe or "").replace("NFe", "MDFe"),
)
'''
LOCAL = Servico("mdfe", MDFE, "1.00", {"distNSU": "ultNSU", "consNSU": "NSU"})


def manifest(number: int) -> bytes:
    key = chave("58", number)
    return (
        f'<mdfeProc xmlns="{MDFE}" versao="3.00"><MDFe><infMDFe Id="MDFe{key}"><ide><tpAmb>2</tpAmb><mod>58</mod>'
        f"<serie>1</serie><nMDF>{number}</nMDF><dhEmi>{QUANDO.isoformat()}</dhEmi></ide><emit>{EMITENTE.numero}"
        "</emit><tot><vCarga>7.00</vCarga></tot></infMDFe></MDFe></mdfeProc>"
    ).encode()


@pytest.fixture
def minha(banco: str, tmp_path: Path, configure: Configure, monkeypatch: pytest.MonkeyPatch) -> Iterator[Loja]:
    """A company, where the folder of services has one more file, and SEFAZ one more service."""
    folder = tmp_path / "servicos"
    folder.mkdir()
    (folder / "mdfe.py").write_text(FILE, encoding="utf-8")
    monkeypatch.setattr(servicos, "__path__", [*servicos.__path__, str(folder)])
    registro.servicos.cache_clear()
    with sefaz(tmp_path, servicos=(*SERVICOS, LOCAL)) as lugar:
        yield loja(lugar, configure)
    registro.servicos.cache_clear()


def publish(minha: Loja, amount: int) -> None:
    minha.server.comecar(minha.cnpj, "mdfe")
    for number in range(1, amount + 1):
        minha.server.publicar(minha.cnpj, "mdfe", "procMDFe_v3.00.xsd", manifest(number))


def test_it_is_consulted_by_the_rules_with_a_numbering_of_its_own(minha: Loja) -> None:
    publish(minha, 60)
    minha.receber(3)
    assert minha.consultar("nfe").total_importados == 3
    found = minha.consultar("mdfe")
    assert (found.situacao, found.paginas, found.total_importados) == (Situacao.CONCLUIDA, 2, 60)
    assert {one.servico: (one.ult_nsu, one.max_nsu) for one in rows(SerieNSU)} == {"nfe": (3, 3), "mdfe": (60, 60)}
    assert {one.especie for one in rows(Documento)} >= {"mdfe"}
    assert minha.consultar("mdfe").situacao is Situacao.DESCANSANDO
    assert len(minha.server.pedidos) == 3


def test_a_round_asks_for_it_too(minha: Loja) -> None:
    publish(minha, 1)
    keeping.automatizar(minha.cnpj, "ana")
    assert rodar(minha.lugar.clock, minha.lugar.clock.advance).consultas == 3
    assert {one.servico for one in minha.server.pedidos} == {"nfe", "cte", "mdfe"}


def test_what_it_left_out_is_asked_for_by_its_number(minha: Loja) -> None:
    publish(minha, 2)
    minha.server.serie(minha.cnpj, "mdfe").pular(1)
    minha.server.publicar(minha.cnpj, "mdfe", "procMDFe_v3.00.xsd", manifest(9))
    minha.consultar("mdfe")
    assert minha.lacunas == [(3, 3, "salto_na_pagina")]
    assert minha.completar("mdfe").perguntas == 1
