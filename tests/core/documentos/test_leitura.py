"""What a file is: a table of documents, of what is none, and of what is hostile."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.documentos import LIMITE, Acao, ler
from core.documentos.leitura import CTE, MDFE, NFE
from core.fiscal import digito_chave
from sandbox.questor.documentos import CNPJ, documento

KINDS = ("nfe", "nfce", "nfe_evento", "cte", "cte_evento", "cteos", "cteos_evento", "cfe", "cfe_cancelamento")


def chave(modelo: str = "55", numero: int = 7, cnpj: str = CNPJ) -> str:
    base = f"352601{cnpj}{modelo}001{numero:09d}1{numero:08d}"
    return base + digito_chave(base)


def nfe(ident: str | None = None, prot: str | None = None, more: str = "", **fields: str) -> str:
    key = ident if ident is not None else f"NFe{chave()}"
    proof = prot if prot is not None else chave()
    said = {"mod": "55", "amb": "1", "status": "100"} | fields
    ide = f"<ide><mod>{said['mod']}</mod><tpAmb>{said['amb']}</tpAmb></ide>"
    return (
        f'<nfeProc xmlns="{NFE}"><NFe><infNFe Id="{key}">{ide}'
        f"{more}</infNFe></NFe><protNFe><infProt><chNFe>{proof}</chNFe><cStat>{said['status']}</cStat></infProt></protNFe>"
        "</nfeProc>"
    )


def evento(key: str = "", root: str = "procEventoNFe", **fields: str) -> str:
    space, field = (NFE, "chNFe") if root == "procEventoNFe" else (CTE, "chCTe")
    said = {"status": "135", "tipo": "110111", "numero": "1"} | fields
    about = f"<{field}>{key or chave()}</{field}>"
    return (
        f'<{root} xmlns="{space}"><evento><infEvento Id="ID1">{about}<tpEvento>{said["tipo"]}</tpEvento>'
        f"<nSeqEvento>{said['numero']}</nSeqEvento></infEvento></evento>"
        f"<retEvento><infEvento><cStat>{said['status']}</cStat>{about}</infEvento></retEvento></{root}>"
    )


def found(text: str | bytes) -> tuple[str, str | None, str | None]:
    read = ler(text.encode() if isinstance(text, str) else text)
    return read.acao.value, read.tipo, read.motivo


@pytest.mark.parametrize("tipo", KINDS)
def test_each_kind_is_known_with_its_identity(tipo: str) -> None:
    made = documento(tipo, 12)
    read = ler(made.texto.encode())
    assert (read.acao, read.tipo, read.identidade, read.motivo) == (Acao.IMPORTAR, tipo, made.identidade, None)


def test_an_authorised_document_is_known_by_its_own_key_not_by_one_inside() -> None:
    other = chave(numero=99)
    read = ler(nfe(more=f"<NFref><refNFe>{other}</refNFe></NFref>").encode())
    assert (read.acao, read.identidade) == (Acao.IMPORTAR, chave())


@pytest.mark.parametrize(
    "text",
    [
        nfe().replace("<nfeProc xmlns=", "<ns0:nfeProc xmlns:ns0=").replace("</nfeProc", "</ns0:nfeProc")
        .replace("<NFe>", "<ns0:NFe>").replace("</NFe>", "</ns0:NFe>").replace("infNFe", "ns0:infNFe")
        .replace("</ns0:ns0", "</ns0").replace("protNFe", "ns0:protNFe").replace("infProt", "ns0:infProt"),
        "<?xml version='1.0' encoding='UTF-8'?>\n<!-- nota -->\n" + nfe(),
        "\ufeff" + nfe(),
        nfe().replace("><", ">\r\n\t<"),
        nfe(status="150"),
    ],
    ids=["prefixed", "declaration", "bom", "indented", "150"],
)  # fmt: skip
def test_a_document_may_be_written_in_any_way(text: str) -> None:
    assert found(text) == ("importar", "nfe", None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (nfe(status="110"), ("separar", "nfe", "nao_autorizado")),
        (nfe(status="302"), ("separar", "nfe", "nao_autorizado")),
        (nfe(amb="2"), ("separar", "nfe", "ambiente_de_teste")),
        (nfe(prot=chave(numero=8)), ("separar", "nfe", "chave_divergente")),
        (nfe(mod="65"), ("separar", None, "chave_divergente")),
        (nfe(ident="NFe" + chave()[:-1] + str((int(chave()[-1]) + 1) % 10)), ("separar", None, "chave_invalida")),
        (nfe(ident=""), ("separar", None, "chave_invalida")),
        (nfe(ident=chave()), ("separar", None, "chave_invalida")),
        (nfe(ident="NFe" + "٣" * 44), ("separar", None, "chave_invalida")),
        (f'<NFe xmlns="{NFE}"><infNFe Id="NFe{chave()}"/></NFe>', ("separar", "nfe", "sem_protocolo")),
        (f'<CTe xmlns="{CTE}"><infCte Id="x"/></CTe>', ("separar", None, "sem_protocolo")),
        (f'<procCancNFe xmlns="{NFE}"/>', ("separar", "nfe_cancelamento_antigo", "cancelamento_antigo")),
        (f'<resNFe xmlns="{NFE}"/>', ("ignorar", "nfe_resumo", "resumo")),
        (f'<mdfeProc xmlns="{MDFE}"/>', ("ignorar", "mdfe", "sem_metodo")),
        (f'<retConsSitNFe xmlns="{NFE}"/>', ("ignorar", None, "trafego_de_protocolo")),
        ('<CompNfse xmlns="http://www.abrasf.org.br/nfse.xsd"/>', ("ignorar", "nfse", "outro_protocolo")),
        ('<nfeProc versao="4.00"/>', ("separar", None, "nao_e_fiscal")),
        ("<html><body>Erro</body></html>", ("separar", None, "nao_e_fiscal")),
        (evento(status="999"), ("separar", "nfe_evento", "evento_nao_registrado")),
        (evento(key=chave("64"), root="procEventoCTe"), ("separar", None, "sem_metodo")),
        (evento(tipo="1"), ("separar", None, "chave_invalida")),
        (evento(numero=""), ("separar", None, "chave_invalida")),
        (f'<procEventoNFe xmlns="{NFE}"/>', ("separar", None, "chave_invalida")),
    ],
)
def test_what_is_not_sent_and_why(text: str, expected: tuple[str, str | None, str]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("content", "motivo"),
    [
        (b"", "vazio"),
        (b" \r\n\t", "vazio"),
        (bytes(5000), "so_nulos"),
        (nfe().encode()[:-30], "xml_invalido"),
        (nfe().encode() * 2, "xml_invalido"),
        (b"%PDF-1.4 ...", "nao_e_xml"),
        (b"\x89PNG\r\n\x1a\n", "nao_e_xml"),
        (b'{"Xml": "<a/>"}', "nao_e_xml"),
        (b"PK\x03\x04", "nao_e_xml"),
        (b"<a>" * 100_000 + b"</a>" * 100_000, "xml_invalido"),
        (b'<a b="' + b"x" * 4_000_000 + b'"/>', "nao_e_fiscal"),
        (b"x" * (LIMITE + 1), "grande_demais"),
        (nfe(more="<x>\x01</x>").encode(), "xml_invalido"),
        (b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>", "doctype"),
        (b"<!-- a --><?pi b?>\n<!doctype html><html/>", "doctype"),
        ("<!DOCTYPE a><a/>".encode("utf-16"), "doctype"),
        (b"\xef\xbb\xbf<!DOCTYPE a><a/>", "doctype"),
        (b"<a>&x;</a>", "xml_invalido"),
    ],
    ids=lambda value: repr(value)[:30] if isinstance(value, bytes) else value,
)
def test_hostile_and_useless_files_are_set_aside_with_a_reason(content: bytes, motivo: str) -> None:
    assert found(content)[2] == motivo
    assert found(content)[0] == "separar"


@pytest.mark.parametrize("name", ["utf-8", "utf-16", "utf-16-le", "iso-8859-1", "utf-8-sig"])
def test_any_encoding_that_is_declared_or_marked_is_read(name: str) -> None:
    text = f"<?xml version='1.0' encoding='{name.removesuffix('-sig')}'?>" + nfe(more="<xNome>São João</xNome>")
    assert found(text.encode(name)) == ("importar", "nfe", None)


def test_a_text_that_is_only_readable_as_windows_1252_is_marked() -> None:
    text = "<?xml version='1.0' encoding='UTF-8'?>" + nfe(more="<xNome>São</xNome>")
    assert found(text.encode("cp1252")) == ("importar", "nfe", "lido_como_windows_1252")


def test_a_cnpj_with_letters_is_a_cnpj() -> None:
    key = chave(cnpj="12ABC34501DE35")
    read = ler(nfe(ident=f"NFe{key}", prot=key).encode())
    assert (read.acao, read.identidade) == (Acao.IMPORTAR, key)


def test_two_events_of_one_document_are_two() -> None:
    one, two = (ler(evento(numero=number).encode()).identidade for number in ("1", "002"))
    assert (one, two) == (f"{chave()}:110111:1", f"{chave()}:110111:2")


@given(st.binary(max_size=400))
def test_any_bytes_have_an_answer(content: bytes) -> None:
    assert ler(content).acao in Acao


@given(st.data())
def test_a_broken_document_has_an_answer(data: st.DataObject) -> None:
    content = bytearray(nfe().encode())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    assert ler(bytes(content)).acao in Acao
