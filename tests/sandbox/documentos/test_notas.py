"""Made-up notes hold what is asked of them, in every layout, and their sums agree.

docs/reference/contracts/sefaz.md §8.6.
"""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from lxml import etree

from core.documentos.espacos import NFE
from core.fiscal import chave_valida
from sandbox.documentos.comum import COM_LETRAS, EMITENTE, QUANDO, TRANSPORTADORA, Feito, Pessoa, chave, cpf
from sandbox.documentos.notas import Produto, cbs, enviada, ibs, icms, inutilizada, nota, resumo, soma

N = {"n": NFE}
ONE, TWO = Produto(Decimal("10.00"), Decimal(3)), Produto(Decimal("0.05"), descricao="Arruela")


def parsed(made: Feito | bytes) -> etree._Element:
    return etree.fromstring(made.xml if isinstance(made, Feito) else made)


def text(root: etree._Element, path: str) -> str | None:
    return root.findtext(path, None, N)


def local(root: etree._Element) -> str:
    return etree.QName(root).localname


@pytest.mark.parametrize(("status", "name"), [("100", "nfeProc"), ("302", "nfeProc"), (None, "NFe")])
def test_with_a_status_there_is_a_protocol_around_it(status: str | None, name: str) -> None:
    made = nota(7, status=status)
    root = parsed(made)
    assert local(root) == name
    assert text(root, ".//n:protNFe/n:infProt/n:cStat") == status
    assert root.find(".//n:infNFe", N).get("Id") == f"NFe{made.chave}"


def test_the_key_says_what_the_note_says() -> None:
    quando = QUANDO.replace(month=11)
    made = nota(7, serie=3, modelo="65", emitente=COM_LETRAS, quando=quando, uf="41")
    root = parsed(made)
    assert chave_valida(made.chave, "65")
    said = [text(root, f".//n:ide/n:{name}") for name in ("cUF", "mod", "serie", "nNF", "cNF", "cDV")]
    assert said == ["41", "65", "3", "7", made.chave[35:43], made.chave[43]]
    assert (made.chave[2:6], made.chave[6:20]) == ("2611", COM_LETRAS.documento)


@pytest.mark.parametrize(
    ("layout", "field", "date"),
    [
        ("1.10", "dEmi", "2026-01-15"),
        ("2.00", "dEmi", "2026-01-15"),
        ("3.10", "dhEmi", "2026-01-15T10:30:00-03:00"),
        ("4.00", "dhEmi", "2026-01-15T10:30:00-03:00"),
    ],
)
def test_layouts_before_the_third_have_the_date_alone(layout: str, field: str, date: str) -> None:
    root = parsed(nota(7, layout=layout, quando=QUANDO.replace(microsecond=5)))
    dates = list(root.iter(f"{{{NFE}}}dEmi", f"{{{NFE}}}dhEmi"))
    assert [(local(one), one.text) for one in dates] == [(field, date)]
    assert (root.find(".//n:idDest", N) is None) == (field == "dEmi")
    assert (root.find(".//n:indPres", N) is None) == (field == "dEmi")


def test_a_protocol_is_of_when_a_note_was_received() -> None:
    later = QUANDO + timedelta(hours=2)
    assert text(parsed(nota(7)), ".//n:dhRecbto") == QUANDO.isoformat()
    assert text(parsed(nota(7, recebida=later)), ".//n:dhRecbto") == later.isoformat()


def test_only_who_takes_part_is_named() -> None:
    root = parsed(nota(7, modelo="65", destinatario=None))
    assert [root.find(f".//n:{name}", N) for name in ("dest", "transporta", "autXML", "NFref")] == [None] * 4
    person, other = Pessoa(cpf(5), "Fulana"), chave("55", 1)
    root = parsed(
        nota(7, destinatario=person, transportador=TRANSPORTADORA, autorizados=(person, EMITENTE), referencias=(other,))
    )
    assert text(root, ".//n:dest/n:CPF") == cpf(5)
    assert text(root, ".//n:transporta/n:CNPJ") == TRANSPORTADORA.documento
    assert [one[0].text for one in root.iterfind(".//n:autXML", N)] == [cpf(5), EMITENTE.documento]
    assert text(root, ".//n:NFref/n:refNFe") == other


@pytest.mark.parametrize(("modelo", "printed"), [("55", "1"), ("65", "4")])
def test_a_consumer_s_note_is_printed_otherwise(modelo: str, printed: str) -> None:
    assert text(parsed(nota(7, modelo=modelo)), ".//n:tpImp") == printed


@pytest.mark.parametrize("products", [(), (ONE,), (ONE, TWO, TWO)])
@pytest.mark.parametrize("reforma", [False, True])
def test_the_totals_are_the_sums_of_the_items(products: tuple[Produto, ...], reforma: bool) -> None:
    root = parsed(nota(7, produtos=products, reforma=reforma))
    items = root.findall(".//n:det", N)
    assert [one.get("nItem") for one in items] == [str(place) for place, _ in enumerate(products, 1)]
    pairs = [("n:prod/n:vProd", "vProd"), ("n:imposto/n:ICMS/*/n:vICMS", "vICMS")]
    pairs += [("n:imposto/n:PIS/*/n:vPIS", "vPIS"), ("n:imposto/n:COFINS/*/n:vCOFINS", "vCOFINS")]
    for item, total in pairs:
        assert _sum(items, item) == Decimal(text(root, f".//n:ICMSTot/n:{total}") or "")
    assert text(root, ".//n:ICMSTot/n:vNF") == text(root, ".//n:detPag/n:vPag") == str(soma(products))
    assert (root.find(".//n:IBSCBSTot", N) is not None) is reforma
    if reforma:
        new = [_sum(items, f".//n:IBSCBS/n:gIBSCBS/{path}") for path in ("n:vIBS", "n:gCBS/n:vCBS")]
        told = [text(root, f".//n:IBSCBSTot/{path}") for path in ("n:gIBS/n:vIBS", "n:gCBS/n:vCBS")]
        assert new == [Decimal(one or "") for one in told]
        assert Decimal(text(root, ".//n:vNFTot") or "") == soma(products) + sum(new)


def _sum(items: list[etree._Element], path: str) -> Decimal:
    return sum((Decimal(text(one, path) or "") for one in items), Decimal(0))


def test_a_unit_costs_its_part_of_the_value() -> None:
    item = parsed(nota(7, produtos=(ONE,))).find(".//n:det", N)
    assert (text(item, "n:prod/n:qCom"), text(item, "n:prod/n:vUnCom")) == ("3", "3.3333333333")


@pytest.mark.parametrize(
    ("tax", "value", "found"),
    [
        (icms, "100.00", "18.00"),
        (icms, "0.05", "0.01"),
        (ibs, "100.00", "0.10"),
        (cbs, "100.00", "0.90"),
        (cbs, "0.01", "0.00"),
    ],
)
def test_taxes_are_parts_of_a_value_in_cents(tax: object, value: str, found: str) -> None:
    assert str(tax(Decimal(value))) == found  # type: ignore[operator]


def test_a_lot_holds_notes_without_their_declarations() -> None:
    root = parsed(enviada(nota(1, status=None), nota(2, status=None)))
    assert local(root) == "enviNFe"
    assert [text(one, "n:infNFe/n:ide/n:nNF") for one in root.findall("n:NFe", N)] == ["1", "2"]


def test_a_summary_says_when_and_how_a_note_stands() -> None:
    made, later = nota(7), datetime(2026, 2, 1, 8, tzinfo=QUANDO.tzinfo)
    usual, other = parsed(resumo(made)), parsed(resumo(made, situacao=3, valor="9.90", recebida=later))
    names = "chNFe CNPJ xNome IE dhEmi tpNF vNF digVal dhRecbto nProt cSitNFe".split()
    assert [local(one) for one in usual] == names
    assert (text(usual, "n:chNFe"), text(usual, "n:cSitNFe")) == (made.chave, "1")
    assert text(usual, "n:dhRecbto") == text(usual, "n:dhEmi") == QUANDO.isoformat()
    assert [text(other, f"n:{name}") for name in ("cSitNFe", "vNF", "dhRecbto")] == ["3", "9.90", later.isoformat()]


@pytest.mark.parametrize(("status", "name"), [("102", "ProcInutNFe"), (None, "inutNFe")])
def test_a_range_that_is_given_up_is_asked_for_and_answered(status: str | None, name: str) -> None:
    root = parsed(inutilizada(3, 9, serie=2, status=status))
    assert (local(root), text(root, ".//n:retInutNFe/n:infInut/n:cStat")) == (name, status)
    asked = root.find(".//n:infInut", N)
    assert asked.get("Id") == f"ID3526{EMITENTE.documento}55002000000003000000009"
    assert (text(asked, "n:serie"), text(asked, "n:nNFIni"), text(asked, "n:nNFFin")) == ("2", "3", "9")
