"""Made-up coupons of a SAT box, as the box writes them and as São Paulo's portal does.

docs/reference/contracts/sefaz.md §8.
"""

from decimal import Decimal

import pytest
from lxml import etree

from core.documentos.espacos import SAT
from core.fiscal import chave_valida
from sandbox.documentos.comum import EMITENTE, QUANDO, Pessoa, cpf
from sandbox.documentos.cupons import cupom, lote
from sandbox.documentos.notas import Produto

PRODUCTS = (Produto(Decimal("10.00"), Decimal(4)), Produto(Decimal("0.05"), descricao="Arruela"))


def test_the_key_says_what_the_coupon_says() -> None:
    made = cupom(12, serie_sat="900004020")
    info = etree.fromstring(made.xml)[0]
    assert chave_valida(made.chave, "59")
    assert info.get("Id") == f"CFe{made.chave}"
    said = [info.findtext(f"ide/{name}") for name in ("mod", "nserieSAT", "nCFe", "cNF", "cDV")]
    assert said == ["59", "900004020", "000012", made.chave[37:43], made.chave[43]]
    assert (made.chave[22:31], made.chave[31:37]) == ("900004020", "000012")
    assert info.findtext("ide/dEmi") + info.findtext("ide/hEmi") == f"{QUANDO:%Y%m%d%H%M%S}"


@pytest.mark.parametrize(("portal", "space"), [(False, ""), (True, f"{{{SAT}}}")])
def test_only_the_portal_has_a_namespace(portal: bool, space: str) -> None:
    root = etree.fromstring(cupom(12, portal=portal).xml)
    assert {root.tag, root[0].tag} == {f"{space}CFe", f"{space}infCFe"}


def test_a_cancellation_names_its_coupon_and_sells_nothing() -> None:
    sold = cupom(12, produtos=PRODUCTS)
    root = etree.fromstring(cupom(13, cancela=sold.chave, produtos=PRODUCTS).xml)
    assert (root.tag, root[0].get("chCanc")) == ("CFeCanc", f"CFe{sold.chave}")
    assert root.findall(".//det") == []
    assert root.findtext(".//vCFe") == "10.05"
    assert "chCanc" not in sold.texto


def test_who_bought_is_named_or_not() -> None:
    nobody, person = (etree.fromstring(cupom(12, destinatario=one).xml) for one in (None, Pessoa(cpf(5), "Fulana")))
    assert len(nobody.find(".//dest")) == 0
    assert (person.findtext(".//dest/CPF"), person.findtext(".//dest/xNome")) == (cpf(5), "Fulana")
    assert nobody.findtext(".//emit/CNPJ") == EMITENTE.documento


def test_the_totals_are_the_sums_of_the_items() -> None:
    root = etree.fromstring(cupom(12, produtos=PRODUCTS).xml)
    items = root.findall(".//det")
    assert [one.get("nItem") for one in items] == ["1", "2"]
    for item, total in (("prod/vProd", "ICMSTot/vProd"), ("imposto/ICMS/ICMS00/vICMS", "ICMSTot/vICMS")):
        assert sum(Decimal(one.findtext(item)) for one in items) == Decimal(root.findtext(f".//total/{total}"))
    assert root.findtext(".//total/vCFe") == root.findtext(".//total/ICMSTot/vProd") == "10.05"


def test_a_unit_costs_its_part_of_the_value() -> None:
    item = etree.fromstring(cupom(12, produtos=PRODUCTS).xml).find(".//det")
    assert (item.findtext("prod/qCom"), item.findtext("prod/vUnCom")) == ("4", "2.50")


def test_several_come_in_one_file_of_the_portal() -> None:
    one, two = cupom(1), cupom(2, cancela=cupom(1).chave)
    root = etree.fromstring(lote(one, two))
    assert root.tag == f"{{{SAT}}}envCFe"
    assert [etree.QName(inner).localname for inner in root] == ["CFe", "CFeCanc"]
    assert [inner[0].get("Id") for inner in root] == [f"CFe{one.chave}", f"CFe{two.chave}"]
