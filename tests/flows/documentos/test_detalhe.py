"""One document with all that is known of it, by the names of its kind."""

from decimal import Decimal
from typing import Any

import pytest
from support import acervo
from support.acervo import aponta, evento, frete, guardar, item, nota

from core.caller import OPERATOR, Caller
from core.documentos.conteudo import Cupom, Especie, Laco, Papel
from core.errors import NotFound
from flows.documentos.detalhe import Detalhe, by_number
from flows.documentos.filtro import of_kinds
from storage.models.documentos import DE_CTE, DE_NFE
from storage.session import reading

COUPON: dict[str, Any] = {"especie": Especie.CFE, "modelo": "59", "emit_cnpj": acervo.PADARIA}


def found(number: int, caller: Caller = OPERATOR, kinds: tuple[str, ...] | None = None) -> Detalhe:
    with reading() as db:
        return by_number(db, number, caller, *([of_kinds(kinds)] if kinds else []))


def test_a_note_is_told_whole_in_its_own_words(banco: str) -> None:
    ana, other = acervo.usuario("ana"), nota(9)
    note = nota(7, itens=(item(2), item(1)), ligacoes=aponta(Laco.REFERENCIA, other.chave), autorizados=("1" * 14,))
    number = guardar(note, de=ana, papel=Papel.EMITENTE)
    evento(note.chave, de=ana, documento=number)
    guardar(nota(8, ligacoes=aponta(Laco.COMPLEMENTO, note.chave)), de=ana)
    one = found(number)
    assert (one.id, one.especie, one.completo, one.total_itens) == (number, "nfe", True, 2)
    assert (one.campos["chave_acesso"], one.campos["numero_nf"], one.campos["status_nfe"]) == (note.chave, "7", "100")
    assert (one.campos["usuario_importacao"], one.campos["autorizados"]) == ("ana", ["1" * 14])
    assert [each.numero_item for each in one.itens] == [1, 2]
    assert [each.tipo_evento for each in one.eventos] == ["110111"]
    assert [(each.laco, each.chave_acesso) for each in one.ligacoes] == [("referencia", other.chave)]
    assert [(each.laco, each.chave_acesso) for each in one.citado_por] == [("complemento", nota(8).chave)]


def test_a_freight_and_a_coupon_have_words_of_their_own(sqlite: str) -> None:
    freight = found(guardar(frete(3)))
    assert (freight.campos["numero_ct"], freight.campos["status_cte"], freight.campos["uf_fim"]) == ("3", "100", "SP")
    made = Cupom(chave=acervo.chave(4, modelo="59"), numero=4, numero_serie_sat="900004019", **COUPON)
    coupon = found(guardar(made))
    assert (coupon.campos["chave_acesso"], coupon.campos["numero"]) == (made.chave, "4")
    assert (coupon.campos["numero_serie_sat"], coupon.campos["usuario_importacao"]) == ("900004019", None)


def test_of_a_summary_only_what_all_have_is_known(sqlite: str) -> None:
    one = found(guardar(nota(7, valor_total=Decimal(5)), completo=False))
    assert (one.completo, one.campos["valor_total"], one.itens, one.total_itens) == (False, Decimal(5), (), 0)
    assert "natureza" not in one.campos


@pytest.mark.parametrize("kinds", [DE_NFE, None])
def test_a_user_meets_his_own_documents_only(sqlite: str, kinds: tuple[str, ...] | None) -> None:
    ana, bia = acervo.usuario("ana"), acervo.usuario("bia")
    number = guardar(nota(1), de=ana)
    assert found(number, Caller(ana), kinds).id == number
    with pytest.raises(NotFound, match=f"Não há documento com o número {number}"):
        found(number, Caller(bia), kinds)


def test_that_another_user_has_the_same_document_is_not_told(sqlite: str) -> None:
    ana, bia = acervo.usuario("ana"), acervo.usuario("bia")
    number = guardar(nota(1), de=ana)
    alone = found(number, Caller(ana))
    guardar(nota(1), de=bia)
    assert found(number, Caller(ana)) == alone


def test_a_document_of_another_kind_is_not_there(sqlite: str) -> None:
    number = guardar(nota(1))
    with pytest.raises(NotFound):
        found(number, kinds=DE_CTE)


@pytest.mark.parametrize("number", [0, -1, 999, 2**63 - 1, 2**63, -(2**63), 10**40])
def test_a_number_that_is_nobodys_is_not_there_however_large(banco: str, number: int) -> None:
    with pytest.raises(NotFound) as caught:
        found(number)
    assert caught.value.veja == "documentos"
