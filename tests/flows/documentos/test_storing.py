"""Documents are stored once for each owner, as they are, and told once."""

import json
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from support.deliveries import deliveries, owned, webhook
from support.fiscal import (
    CLOCK,
    DESTINATARIO,
    EMITENTE,
    cnpj,
    company,
    conhecimento,
    cupom,
    documents,
    evento,
    events_about,
    key,
    nota,
    parte,
    resumo,
    stored,
    told,
    user,
)

from core.clock import FixedClock
from core.documentos.conteudo import Conteudo, Inutilizacao, Item, Laco, Ligacao, Papel, Parte
from core.documentos.situacao import Situacao
from flows.documentos.entries import Entrada, Resultado
from flows.documentos.storing import store
from storage.models.destinos import DestinoEvento
from storage.models.documentos import CTe, Documento, DocumentoItem, DocumentoLigacao, NFe, XmlGuardado
from storage.models.eventos import Event
from storage.models.registros import InutilizacaoGuardada
from storage.session import reading, transaction

pytestmark = pytest.mark.usefixtures("banco")


def test_a_document_is_kept_with_everything_it_says() -> None:
    link = Ligacao(laco=Laco.REFERENCIA, chave=key(9))
    one = nota(ligacoes=(link,), autorizados=(DESTINATARIO, EMITENTE), avisos=("o dígito está errado",))
    (done,) = stored(one)
    with reading() as db:
        (head,) = documents()
        nfe, item = db.get_one(NFe, head.id), db.scalars(select(DocumentoItem)).one()
        kept = db.get_one(XmlGuardado, head.xml_id)
        links = db.scalars(select(DocumentoLigacao)).all()
    assert (done.resultado, done.documento_id, done.chave) == (Resultado.NOVO, head.id, one.chave)
    assert (head.situacao, head.status, head.protocolo) == (Situacao.AUTORIZADA, "100", one.protocolo)
    assert (head.mes, head.offset_minutos, head.data_emissao) == ("2026-10", -180, one.data_emissao)
    assert (head.valor_total, nfe.valor_produtos) == (Decimal("10.50"), Decimal("10.00"))
    assert nfe.autorizados == f"{DESTINATARIO},{EMITENTE}"
    assert (item.descricao, item.quantidade) == ("Pão", Decimal("2.5000"))
    assert [(one.laco, one.chave) for one in links] == [("referencia", key(9))]
    assert "padaria sao joao" in head.busca
    assert json.loads(head.avisos or "") == ["o dígito está errado"]
    assert zlib.decompress(kept.conteudo) == parte(one).texto


def test_many_documents_of_every_kind_in_one_transaction() -> None:
    stored(*(nota(number) for number in range(1, 120)), conhecimento(1), cupom(1))
    assert [one.especie for one in documents()].count("nfe") == 119
    with reading() as db:
        assert db.scalar(select(func.count()).select_from(DocumentoItem)) == 119
        assert db.scalars(select(CTe.municipio_fim)).all() == ["Recife"]


def test_a_second_import_changes_and_tells_nothing() -> None:
    usuario = user("ana")
    stored(nota(), usuario_id=usuario)
    (again,) = stored(nota(), usuario_id=usuario)
    assert (again.resultado, again.mensagem) == (Resultado.REPETIDO, "já estava no acervo")
    assert again.documento_id == documents()[0].id
    assert told() == ["nfe_importada"]


def test_one_document_twice_in_a_batch_is_one() -> None:
    done = stored(nota(), nota(), usuario_id=user("ana"))
    assert [one.resultado for one in done] == [Resultado.NOVO, Resultado.REPETIDO]
    assert len(documents()) == 1
    assert told() == ["nfe_importada"]


def test_a_missing_protocol_is_filled_and_told_once() -> None:
    usuario = user("ana")
    stored(nota(protocolo=None), usuario_id=usuario)
    assert documents()[0].situacao == Situacao.SEM_PROTOCOLO
    first = documents()[0].xml_id
    stored(nota(), usuario_id=usuario)
    stored(nota(), usuario_id=usuario)
    (head,) = documents()
    assert (head.situacao, head.status) == (Situacao.AUTORIZADA, "100")
    assert head.xml_id != first
    assert told() == ["nfe_importada", "documento_atualizado"]
    with reading() as db:
        body = json.loads(db.scalars(select(Event.corpo).order_by(Event.id.desc())).first() or b"")
    assert set(body["dados"]["campos_alterados"]) == {"status_nfe", "motivo", "protocolo"}


@pytest.mark.parametrize("known", [resumo(), resumo(status="101"), evento()])
def test_the_text_with_the_protocol_is_kept_whatever_was_known_before(known: Conteudo) -> None:
    usuario = user("ana")
    bare, whole = nota(protocolo=None), nota()
    stored(bare, known, usuario_id=usuario)
    (done,) = stored(whole, usuario_id=usuario)
    stored(bare, usuario_id=usuario)
    assert done.resultado is Resultado.ATUALIZADO
    with reading() as db:
        (kept,) = db.scalars(select(XmlGuardado).join(Documento, Documento.xml_id == XmlGuardado.id))
    assert zlib.decompress(kept.conteudo) == parte(whole).texto
    (again,) = stored(whole, usuario_id=usuario)
    assert again.resultado is Resultado.REPETIDO
    assert told().count("nfe_importada") == 1


def test_a_summary_becomes_a_document_and_never_the_other_way_round() -> None:
    usuario = user("ana")
    stored(resumo(), usuario_id=usuario)
    (head,) = documents()
    assert (head.completo, head.emit_nome) == (False, None)
    assert told() == []
    stored(nota(), usuario_id=usuario)
    stored(resumo(status="101"), usuario_id=usuario)
    (head,) = documents()
    assert (head.completo, head.emit_nome, head.situacao) == (True, "Padaria São João", Situacao.CANCELADA)
    assert told() == ["nfe_importada", "documento_atualizado"]
    with reading() as db:
        assert db.scalar(select(func.count()).select_from(DocumentoItem)) == 1


def test_a_document_was_imported_when_its_full_text_came() -> None:
    """A report of that day, and whoever fetches what is new by this instant, would miss it otherwise."""
    stored(resumo())
    came, clock = [], FixedClock(CLOCK.now())
    for one in (nota(), resumo(status="101"), nota()):
        clock.advance(86400)
        with transaction() as db:
            store(db, [Entrada(parte(one), "arquivo.xml")], clock)
        came += [head.data_importacao for head in documents()]
    assert came == [CLOCK.now() + timedelta(days=1)] * 3


def test_a_summary_and_its_document_in_one_batch_are_a_document() -> None:
    stored(resumo(), nota(), usuario_id=user("ana"))
    assert [one.completo for one in documents()] == [True]
    assert told() == ["nfe_importada"]


def test_a_protocol_without_its_document_is_kept_until_it_comes() -> None:
    usuario = user("ana")
    stored(resumo(status="110"), usuario_id=usuario)
    stored(nota(protocolo=None), usuario_id=usuario)
    (head,) = documents()
    assert (head.completo, head.situacao, head.status) == (True, Situacao.DENEGADA, "110")


def test_what_nobody_owns_tells_nobody() -> None:
    stored(nota(), evento())
    assert [one.dono for one in documents()] == ["0:0"]
    assert told() == []


def test_two_companies_own_one_document() -> None:
    ana, bia = user("ana"), user("bia")
    mine, theirs = company(ana, EMITENTE), company(bia, DESTINATARIO)
    company(bia, cnpj(44555666, 2))
    company(None, cnpj(77888999))
    (done,) = stored(nota())
    rows = {one.empresa_id: (one.usuario_id, one.papel, one.papeis) for one in documents()}
    assert rows == {mine: (ana, "EMITENTE", "EMITENTE"), theirs: (bia, "DESTINATARIO", "DESTINATARIO")}
    assert "é de 2 empresas" in done.mensagem
    assert told() == ["nfe_importada", "nfe_importada"]
    with reading() as db:
        assert db.scalar(select(func.count()).select_from(XmlGuardado)) == 1


def test_an_event_goes_to_every_owner_of_its_document() -> None:
    company(user("ana"), EMITENTE)
    company(user("bia"), DESTINATARIO)
    stored(nota())
    stored(evento())
    assert {one.situacao for one in documents()} == {Situacao.CANCELADA}
    assert len(events_about()) == 2
    assert told().count("documento_atualizado") == 2


def test_a_user_gets_what_the_own_companies_take_part_in_by_base_cnpj() -> None:
    ana, bia = user("ana"), user("bia")
    branch = company(ana, cnpj(11222333, 5))
    company(bia, DESTINATARIO)
    stored(nota(), usuario_id=ana)
    stored(nota(2, papeis=()), usuario_id=ana)
    assert [(one.empresa_id, one.papel) for one in documents()] == [(branch, "EMITENTE"), (None, None)]
    assert {one.usuario_id for one in documents()} == {ana}


def test_what_a_user_had_without_a_company_becomes_the_companys() -> None:
    ana = user("ana")
    stored(nota(), evento(tipo="210200"), usuario_id=ana)
    mine = company(ana, DESTINATARIO)
    (again,) = stored(nota(), usuario_id=ana)
    stored(evento(), usuario_id=ana)
    (head,) = documents()
    assert (again.resultado, again.documento_id) == (Resultado.REPETIDO, head.id)
    assert (head.empresa_id, head.dono, head.papel) == (mine, f"{ana}:{mine}", "DESTINATARIO")
    assert {one.dono for one in events_about()} == {head.dono}
    assert told() == ["nfe_importada", "documento_atualizado"]


def test_what_is_a_companys_already_is_no_second_document_of_its_user_or_of_nobody() -> None:
    ana = user("ana")
    other = company(ana, cnpj(77888999))
    stored(nota(), usuario_id=ana)
    stored(nota(), usuario_id=ana, empresa_id=other)
    again = [*stored(nota(), usuario_id=ana), *stored(nota())]
    assert [one.resultado for one in again] == [Resultado.REPETIDO] * 2
    assert [one.empresa_id for one in documents()] == [other]
    stored(nota(), usuario_id=user("bia"))
    assert len(documents()) == 2


def test_a_company_that_is_off_gets_nothing_by_itself() -> None:
    company(user("ana"), EMITENTE, ativa=False)
    stored(nota())
    assert [one.dono for one in documents()] == ["0:0"]


def test_a_company_that_is_named_gets_a_document_it_has_no_part_in_with_a_warning() -> None:
    ana = user("ana")
    number = company(ana, cnpj(77888999))
    (done,) = stored(nota(), usuario_id=ana, empresa_id=number)
    assert "não aparece neste documento" in done.mensagem
    assert "não aparece" in (documents()[0].avisos or "")


@pytest.mark.parametrize("reader", [cnpj(77888999), cnpj(77888999, 2)])
@pytest.mark.parametrize("made", [nota, conhecimento])
def test_a_company_that_may_only_read_a_document_is_named_in_it(made: Callable[..., Conteudo], reader: str) -> None:
    ana = user("ana")
    number = company(ana, cnpj(77888999))
    (done,) = stored(made(autorizados=(DESTINATARIO, reader)), usuario_id=ana, empresa_id=number)
    assert (done.alheio, "não aparece" in done.mensagem, documents()[0].avisos) == (False, False, None)
    assert documents()[0].papel is None


def test_a_coupon_is_authorised_by_nature_and_cancelled_by_its_cancellation() -> None:
    stored(cupom(1), cupom(3))
    stored(cupom(2, cancelada=key(1, "59")))
    stored(cupom(5, cancelada=key(4, "59")), cupom(4))
    stored(cupom(7, cancelada=key(6, "59")))
    stored(cupom(6))
    found = {one.numero: one.situacao for one in documents()}
    bad, good = Situacao.CANCELADA, Situacao.AUTORIZADA
    assert found == {1: bad, 2: good, 3: good, 4: bad, 5: good, 6: bad, 7: good}


@pytest.mark.parametrize("cancelled_first", [False, True])
def test_a_coupon_is_cancelled_for_all_companies_of_a_user(cancelled_first: bool) -> None:
    ana = user("ana")
    company(ana, EMITENTE)
    company(ana, DESTINATARIO)
    sold = cupom(1, papeis=((Papel.EMITENTE, EMITENTE), (Papel.DESTINATARIO, DESTINATARIO)))
    both = (sold, cupom(2, cancelada=sold.chave))
    for one in reversed(both) if cancelled_first else both:
        stored(one, usuario_id=ana)
    assert [one.situacao for one in documents() if one.numero == 1] == [Situacao.CANCELADA] * 2


def test_a_coupon_that_one_company_of_a_user_hears_to_be_cancelled_is_so_for_the_others() -> None:
    ana, bia = user("ana"), user("bia")
    mine = company(ana, EMITENTE)
    company(ana, DESTINATARIO)
    sold = cupom(1, papeis=((Papel.EMITENTE, EMITENTE), (Papel.DESTINATARIO, DESTINATARIO)))
    for usuario in (ana, bia):
        stored(sold, usuario_id=usuario)
    stored(cupom(2, cancelada=sold.chave), usuario_id=ana, empresa_id=mine)
    states = sorted((one.usuario_id, one.situacao) for one in documents() if one.numero == 1)
    bad, good = Situacao.CANCELADA, Situacao.AUTORIZADA
    assert states == [(ana, bad), (ana, bad), (bia, good)]


def test_a_coupon_is_cancelled_for_whoever_has_it() -> None:
    company(user("ana"), EMITENTE)
    company(user("bia"), DESTINATARIO)
    sold = cupom(1, papeis=((Papel.EMITENTE, EMITENTE), (Papel.DESTINATARIO, DESTINATARIO)))
    stored(sold, cupom(2, cancelada=sold.chave))
    assert [one.situacao for one in documents() if one.numero == 1] == [Situacao.CANCELADA] * 2


def test_a_document_between_two_companies_of_a_user_is_told_once() -> None:
    ana = user("ana")
    company(ana, EMITENTE)
    company(ana, DESTINATARIO)
    stored(nota(1), usuario_id=ana)
    stored(evento(1), usuario_id=ana)
    assert told() == ["nfe_importada", "documento_atualizado"]
    stored(nota(2), evento(2), usuario_id=ana)
    assert told() == ["nfe_importada", "documento_atualizado"] * 2
    company(ana, cnpj(77888999))
    both = nota(3, papeis=((Papel.EMITENTE, EMITENTE), (Papel.TRANSPORTADOR, cnpj(77888999))))
    stored(both, usuario_id=ana)
    stored(nota(1, papeis=both.papeis), usuario_id=ana)
    assert told() == ["nfe_importada", "documento_atualizado"] * 2 + ["nfe_importada"]
    assert len(documents()) == 7


def test_a_range_is_proven_by_its_answer_only() -> None:
    one = Inutilizacao(emit_cnpj=EMITENTE, uf="35", ano=26, modelo="55", serie=1, inicio=5, fim=9)
    number = company(user("ana"), EMITENTE)
    results = [
        stored(given)[0].resultado for given in (one, replace(one, status="102"), one, replace(one, status="256"))
    ]
    assert results == [Resultado.NOVO, Resultado.ATUALIZADO, Resultado.REPETIDO, Resultado.REPETIDO]
    with reading() as db:
        row = db.scalars(select(InutilizacaoGuardada)).one()
    assert (row.homologada, row.empresa_id, row.inicio, row.fim) == (True, number, 5, 9)


def test_what_is_no_document_is_an_outcome() -> None:
    given = [Entrada(Parte(motivo="raiz_desconhecida", mensagem="raiz desconhecida: html")), Entrada(parte(nota()))]
    with transaction() as db:
        bad, good = store(db, given)
    assert (bad.resultado, bad.motivo, bad.mensagem) == (Resultado.ERRO, "raiz_desconhecida", "raiz desconhecida: html")
    assert good.resultado is Resultado.NOVO


def test_a_text_longer_than_its_column_costs_nothing() -> None:
    stored(nota(emit_nome="Ã" * 500, itens=(Item(numero_item=1, descricao="x" * 2000),) * 2))
    assert documents()[0].emit_nome == "Ã" * 200


def test_events_of_contract_have_their_payload() -> None:
    usuario = user("ana")
    stored(nota(protocolo=None, dest_nome=None, valor_produtos=None), conhecimento(), usuario_id=usuario)
    with reading() as db:
        bodies = {one.nome: json.loads(one.corpo)["dados"] for one in db.scalars(select(Event))}
    nfe, cte = bodies["nfe_importada"], bodies["cte_importado"]
    assert (nfe["numero_nf"], nfe["serie"], nfe["valor_total"], nfe["valor_produtos"]) == ("1", "1", "10.50", "0")
    assert (nfe["data_emissao"], nfe["dest_nome"], nfe["status_nfe"]) == ("2026-10-31T22:30:00-03:00", "", "")
    assert (cte["numero_ct"], cte["municipio_fim"], cte["uf_fim"], cte["status_cte"]) == ("1", "Recife", "PE", "100")


def test_only_the_owners_destinations_are_told(loopback: None) -> None:
    mine, theirs, nobodys = (webhook("http://127.0.0.1:9/", nome=name) for name in "abc")
    ana = owned(mine, "ana", eventos=["nfe_importada"])
    owned(theirs, "bia", eventos=["nfe_importada"])
    with transaction() as db:
        db.add(DestinoEvento(destino_id=nobodys, evento="nfe_importada"))
    stored(nota(), usuario_id=ana)
    stored(nota(2))
    assert [one.destino_id for one in deliveries()] == [mine]


def test_a_transaction_that_is_rolled_back_leaves_and_tells_nothing() -> None:
    ana = user("ana")
    with pytest.raises(RuntimeError), transaction() as db:
        store(db, [Entrada(parte(nota()), usuario_id=ana)])
        raise RuntimeError
    assert (documents(), told()) == ([], [])
