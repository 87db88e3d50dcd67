"""What made-up documents are made of is as valid as what it imitates, and of nobody.

docs/reference/contracts/sefaz.md §7.
"""

from datetime import datetime
from hashlib import sha256

import pytest
from lxml import etree

from core.fiscal import chave_valida, cnpj_valido, cpf_valido
from sandbox.documentos.comum import (
    BRASILIA,
    COM_LETRAS,
    DESTINATARIO,
    EMITENTE,
    QUANDO,
    TRANSPORTADORA,
    Feito,
    Pessoa,
    assinatura,
    chave,
    cnpj,
    cpf,
    numero_protocolo,
    protocolo,
)


@pytest.mark.parametrize("base", [1, 11222333, "12ABC345", "ZZZZZZZZ"])
@pytest.mark.parametrize("filial", [1, 2, 9999])
def test_a_cnpj_is_valid_with_digits_and_letters_and_of_any_branch(base: int | str, filial: int) -> None:
    found = cnpj(base, filial)
    assert cnpj_valido(found)
    assert (found[:8], found[8:12]) == (str(base).zfill(8), f"{filial:04d}")


@pytest.mark.parametrize("base", [5, 123456780, 999999990])
def test_a_cpf_is_valid_and_begins_with_its_number(base: int) -> None:
    assert cpf_valido(cpf(base))
    assert cpf(base)[:9] == f"{base:09d}"


def test_the_companies_are_valid_and_different() -> None:
    numbers = {one.documento for one in (EMITENTE, DESTINATARIO, TRANSPORTADORA, COM_LETRAS)}
    assert len({number[:8] for number in numbers}) == 4
    assert all(map(cnpj_valido, numbers))
    assert not COM_LETRAS.documento.isdigit()


@pytest.mark.parametrize("modelo", ["55", "65", "57", "67"])
@pytest.mark.parametrize("emitente", [EMITENTE.documento, COM_LETRAS.documento, cpf(5)])
def test_a_key_is_valid_for_each_model_and_issuer(modelo: str, emitente: str) -> None:
    found = chave(modelo, 7, serie=3, emitente=emitente, quando=datetime(2026, 11, 5, tzinfo=BRASILIA), uf="41")
    assert chave_valida(found, modelo)
    assert found[:6] == "412611"
    assert (found[6:20], found[22:25], found[25:34]) == (emitente.zfill(14), "003", "000000007")


def test_a_key_is_of_the_usual_company_and_month_unless_told_otherwise() -> None:
    assert chave("55", 1)[:20] == f"35{QUANDO:%y%m}{EMITENTE.documento}"


def test_keys_of_two_numbers_differ_also_where_a_number_is_as_great_as_can_be() -> None:
    numbers = (1, 2, 99_999_990, 999_999_999)
    assert all(chave_valida(chave("55", number)) for number in numbers)
    assert len({chave("55", number) for number in numbers}) == 4


@pytest.mark.parametrize(("documento", "field"), [(EMITENTE.documento, "CNPJ"), (cpf(5), "CPF")])
def test_a_company_has_a_cnpj_and_a_person_a_cpf(documento: str, field: str) -> None:
    assert Pessoa(documento).numero == f"<{field}>{documento}</{field}>"


def test_an_address_has_the_order_of_its_layout() -> None:
    """In a CT-e the postal code stands before the state, and there is no country."""
    who = Pessoa(EMITENTE.documento, uf="PR", municipio="Curitiba", codigo_municipio="4106902")
    note, freight = etree.fromstring(who.endereco("enderEmit")), etree.fromstring(who.endereco_cte("enderToma"))
    names = "xLgr nro xBairro cMun xMun UF CEP cPais xPais".split()
    assert (note.tag, [one.tag for one in note]) == ("enderEmit", names)
    assert (freight.tag, [one.tag for one in freight]) == ("enderToma", "xLgr nro xBairro cMun xMun CEP UF".split())
    assert (note.findtext("UF"), note.findtext("xMun"), freight.findtext("cMun")) == ("PR", "Curitiba", "4106902")


def test_a_document_is_known_by_its_bytes() -> None:
    made = Feito("x", "ç")
    assert (made.xml, made.sha256) == (b"\xc3\xa7", sha256(b"\xc3\xa7").hexdigest())


def test_what_looks_like_a_signature_points_to_its_document_and_has_its_digest() -> None:
    root = etree.fromstring(assinatura("123", "CTe", "abc="))
    ns = {"d": "http://www.w3.org/2000/09/xmldsig#"}
    assert root.find(".//d:Reference", ns).get("URI") == "#CTe123"
    assert root.findtext(".//d:DigestValue", None, ns) == "abc="


@pytest.mark.parametrize(
    ("status", "motivo", "said"),
    [
        ("100", "", "Autorizado o uso da NF-e"),
        ("110", "", "Uso Denegado"),
        ("302", "", "Uso Denegado"),
        ("999", "", "Resposta"),
        ("100", "Autorizado o uso do CT-e", "Autorizado o uso do CT-e"),
    ],
)
def test_a_protocol_says_what_became_of_a_key(status: str, motivo: str, said: str) -> None:
    key = chave("55", 7)
    root = etree.fromstring(protocolo("protNFe", "chNFe", key, status, motivo=motivo, ambiente=2))[0]
    assert [one.tag for one in root] == "tpAmb verAplic chNFe dhRecbto nProt digVal cStat xMotivo".split()
    assert (root.findtext("chNFe"), root.findtext("cStat"), root.findtext("xMotivo")) == (key, status, said)
    assert (root.findtext("tpAmb"), root.findtext("dhRecbto")) == ("2", QUANDO.isoformat())


def test_a_protocol_has_fifteen_figures_and_every_key_its_own() -> None:
    numbers = {numero_protocolo(chave("55", number)) for number in (1, 2, 999_999_999)}
    assert len(numbers) == 3
    assert all(len(number) == 15 and number.isdigit() for number in numbers)


def test_the_usual_instant_is_in_brasilia_s_time() -> None:
    assert QUANDO.utcoffset() == BRASILIA.utcoffset(None)
