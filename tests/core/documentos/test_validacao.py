"""Documents against the schemas of their layouts: what is valid, what is wrong in words, where there is no schema."""

from importlib.resources import files

import pytest

from core.documentos.esquemas import ESQUEMAS, EVENTOS, OUTROS_EVENTOS
from core.documentos.validacao import Resultado, Validacao, validar
from sandbox.documentos.comum import COM_LETRAS
from sandbox.documentos.conhecimentos import conhecimento
from sandbox.documentos.eventos import cancelamento_antigo, evento, resumo_de_evento
from sandbox.documentos.notas import Produto, inutilizada, nota, resumo

NOTA = nota(7)


def found(content: str | bytes) -> Validacao:
    return validar(content.encode() if isinstance(content, str) else content)


@pytest.mark.parametrize(
    ("content", "esquema"),
    [
        (NOTA.xml, "procNFe_v4.00.xsd"),
        (nota(7, reforma=True).xml, "procNFe_v4.00.xsd"),
        (nota(7, modelo="65", destinatario=None).xml, "procNFe_v4.00.xsd"),
        (nota(7, emitente=COM_LETRAS).xml, "procNFe_v4.00.xsd"),
        (nota(7, status=None).xml, "nfe_v4.00.xsd"),
        (conhecimento(notas=(NOTA.chave,)).xml, "procCTe_v4.00.xsd"),
        (conhecimento(status=None).xml, "cte_v4.00.xsd"),
        (evento(NOTA), "procEventoCancNFe_v1.00.xsd"),
        (evento(NOTA, status=None), "eventoCancNFe_v1.00.xsd"),
        (evento(NOTA, "110110"), "procCCeNFe_v1.00.xsd"),
        (evento(conhecimento()), "procEventoCTe_v4.00.xsd"),
        (inutilizada(3, 5), "procInutNFe_v4.00.xsd"),
        (resumo(NOTA), "resNFe_v1.01.xsd"),
        (resumo_de_evento(NOTA), "resEvento_v1.01.xsd"),
    ],
)
def test_what_is_valid_is_valid_by_the_schema_of_its_kind(content: bytes, esquema: str) -> None:
    assert found(content) == Validacao(Resultado.VALIDO, f"Válido pelo esquema {esquema}.", esquema)


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (NOTA.texto.replace("<natOp>Venda de mercadoria</natOp>", ""), "mod: não é esperado aqui; espera-se natOp"),
        (NOTA.texto.replace("<vNF>100.00", "<vNF>100,00"), "vNF: o valor '100,00' não é dos permitidos"),
        (NOTA.texto.replace("<tpNF>1", "<tpNF>7"), "tpNF: o valor '7' não é dos permitidos"),
        (NOTA.texto.replace("<cProd>P001", "<cProd>" + "x" * 61), "cProd: o valor"),
        (NOTA.texto.replace(' nItem="1"', ""), "det: falta o atributo nItem"),
        (NOTA.texto.replace("<vNF>100.00</vNF>", ""), "ICMSTot: falta dentro dele vNF"),
    ],
)
def test_what_is_wrong_is_said_by_line_and_element(content: str, error: str) -> None:
    report = found(content)
    assert report.resultado is Resultado.INVALIDO
    assert report.esquema == "procNFe_v4.00.xsd"
    assert any(error in one and one.startswith("linha 1: ") for one in report.erros), report.erros


@pytest.mark.parametrize(
    ("content", "frase"),
    [
        (nota(7, layout="2.00").xml, "Não há esquema do leiaute 2.00 de nfeProc, só do 4.00: nada foi validado."),
        (conhecimento(layout="3.00").xml, "Não há esquema do leiaute 3.00 de cteProc, só do 4.00: nada foi validado."),
        (cancelamento_antigo(NOTA), "Não há esquema para procCancNFe: nada foi validado."),
        (b"<CFe/>", "Não há esquema para CFe: nada foi validado."),
        (evento(NOTA, "110001", status=None), "Não há esquema para evento: nada foi validado."),
    ],
)
def test_where_there_is_no_schema_nothing_is_claimed(content: bytes, frase: str) -> None:
    assert found(content) == Validacao(Resultado.SEM_ESQUEMA, frase)


@pytest.mark.parametrize("content", [b"", b"x", b"<a", NOTA.xml[:-20], b"<!DOCTYPE a><a/>"])
def test_what_cannot_be_read_says_so(content: bytes) -> None:
    report = found(content)
    assert report.resultado is Resultado.ILEGIVEL
    assert report.frase.startswith("Não há o que validar: ")


def test_at_most_some_errors_are_told() -> None:
    report = found(nota(7, produtos=[Produto(codigo="x" * 61)] * 30).texto.replace("<det ", "\n<det "))
    assert (report.resultado, len(report.erros)) == (Resultado.INVALIDO, 20)


@pytest.mark.parametrize(
    "path",
    sorted({path for table in (*ESQUEMAS.values(), *EVENTOS.values(), OUTROS_EVENTOS) for path, _ in table.values()}),
)
def test_every_schema_of_the_table_is_there(path: str) -> None:
    assert files("nfelib").joinpath(*path.split("/")).is_file()
