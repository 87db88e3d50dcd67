"""A text that its protocol proves takes the place of the draft that was kept, with everything it says."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from support.fiscal import CLOCK, conhecimento, documents, evento, key, nota, parte, resumo, stored, told, user

from core.clock import FixedClock
from core.documentos.conteudo import Conteudo, Item, Laco, Ligacao
from core.documentos.situacao import Situacao
from flows.documentos.entries import Entrada, Resultado
from flows.documentos.storing import store
from flows.documentos.textos import unpacked
from flows.documentos.views import totais
from storage.models.documentos import CTe, DocumentoItem, DocumentoLigacao, NFe, XmlGuardado
from storage.models.eventos import Event
from storage.session import reading, transaction

pytestmark = pytest.mark.usefixtures("banco")
WRONG: dict[str, Any] = {
    "valor_total": Decimal("10000.00"),
    "dest_nome": "Errado Ltda",
    "valor_produtos": Decimal("10000.00"),
    "itens": (
        Item(numero_item=1, descricao="Errado", quantidade=Decimal(1), valor_total=Decimal("9999.00")),
        Item(numero_item=2, descricao="De mais", quantidade=Decimal(1), valor_total=Decimal("1.00")),
    ),
    "ligacoes": (Ligacao(laco=Laco.REFERENCIA, chave=key(8)),),
}
RIGHT = nota(ligacoes=(Ligacao(laco=Laco.REFERENCIA, chave=key(9)),))
DRAFT, REJECTED = nota(protocolo=None, **WRONG), nota(status="539", motivo="Rejeição", **WRONG)
CHANGED = {"status_nfe", "motivo", "valor_total", "dest_nome", "valor_produtos", "itens", "ligacoes"}


def bodies(name: str) -> list[dict[str, Any]]:
    """Return what was told by events of this name."""
    with reading() as db:
        query = select(Event.corpo).where(Event.nome == name).order_by(Event.id)
        return [json.loads(body)["dados"] for body in db.scalars(query)]


def all_of(model: Any, *columns: str) -> list[tuple[Any, ...]]:
    """Return these columns of each row."""
    with reading() as db:
        return [tuple(row) for row in db.execute(select(*(getattr(model, name) for name in columns)))]


@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize("before", [DRAFT, REJECTED])
def test_what_was_corrected_before_it_was_authorised_has_the_values_that_were(before: Conteudo, together: bool) -> None:
    usuario = user("ana")
    for batch in [(before, RIGHT)] if together else [(before,), (RIGHT,)]:
        last = stored(*batch, usuario_id=usuario)[-1]
    (head,) = documents()
    assert last.resultado is Resultado.ATUALIZADO
    assert (head.situacao, head.status, head.valor_total) == (Situacao.AUTORIZADA, "100", Decimal("10.50"))
    assert (head.dest_nome, "errado" in head.busca, head.comprovado) == ("Mercado & Cia", False, True)
    assert all_of(NFe, "valor_produtos") == [(Decimal("10.00"),)]
    assert all_of(DocumentoItem, "numero_item", "descricao") == [(1, "Pão")]
    assert all_of(DocumentoLigacao, "chave") == [(key(9),)]
    assert totais.nfe().valor_total == Decimal("10.50")
    with reading() as db:
        assert unpacked(db.get_one(XmlGuardado, head.xml_id).conteudo) == parte(RIGHT).texto
    assert told() == ["nfe_importada", "documento_atualizado"]
    assert [one["valor_total"] for one in bodies("nfe_importada")] == ["10000.00"]
    (change,) = bodies("documento_atualizado")
    assert set(change["campos_alterados"]) - {"protocolo"} == CHANGED


def test_a_summary_between_a_draft_and_what_was_authorised_tells_each_change_once() -> None:
    usuario = user("ana")
    for one in (DRAFT, resumo(), RIGHT, RIGHT):
        stored(one, usuario_id=usuario)
    assert documents()[0].valor_total == Decimal("10.50")
    changes = [set(one["campos_alterados"]) for one in bodies("documento_atualizado")]
    assert changes == [{"status_nfe", "protocolo"}, CHANGED - {"status_nfe", "motivo"}]


def test_a_text_that_says_the_same_changes_its_state_alone_and_writes_nothing_twice() -> None:
    usuario = user("ana")
    stored(replace(RIGHT, protocolo=None, status=None, motivo=None), usuario_id=usuario)
    stored(RIGHT, usuario_id=usuario)
    (change,) = bodies("documento_atualizado")
    assert set(change["campos_alterados"]) == {"status_nfe", "motivo", "protocolo"}
    assert len(all_of(DocumentoItem, "id")) == len(all_of(NFe, "id")) == len(all_of(DocumentoLigacao, "chave")) == 1


def test_a_freight_bill_is_replaced_and_told_by_its_own_names() -> None:
    usuario = user("ana")
    draft = conhecimento(numero=7, protocolo=None, status=None, municipio_fim="Olinda", valor_total=Decimal(1))
    for one in (draft, conhecimento()):
        stored(one, usuario_id=usuario)
    assert all_of(CTe, "municipio_fim") == [("Recife",)]
    (change,) = bodies("documento_atualizado")
    assert set(change["campos_alterados"]) == {
        "status_cte", "protocolo", "numero_ct", "valor_total", "municipio_fim",
    }  # fmt: skip


def test_a_draft_that_comes_after_what_was_authorised_changes_nothing() -> None:
    usuario = user("ana")
    stored(RIGHT, usuario_id=usuario)
    (done,) = stored(DRAFT, usuario_id=usuario)
    assert (done.resultado, documents()[0].valor_total) == (Resultado.REPETIDO, Decimal("10.50"))
    assert told() == ["nfe_importada"]


def test_a_document_was_imported_when_the_first_full_text_of_it_came() -> None:
    came, clock = [], FixedClock(CLOCK.now())
    for one in (DRAFT, RIGHT):
        with transaction() as db:
            store(db, [Entrada(parte(one), "arquivo.xml")], clock)
        clock.advance(86400)
        came += [(head.data_importacao, head.atualizado_em) for head in documents()]
    first, later = CLOCK.now(), CLOCK.now() + timedelta(days=1)
    assert came == [(first, first), (first, later)]


TRIED = nota(ambiente=2, **WRONG)


@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize("before", [(TRIED,), (TRIED, evento(ambiente=2)), (evento(ambiente=2), TRIED)])
def test_a_note_of_production_takes_the_place_of_a_test_with_the_same_key(
    before: tuple[Conteudo, ...], together: bool
) -> None:
    usuario = user("ana")
    for batch in [(*before, RIGHT)] if together else [(*before,), (RIGHT,)]:
        last = stored(*batch, usuario_id=usuario)[-1]
    (head,) = documents()
    assert last.resultado is Resultado.NOVO
    assert (head.ambiente, head.situacao, head.status) == (1, Situacao.AUTORIZADA, "100")
    assert (head.valor_total, head.dest_nome, head.motivo) == (Decimal("10.50"), "Mercado & Cia", RIGHT.motivo)
    assert all_of(NFe, "valor_produtos") == [(Decimal("10.00"),)]
    assert all_of(DocumentoItem, "numero_item", "descricao") == [(1, "Pão")]
    assert all_of(DocumentoLigacao, "chave") == [(key(9),)]
    with reading() as db:
        assert unpacked(db.get_one(XmlGuardado, head.xml_id).conteudo) == parte(RIGHT).texto
    assert bodies("nfe_importada")[-1]["valor_total"] == "10.50"
    assert totais.nfe().total_notas == 1


@pytest.mark.parametrize("tried", [TRIED, resumo(ambiente=2, status="101")])
def test_a_test_never_takes_the_place_of_production(tried: Conteudo) -> None:
    usuario = user("ana")
    draft = replace(RIGHT, protocolo=None, status=None, motivo=None)
    stored(draft, usuario_id=usuario)
    (done,) = stored(tried, usuario_id=usuario)
    (head,) = documents()
    assert (done.resultado, head.ambiente, head.situacao) == (Resultado.REPETIDO, 1, Situacao.SEM_PROTOCOLO)
    assert "é de homologação, e o que já está no acervo é de produção: não muda nada" in done.mensagem
    assert told() == ["nfe_importada"]


def test_what_was_registered_of_production_stays_with_the_note_that_takes_the_place() -> None:
    usuario = user("ana")
    for one in (TRIED, evento(ambiente=1), evento(tipo="110110", correcao="texto", ambiente=2), RIGHT):
        stored(one, usuario_id=usuario)
    (head,) = documents()
    assert (head.situacao, head.correcao) == (Situacao.CANCELADA, None)
    assert told() == ["nfe_importada", "documento_atualizado", "nfe_importada", "documento_atualizado"]


def test_a_protocol_of_production_is_kept_where_only_a_test_is_known() -> None:
    usuario = user("ana")
    for one in (TRIED, resumo(ambiente=1, status="110")):
        stored(one, usuario_id=usuario)
    assert [(one.completo, one.situacao) for one in documents()] == [(False, Situacao.DENEGADA)]
    assert all_of(NFe, "id") == all_of(DocumentoItem, "id") == []
    stored(replace(RIGHT, protocolo=None, status=None), usuario_id=usuario)
    assert [(one.completo, one.status) for one in documents()] == [(True, "110")]
