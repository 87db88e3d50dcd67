"""What comes after a document, or before it, leaves it in the right state and is told once."""

import json
from collections.abc import Sequence
from itertools import permutations

import pytest
from sqlalchemy import select
from support.fiscal import (
    DESTINATARIO,
    EMITENTE,
    company,
    conhecimento,
    documents,
    evento,
    events_about,
    key,
    nota,
    resumo,
    stored,
    told,
    user,
)

from core.documentos.conteudo import Conteudo
from core.documentos.situacao import Situacao
from storage.models.eventos import Event
from storage.session import reading

pytestmark = pytest.mark.usefixtures("banco")
CANCEL = evento()
CORRECTION = evento(tipo="110110", correcao="onde se lê A, leia-se B")


def changes() -> list[list[str]]:
    """Return the fields of each change that was told."""
    with reading() as db:
        query = select(Event.corpo).where(Event.nome == "documento_atualizado").order_by(Event.id)
        return [json.loads(body)["dados"]["campos_alterados"] for body in db.scalars(query)]


def test_a_cancelled_document_stays_cancelled_whatever_comes() -> None:
    usuario = user("ana")
    stored(nota(), usuario_id=usuario)
    after: Sequence[Conteudo] = (
        CANCEL,
        nota(),
        evento(tipo="110001", status="135"),
        evento(tipo="110131"),
        evento(tipo="110111", sequencia=2, status=None),
        evento(tipo="110111", sequencia=3, status="573"),
        CANCEL,
    )
    for one in after:
        stored(one, usuario_id=usuario)
        (head,) = documents()
        assert (head.situacao, head.status, head.motivo) == (Situacao.CANCELADA, "101", "Cancelamento homologado")
    assert told() == ["nfe_importada", "documento_atualizado"]
    assert changes() == [["status_nfe", "motivo"]]
    assert [one.registrado for one in events_about()] == [True, True, True, False, False]


@pytest.mark.parametrize("answer", [None, "573", "490"])
def test_an_event_that_nothing_proves_changes_nothing(answer: str | None) -> None:
    usuario = user("ana")
    stored(nota(), usuario_id=usuario)
    (done,) = stored(evento(status=answer), usuario_id=usuario)
    (head,) = documents()
    assert (head.situacao, head.status) == (Situacao.AUTORIZADA, "100")
    assert told() == ["nfe_importada"]
    assert "o documento não muda" in done.mensagem
    assert [one.registrado for one in events_about()] == [False]
    # its answer comes later, and then once more
    stored(CANCEL, usuario_id=usuario)
    stored(CANCEL, usuario_id=usuario)
    assert documents()[0].situacao == Situacao.CANCELADA
    assert told() == ["nfe_importada", "documento_atualizado"]
    assert [one.registrado for one in events_about()] == [True]


def test_the_summary_of_an_event_and_the_event_are_one_row_and_one_event() -> None:
    usuario = user("ana")
    stored(nota(), usuario_id=usuario)
    stored(evento(completo=False, status=None), usuario_id=usuario)
    assert documents()[0].situacao == Situacao.CANCELADA
    stored(CANCEL, usuario_id=usuario)
    stored(evento(completo=False, status=None), usuario_id=usuario)
    (row,) = events_about()
    assert (row.completo, row.registrado, row.aplicado, row.status) == (True, True, True, "135")
    assert row.documento_id == documents()[0].id
    assert told() == ["nfe_importada", "documento_atualizado"]


def test_a_correction_counts_once_its_text_is_there() -> None:
    usuario = user("ana")
    stored(nota(), usuario_id=usuario)
    stored(evento(tipo="110110", completo=False, status=None), usuario_id=usuario)
    assert told() == ["nfe_importada"]
    stored(CORRECTION, usuario_id=usuario)
    stored(CORRECTION, usuario_id=usuario)
    (head,) = documents()
    assert (head.correcao, head.correcao_sequencia) == ("onde se lê A, leia-se B", 1)
    assert changes() == [["correcao"]]


def test_the_summary_proves_the_text_that_came_without_its_answer() -> None:
    usuario = user("ana")
    stored(nota(), evento(tipo="110110", correcao="texto", status=None), usuario_id=usuario)
    stored(evento(tipo="110110", completo=False, status=None), usuario_id=usuario)
    assert documents()[0].correcao == "texto"
    stored(evento(tipo="110110", correcao="texto"), usuario_id=usuario)
    assert [one.completo for one in events_about()] == [True]
    assert changes() == [["correcao"]]


def test_the_order_of_arrival_changes_nothing() -> None:
    ends = set()
    arrivals = [nota(protocolo=None), nota(), CANCEL, CORRECTION]
    for number, order in enumerate(permutations(arrivals), 1):
        usuario = user(f"u{number}")
        for one in order:
            stored(one, usuario_id=usuario)
        (head,) = [one for one in documents() if one.usuario_id == usuario]
        ends.add((head.situacao, head.status, head.motivo, head.protocolo, head.correcao))
    assert ends == {("cancelada", "101", "Cancelamento homologado", nota().protocolo, CORRECTION.correcao)}


def test_an_event_waits_for_its_document_and_is_told_after_it() -> None:
    usuario = user("ana")
    (waiting,) = stored(CANCEL, usuario_id=usuario)
    assert "até que o documento chegue" in waiting.mensagem
    assert told() == []
    stored(nota(), usuario_id=usuario)
    assert documents()[0].situacao == Situacao.CANCELADA
    assert [one.documento_id for one in events_about()] == [documents()[0].id]
    assert told() == ["nfe_importada", "documento_atualizado"]


def test_an_event_that_no_company_has_waits_for_every_owner_of_its_user() -> None:
    ana, bia = user("ana"), user("bia")
    stored(evento(chave=key(1, emitente=EMITENTE)), usuario_id=ana)
    mine = company(ana, EMITENTE)
    theirs = company(bia, EMITENTE)
    stored(nota())
    found = {one.empresa_id: one.situacao for one in documents()}
    assert found == {mine: Situacao.CANCELADA, theirs: Situacao.AUTORIZADA}


@pytest.mark.parametrize("same_user", [False, True])
def test_an_event_before_its_document_changes_it_for_every_owner(same_user: bool) -> None:
    ana = user("ana")
    bia = ana if same_user else user("bia")
    company(ana, EMITENTE)
    company(bia, DESTINATARIO)
    asker = ana if same_user else None
    stored(CANCEL, usuario_id=asker)
    stored(CANCEL, nota(), usuario_id=asker)
    stored(nota(), CANCEL, usuario_id=asker)
    assert [one.situacao for one in documents()] == [Situacao.CANCELADA] * 2
    users = 1 if same_user else 2
    assert sorted(told()) == ["documento_atualizado"] * users + ["nfe_importada"] * users
    assert sum(one.documento_id is not None for one in events_about()) == 2


def test_an_event_between_a_summary_and_its_document_changes_it_for_every_owner() -> None:
    company(user("ana"), EMITENTE)
    company(user("bia"), DESTINATARIO)
    for one in (resumo(), CANCEL, nota()):
        stored(one)
    assert [(one.completo, one.situacao) for one in documents()] == [(True, Situacao.CANCELADA)] * 2


def test_an_event_that_nobody_has_with_its_document_changes_it_for_a_later_owner() -> None:
    stored(nota(), CANCEL)
    company(user("bia"), DESTINATARIO)
    stored(nota())
    assert [one.situacao for one in documents()] == [Situacao.CANCELADA] * 2


def test_what_one_user_says_of_a_document_changes_it_for_no_other() -> None:
    company(user("ana"), EMITENTE)
    company(bia := user("bia"), DESTINATARIO)
    stored(CANCEL, usuario_id=1)
    stored(nota(), usuario_id=bia)
    stored(nota())
    assert {one.usuario_id: one.situacao for one in documents()} == {
        1: Situacao.CANCELADA,
        bia: Situacao.AUTORIZADA,
    }


def test_events_of_one_batch_are_told_as_if_each_had_come_alone() -> None:
    usuario = user("ana")
    stored(CANCEL, CORRECTION, nota(), usuario_id=usuario)
    assert told() == ["nfe_importada", "documento_atualizado", "documento_atualizado"]
    assert sorted(changes()) == [["correcao"], ["status_nfe", "motivo"]]


def test_a_cte_is_cancelled_and_told_by_its_own_names() -> None:
    usuario = user("ana")
    stored(conhecimento(), evento(chave=key(1, "57")), usuario_id=usuario)
    assert documents()[0].situacao == Situacao.CANCELADA
    assert changes() == [["status_cte", "motivo"]]


@pytest.mark.parametrize("cancelled_first", [False, True])
def test_an_event_of_the_test_environment_changes_nothing_in_production(cancelled_first: bool) -> None:
    usuario = user("ana")
    tried = evento(ambiente=2)
    arrivals = [nota(), tried, evento(tipo="110110", correcao="texto", ambiente=2)]
    done = [stored(one, usuario_id=usuario)[0] for one in (reversed(arrivals) if cancelled_first else arrivals)]
    (head,) = documents()
    assert (head.situacao, head.status, head.correcao) == (Situacao.AUTORIZADA, "100", None)
    assert {(one.documento_id, one.aplicado) for one in events_about()} == {(head.id, False)}
    assert told() == ["nfe_importada"]
    if not cancelled_first:
        assert "é do ambiente de homologação, e o documento não; guardado, o documento não muda" in done[1].mensagem
    # it has the number that the one of production has too
    stored(CANCEL, usuario_id=usuario)
    stored(tried, usuario_id=usuario)
    assert documents()[0].situacao == Situacao.CANCELADA
    assert [one.ambiente for one in events_about() if one.tipo_evento == "110111"] == [CANCEL.ambiente]


def test_an_event_of_the_test_environment_changes_what_is_of_it() -> None:
    usuario = user("ana")
    stored(resumo(), evento(ambiente=2), usuario_id=usuario)
    # the summary does not say of which environment it is
    assert documents()[0].situacao == Situacao.AUTORIZADA
    stored(nota(ambiente=2), usuario_id=usuario)
    assert documents()[0].situacao == Situacao.CANCELADA


def test_a_summary_takes_the_place_of_an_event_that_is_not_of_the_documents_environment() -> None:
    usuario = user("ana")
    stored(nota(), evento(ambiente=2), usuario_id=usuario)
    stored(evento(completo=False, status=None), usuario_id=usuario)
    assert documents()[0].situacao == Situacao.CANCELADA
    stored(evento(ambiente=1), usuario_id=usuario)
    assert [(one.ambiente, one.completo) for one in events_about()] == [(1, True)]


@pytest.mark.parametrize("known", [CANCEL, resumo(status="101")])
@pytest.mark.parametrize("first", [False, True])
def test_what_reaches_one_company_of_a_user_changes_what_the_others_have(known: Conteudo, first: bool) -> None:
    ana, bia = user("ana"), user("bia")
    company(ana, EMITENTE)
    mine = company(ana, DESTINATARIO)
    theirs = company(bia, DESTINATARIO)
    if not first:
        stored(nota(), usuario_id=ana)
    stored(nota(), usuario_id=bia)
    stored(nota(), usuario_id=ana, empresa_id=mine)
    (done,) = stored(known, usuario_id=ana, empresa_id=mine)
    if first and known is CANCEL:
        stored(nota(), usuario_id=ana)
    found = {(one.usuario_id, one.situacao) for one in documents()}
    assert found == {(ana, Situacao.CANCELADA), (bia, Situacao.AUTORIZADA)}
    assert [one.empresa_id for one in documents() if one.usuario_id == bia] == [theirs]
    assert told().count("documento_atualizado") == 1
    assert "empresas" not in done.mensagem
    assert done.alheio is False


def test_what_nothing_proves_stays_with_the_company_that_it_reached() -> None:
    ana = user("ana")
    company(ana, EMITENTE)
    mine = company(ana, DESTINATARIO)
    stored(nota(), usuario_id=ana)
    stored(evento(status=None), usuario_id=ana, empresa_id=mine)
    assert [one.empresa_id for one in events_about()] == [mine]
