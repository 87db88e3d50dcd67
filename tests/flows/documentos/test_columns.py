"""What a document says as rows: cut to what they hold, each thing once, in one order."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from support.fiscal import DESTINATARIO, EMITENTE, ISSUED, conhecimento, cupom, key, nota, resumo

from core.documentos.conteudo import Cabeca, Item, Laco, Ligacao, NotaFiscal, Papel
from flows.documentos.columns import (
    DIFERE,
    HEAD,
    HEAD_MADE,
    ITEM,
    OWN,
    STATE,
    Columns,
    head_values,
    items_of,
    links_of,
    listed,
    own_names,
    own_row,
    roles,
    warnings,
)
from flows.documentos.known import Ficha
from flows.documentos.owners import NINGUEM, Dono
from storage.models.documentos import Documento, NFe
from storage.rows import table_of


def head(cabeca: Cabeca, dono: Dono = NINGUEM, **ficha: Any) -> dict[str, Any]:
    """Return what the row of a document has besides what it says, by the names of the columns."""
    made = Ficha(dono, cabeca.chave, cabeca.especie, **ficha)
    return dict(zip(HEAD_MADE, head_values(made, cabeca), strict=True))


def test_a_text_that_is_longer_than_its_column_is_cut_and_nothing_else_is() -> None:
    said = nota(emit_nome="é" * 201, dest_nome="é" * 200, emit_uf=None, valor_total=Decimal("1.50"))
    row = dict(zip(HEAD.names, HEAD.of(said), strict=True))
    assert (row["emit_nome"], row["dest_nome"]) == ("é" * 200, "é" * 200)
    assert (row["emit_uf"], row["valor_total"], row["data_emissao"]) == (None, Decimal("1.50"), ISSUED)


def test_the_columns_are_those_of_the_table_that_the_fields_are_named_after() -> None:
    some = Columns(NotaFiscal, table_of(NFe), "natureza")
    assert "emit_fantasia" in some.names
    assert not {"natureza", "id", "chave", "itens"} & set(some.names)


def test_no_column_of_a_document_is_written_twice() -> None:
    names = [*HEAD.names, *HEAD_MADE, *STATE.names]
    assert len(set(names)) == len(names)
    assert set(names) <= set(table_of(Documento).c.keys())


@pytest.mark.parametrize("made", [nota(autorizados=("1" * 14, "2" * 11)), conhecimento(), cupom()])
def test_what_only_one_kind_says_stands_behind_its_number(made: Cabeca) -> None:
    row, names = own_row(7, made), own_names(type(made))
    assert (row[0], len(row)) == (7, len(names) + 1)
    assert set(names) == set(table_of(OWN[type(made)]).c.keys()) - {"id"}
    said = dict(zip(names, row[1:], strict=True))
    if isinstance(made, NotaFiscal):
        assert said.pop("autorizados") == f"{'1' * 14},{'2' * 11}"
    assert said == {name: getattr(made, name) for name in said}


@pytest.mark.parametrize(
    ("issued", "offset", "mes"),
    [
        # in UTC it is the next month
        (ISSUED, -180, "2026-10"),
        (datetime(2026, 11, 1, tzinfo=UTC), 0, "2026-11"),
        (datetime.fromisoformat("0999-01-01T00:00:00+05:30"), 330, "0999-01"),
        (None, None, None),
    ],
)
def test_a_document_is_of_its_own_local_month(issued: datetime | None, offset: int | None, mes: str | None) -> None:
    found = head(nota(data_emissao=issued))
    assert (found["offset_minutos"], found["mes"]) == (offset, mes)


@pytest.mark.parametrize(
    ("cnpj", "papel", "papeis"),
    [(EMITENTE, "EMITENTE", "EMITENTE"), (DESTINATARIO, "DESTINATARIO", "DESTINATARIO"), (None, None, "")],
)
def test_a_row_says_what_its_company_is_in_it(cnpj: str | None, papel: str | None, papeis: str) -> None:
    found = head(nota(), Dono(1, 5, cnpj))
    assert (found["papel"], found["papeis"]) == (papel, papeis)


def test_of_several_roles_the_first_is_the_foremost() -> None:
    assert roles((Papel.TOMADOR, Papel.EMITENTE)) == ("TOMADOR", "TOMADOR,EMITENTE")
    assert roles(()) == (None, "")


def test_what_is_odd_in_the_text_comes_before_what_is_odd_about_it() -> None:
    found = head(nota(avisos=("do texto",)), avisos=["da empresa"], difere=True)
    assert json.loads(found["avisos"]) == ["do texto", "da empresa", DIFERE]
    assert head(nota())["avisos"] is None


@pytest.mark.parametrize(
    ("avisos", "difere", "told"),
    [([], False, []), (["a"], False, ["a"]), ([], True, [DIFERE]), (["a"], True, ["a", DIFERE])],
)
def test_that_another_text_was_authorised_is_a_warning(avisos: list[str], difere: bool, told: list[str]) -> None:
    assert warnings(Ficha(NINGUEM, key(1), "nfe", avisos=avisos, difere=difere)) == told


def test_warnings_are_kept_as_people_read_them() -> None:
    assert listed(["é"]) == '["é"]'
    assert listed([]) is None


@pytest.mark.parametrize(("completo", "comprovado"), [(True, False), (False, False), (True, True)])
def test_how_it_is_known_is_in_its_row(completo: bool, comprovado: bool) -> None:
    found = head(nota(), completo=completo, comprovado=comprovado)
    assert (found["completo"], found["comprovado"]) == (completo, comprovado)


def test_a_number_of_an_item_is_kept_once() -> None:
    items = tuple(Item(numero_item=number, descricao=words) for number, words in ((2, "a"), (1, "b"), (2, "c")))
    found = list(items_of(nota(itens=items)))
    assert [one.descricao for one in found] == ["a", "b"]
    assert [ITEM.of(one)[ITEM.names.index("numero_item")] for one in found] == [2, 1]


@pytest.mark.parametrize("cabeca", [resumo(), conhecimento(), nota(itens=())])
def test_what_has_no_items_has_none(cabeca: Cabeca) -> None:
    assert list(items_of(cabeca)) == []


def test_the_keys_that_a_document_names_are_kept_once_with_how() -> None:
    links = tuple(Ligacao(laco=laco, chave=key(2)) for laco in (Laco.REFERENCIA, Laco.COMPLEMENTO, Laco.REFERENCIA))
    assert links_of(nota(ligacoes=links)) == {("referencia", key(2)), ("complemento", key(2))}
    assert links_of(nota()) == set()


def test_a_coupon_is_linked_to_the_one_that_it_cancels() -> None:
    link = Ligacao(laco=Laco.CANCELAMENTO, chave=key(2, "59"))
    for made in (cupom(cancelada=key(2, "59")), cupom(cancelada=key(2, "59"), ligacoes=(link,))):
        assert links_of(made) == {("cancelamento", key(2, "59"))}
    assert links_of(cupom()) == set()
