"""What the status of an answer means. docs/reference/contracts/sefaz.md §3.3 to §3.8."""

import pytest

from connectors.sefaz.resposta import Resultado
from connectors.sefaz.situacao import codigos_de, resultado_de

TABLE = {
    Resultado.DOCUMENTOS: "138",
    Resultado.NADA: "137",
    Resultado.CONSUMO_INDEVIDO: "656",
    Resultado.NSU_ACIMA: "589",
    Resultado.INDISPONIVEL: "217 236 632 640 641 653 654",
    Resultado.PARADO: "108 109",
    Resultado.CERTIFICADO: "280 281 282 283 284 285 286 472 473 593",
    Resultado.AUTOR: "489 490",
    Resultado.AMBIENTE: "252",
    Resultado.MENSAGEM: "215 225 239 243 402 404 588",
    Resultado.DESCONHECIDO: "279 287 000 999",
}


@pytest.mark.parametrize(("resultado", "codes"), TABLE.items())
def test_each_status_has_its_meaning(resultado: Resultado, codes: str) -> None:
    assert {resultado_de(code) for code in codes.split()} == {resultado}


@pytest.mark.parametrize("written", ["", "0138", " 138", "138 ", "１３８"])
def test_what_is_written_otherwise_is_another_status(written: str) -> None:
    assert resultado_de(written) is Resultado.DESCONHECIDO


def test_the_statuses_of_several_meanings_are_all_of_theirs_and_no_list_has_the_unknown_ones() -> None:
    both = codigos_de(Resultado.PARADO, Resultado.AUTOR)
    assert both == {"108", "109", "489", "490"}
    assert codigos_de() == codigos_de(Resultado.DESCONHECIDO) == frozenset()
    assert len(codigos_de(*Resultado)) == sum(len(codes.split()) for codes in TABLE.values()) - 4
