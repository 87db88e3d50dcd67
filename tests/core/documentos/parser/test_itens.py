"""Items in their order, each with a number of its own, whatever the document says."""

from decimal import Decimal

import pytest
from lxml import etree

from core.documentos.conteudo import Item
from core.documentos.parser import itens as module
from core.documentos.parser.grupo import Contexto, Grupo
from core.documentos.parser.itens import itens, soma


def read(inner: str) -> tuple[tuple[Item, ...], tuple[str, ...]]:
    contexto = Contexto("")
    found = itens(Grupo(etree.fromstring(f"<inf>{inner}</inf>"), contexto), contexto)
    return found, contexto.avisos


def numbered(*stated: str) -> tuple[list[int], int]:
    """Return the numbers of items that state these, and how often something odd was told."""
    found, told = read("".join(f'<det nItem="{one}"/>' for one in stated))
    return [one.numero_item for one in found], len(told)


@pytest.mark.parametrize(
    ("stated", "numbers", "told"),
    [
        ((), [], 0),
        (("1", "2", "3"), [1, 2, 3], 0),
        (("7", "3"), [7, 3], 0),
        (("001",), [1], 0),
        (("", "", ""), [1, 2, 3], 3),
        (("2", "", ""), [2, 1, 3], 2),
        (("1", "1"), [1, 2], 1),
        # a number that was given away is not to be had any more
        (("", "1", "2"), [1, 2, 3], 3),
        (("0", "-1", "1.5", "٣", "a"), [1, 2, 3, 4, 5], 5),
        (("99999999", "100000000"), [99999999, 1], 1),
    ],
)
def test_each_item_has_a_number_of_its_own(stated: tuple[str, ...], numbers: list[int], told: int) -> None:
    assert numbered(*stated) == (numbers, told)


def test_what_an_item_says_of_its_number_is_told_so_far() -> None:
    _, told = read(f'<det nItem="{"x" * 50}"/>')
    assert told == (f"o item 1 não tem número próprio (nItem {'x' * 20!r})",)


def test_of_very_many_items_the_first_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST", 2)
    assert numbered("1", "2") == ([1, 2], 0)
    assert numbered("1", "2", "3", "4") == ([1, 2], 1)


def test_a_tax_is_read_whatever_its_one_group_is_called() -> None:
    (item,), told = read(
        '<det nItem="1"><imposto><ICMS><ICMSSN500><vICMS>1.00</vICMS></ICMSSN500></ICMS>'
        "<IPI><cEnq>999</cEnq><IPITrib><vIPI>2.00</vIPI></IPITrib></IPI><PIS><PISNT/></PIS></imposto></det>"
    )
    assert (item.valor_icms, item.valor_ipi, item.valor_pis, item.valor_cofins) == (Decimal(1), Decimal(2), None, None)
    assert told == ()


def test_an_item_without_anything_is_an_item() -> None:
    (item,), told = read('<det nItem="1"/>')
    assert (item, told) == (Item(numero_item=1), ())


def test_what_the_reform_adds_is_read_where_it_stands() -> None:
    (item,), _ = read(
        '<det nItem="1"><imposto><IS><vIS>5.00</vIS></IS><IBSCBS><CST>620</CST><cClassTrib>620001</cClassTrib>'
        "<gIBSCBS><vIBS>1.00</vIBS><gCBS><vCBS>2.00</vCBS></gCBS></gIBSCBS><gIBSCBSMono>"
        "<vTotIBSMonoItem>3.00</vTotIBSMonoItem><vTotCBSMonoItem>4.50</vTotCBSMonoItem></gIBSCBSMono></IBSCBS>"
        "</imposto><vItem>100.00</vItem></det>"
    )
    assert (item.cst_ibscbs, item.classificacao, item.valor_is) == ("620", "620001", Decimal(5))
    assert (item.valor_ibs, item.valor_cbs, item.valor_monofasia) == (Decimal(1), Decimal(2), Decimal("7.50"))
    assert item.valor_item == Decimal(100)


@pytest.mark.parametrize(
    ("values", "total"),
    [
        ((), None),
        ((None, None), None),
        ((Decimal("1.50"), None), Decimal("1.50")),
        ((Decimal("1.50"), Decimal("2.50")), Decimal(4)),
        ((Decimal(0), None), Decimal(0)),
        ((Decimal("1.00"), Decimal("-1.00")), Decimal(0)),
        ((Decimal("9999999999999.99"),), Decimal("9999999999999.99")),
        ((Decimal("9999999999999.99"), Decimal("0.01")), None),
        ((Decimal("-9999999999999.99"), Decimal("-0.01")), None),
    ],
)
def test_a_sum_is_of_what_is_there_and_fits(values: tuple[Decimal | None, ...], total: Decimal | None) -> None:
    assert soma(*values) == total
