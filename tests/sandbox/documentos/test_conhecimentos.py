"""Made-up freight bills hold what is asked of them, in every layout.

docs/reference/contracts/sefaz.md §8.7.
"""

from decimal import Decimal

import pytest
from lxml import etree

from core.documentos.espacos import CTE
from core.fiscal import chave_valida
from sandbox.documentos.comum import EMITENTE, QUANDO, Pessoa, chave, cpf
from sandbox.documentos.conhecimentos import conhecimento

C = {"c": CTE}


def parsed(**given: object) -> etree._Element:
    return etree.fromstring(conhecimento(7, **given).xml)  # type: ignore[arg-type]


def text(root: etree._Element, path: str) -> str | None:
    return root.findtext(path, None, C)


@pytest.mark.parametrize(("status", "name"), [("100", "cteProc"), (None, "CTe")])
def test_with_a_status_there_is_a_protocol_around_it(status: str | None, name: str) -> None:
    root = parsed(status=status)
    assert etree.QName(root).localname == name
    assert text(root, ".//c:protCTe/c:infProt/c:cStat") == status


def test_the_key_says_what_the_bill_says() -> None:
    made = conhecimento(7, serie=3, emitente=EMITENTE, uf="41")
    root = etree.fromstring(made.xml)
    assert chave_valida(made.chave, "57")
    assert root.find(".//c:infCte", C).get("Id") == f"CTe{made.chave}"
    said = [text(root, f".//c:ide/c:{name}") for name in ("cUF", "mod", "serie", "nCT", "cCT", "cDV")]
    assert said == ["41", "57", "3", "7", made.chave[35:43], made.chave[43]]
    assert text(root, ".//c:protCTe/c:infProt/c:chCTe") == made.chave


@pytest.mark.parametrize(
    ("layout", "date", "group"),
    [
        ("1.04", "2026-01-15T10:30:00", "toma03"),
        ("2.00", "2026-01-15T10:30:00", "toma03"),
        ("3.00", "2026-01-15T10:30:00-03:00", "toma3"),
        ("4.00", "2026-01-15T10:30:00-03:00", "toma3"),
    ],
)
def test_layouts_before_the_third_have_no_offset_and_other_names(layout: str, date: str, group: str) -> None:
    root = parsed(layout=layout, tomador=3, quando=QUANDO.replace(microsecond=5))
    assert text(root, ".//c:ide/c:dhEmi") == date
    assert text(root, f".//c:ide/c:{group}/c:toma") == "3"
    assert {root.get("versao"), root.find(".//c:infModal", C).get("versaoModal")} == {layout}


@pytest.mark.parametrize(("layout", "group"), [("2.00", "toma04"), ("4.00", "toma4")])
def test_who_pays_may_be_somebody_else(layout: str, group: str) -> None:
    root = parsed(layout=layout, tomador=Pessoa(cpf(5), "Fulana"))
    found = root.find(f".//c:ide/c:{group}", C)
    assert (text(found, "c:toma"), text(found, "c:CPF"), text(found, "c:xNome")) == ("4", cpf(5), "Fulana")
    assert root.find(".//c:toma3", C) is root.find(".//c:toma03", C) is None


def test_what_is_carried_and_replaced_is_named_and_nothing_else() -> None:
    notes, other = [chave("55", 1), chave("55", 2)], chave("57", 9)
    root = parsed(notas=notes, substitui=other)
    assert [one.text for one in root.iterfind(".//c:infDoc/c:infNFe/c:chave", C)] == notes
    assert text(root, ".//c:infCteSub/c:chCte") == other
    alone = parsed()
    assert alone.find(".//c:infDoc", C) is alone.find(".//c:infCteSub", C) is None


@pytest.mark.parametrize(("value", "tax"), [("250.00", "30.00"), ("0.05", "0.01"), ("0.04", "0.00")])
def test_the_tax_is_a_part_of_the_value_in_cents(value: str, tax: str) -> None:
    root = parsed(valor=Decimal(value))
    assert [text(root, f".//c:vPrest/c:{name}") for name in ("vTPrest", "vRec", "Comp/c:vComp")] == [value] * 3
    assert text(root, ".//c:ICMS00/c:vICMS") == tax
