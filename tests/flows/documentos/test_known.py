"""A document and its events as they stand while a batch is stored: what changes them, and what says nothing new."""

from typing import Any

import pytest
from support.fiscal import EMITENTE, NOW, evento, key, nota, resumo

from core.documentos.conteudo import Cabeca, Evento, Papel
from core.documentos.situacao import Estado, Situacao
from flows.documentos.entries import Resultado
from flows.documentos.known import Fato, Ficha, Texto
from flows.documentos.owners import Dono

ANA = Dono(1)
TEXT, OTHER = Texto(b"<um/>", "a.xml"), Texto(b"<outro/>", "b.xml")
DRAFT, CANCELLED = nota(protocolo=None), resumo(status="101", motivo="Cancelamento homologado")
NOVO, ATUALIZADO, REPETIDO = Resultado.NOVO, Resultado.ATUALIZADO, Resultado.REPETIDO


def unknown() -> Ficha:
    return Ficha(ANA, key(1), "nfe")


def stored(cabeca: Cabeca, *, completo: bool = True, comprovado: bool = True, **more: Any) -> Ficha:
    """Return a document as the database has it."""
    how: dict[str, Any] = {"completo": completo, "comprovado": comprovado, "ambiente": cabeca.ambiente}
    return Ficha(ANA, key(1), "nfe", Estado.of(cabeca), 7, **(how | more))


class TestWhatComesIn:
    def test_a_text_that_nobody_had_is_born(self) -> None:
        one = unknown()
        assert one.receive(nota(), TEXT) is NOVO
        assert (one.novo, one.mudou, one.completo, one.comprovado, one.refeita) == (True, True, True, True, False)
        assert (one.nasceu, one.texto, one.mudancas) == ((nota(), Estado.of(nota())), TEXT, [])
        assert (one.estado.situacao, one.ambiente) == (Situacao.AUTORIZADA, 1)

    @pytest.mark.parametrize("cabeca", [DRAFT, nota(status="204"), nota(conferida=False)])
    def test_a_text_that_nothing_proves_is_born_unproven(self, cabeca: Cabeca) -> None:
        one = unknown()
        one.receive(cabeca, TEXT)
        assert (one.completo, one.comprovado) == (True, False)

    def test_a_summary_is_new_and_no_birth(self) -> None:
        one = unknown()
        assert one.receive(resumo(), TEXT) is NOVO
        assert (one.novo, one.completo, one.comprovado, one.nasceu) == (True, False, False, None)
        assert one.receive(resumo(), OTHER) is REPETIDO
        assert one.receive(nota(), OTHER) is NOVO
        assert (one.completo, one.texto, one.refeita) == (True, OTHER, False)
        assert one.nasceu is not None

    def test_the_text_behind_a_stored_summary_is_born_in_its_row(self) -> None:
        one = stored(resumo(), completo=False, comprovado=False)
        assert one.receive(nota(), TEXT) is NOVO
        assert (one.novo, one.id, one.completo, one.refeita) == (False, 7, True, False)

    @pytest.mark.parametrize(
        ("known", "comes"),
        [
            (stored(nota()), nota()),
            (stored(nota()), nota(emit_nome="Outro nome")),
            (stored(nota()), resumo()),
            (stored(nota()), DRAFT),
            (stored(DRAFT, comprovado=False), DRAFT),
            (stored(DRAFT, comprovado=False), nota(protocolo=None, emit_nome="Outro rascunho")),
            (stored(resumo(), completo=False, comprovado=False), resumo()),
        ],
    )
    def test_what_says_nothing_new_changes_nothing(self, known: Ficha, comes: Cabeca) -> None:
        assert known.receive(comes, OTHER) is REPETIDO
        assert (known.mudou, known.texto, known.mudancas) == (False, None, [])

    def test_a_state_that_is_worse_is_a_change(self) -> None:
        one = stored(nota())
        assert one.receive(CANCELLED, OTHER) is ATUALIZADO
        assert (one.estado.situacao, one.mudou, one.texto) == (Situacao.CANCELADA, True, None)
        assert one.mudancas == [("situacao", "status", "motivo")]
        assert one.receive(CANCELLED, OTHER) is REPETIDO

    def test_a_proven_text_takes_the_place_of_a_draft(self) -> None:
        one = stored(DRAFT, comprovado=False, difere=True)
        assert one.receive(nota(), TEXT) is ATUALIZADO
        assert (one.comprovado, one.refeita, one.difere, one.texto, one.nasceu) == (True, True, False, TEXT, None)
        assert one.troca == 0
        assert "protocolo" in one.mudancas[0]

    def test_where_a_summary_had_told_the_state_the_change_is_of_the_text_alone(self) -> None:
        one = stored(nota(), comprovado=False)
        assert one.receive(nota(), TEXT) is ATUALIZADO
        assert (one.mudancas, one.troca) == ([()], 0)

    def test_what_comes_again_after_it_is_told_behind_it(self) -> None:
        one = stored(DRAFT, comprovado=False)
        one.receive(resumo(), OTHER)
        one.receive(nota(), TEXT)
        one.cancel()
        assert (len(one.mudancas), one.troca) == (3, 1)
        assert one.receive(nota(), OTHER) is REPETIDO


class TestEnvironments:
    @pytest.mark.parametrize(
        ("known", "comes", "foreign"),
        [
            (1, 1, False),
            (1, 2, True),
            (2, 1, True),
            (2, 2, False),
            (None, 2, False),
            (2, None, False),
            # what is none of the two is no test
            (1, 9, False),
            (2, 9, True),
        ],
    )
    def test_the_same_key_of_the_other_environment_is_another_document(
        self, known: int | None, comes: int | None, foreign: bool
    ) -> None:
        assert stored(nota(ambiente=known)).is_foreign_to(nota(ambiente=comes)) is foreign

    def test_a_test_changes_nothing_in_production(self) -> None:
        one = stored(nota())
        assert one.receive(nota(ambiente=2, status="101"), OTHER) is REPETIDO
        assert (one.mudou, one.estado) == (False, Estado.of(nota()))

    def test_nothing_that_was_known_of_a_test_is_known_of_what_takes_its_place(self) -> None:
        one = stored(nota(ambiente=2), difere=True)
        one.cancel()
        assert one.receive(nota(), TEXT) is NOVO
        assert (one.estado, one.ambiente, one.refeita, one.difere) == (Estado.of(nota()), 1, True, False)
        assert (one.mudancas, one.troca, one.novo) == ([], None, False)


class TestProofs:
    @pytest.mark.parametrize(
        ("known", "comes", "awaits"),
        [
            (stored(DRAFT, comprovado=False), resumo(digest="x"), True),
            (stored(DRAFT, comprovado=False), resumo(), False),
            (stored(nota()), resumo(digest="x"), False),
            (stored(resumo(), completo=False, comprovado=False), resumo(digest="x"), False),
            (stored(resumo(), completo=False, comprovado=False), DRAFT, True),
            (stored(resumo(), completo=False, comprovado=False), nota(), False),
            (stored(DRAFT, comprovado=False), DRAFT, False),
            (stored(DRAFT, comprovado=False), resumo(digest="x", ambiente=2), False),
            (unknown(), resumo(digest="x"), False),
            (unknown(), DRAFT, False),
        ],
    )
    def test_a_text_and_a_proof_that_meet_only_now_are_compared(
        self, known: Ficha, comes: Cabeca, awaits: bool
    ) -> None:
        assert known.awaits(comes) is awaits

    def test_so_they_are_where_both_came_in_one_batch(self) -> None:
        one = unknown()
        one.receive(DRAFT, TEXT)
        assert one.awaits(resumo(digest="x"))

    def test_that_they_differ_is_noted_once(self) -> None:
        one = stored(DRAFT)
        one.differ("aviso")
        assert (one.difere, one.mudou) == (True, True)
        warned = stored(DRAFT, avisados=["aviso"])
        warned.differ("aviso")
        assert (warned.difere, warned.mudou) == (False, False)


def test_a_company_that_takes_a_document_over_is_something_in_it() -> None:
    one, company = stored(nota()), Dono(1, 5, EMITENTE)
    one.move(company, nota())
    assert (one.dono, one.papeis, one.mudou) == (company, (Papel.EMITENTE,), True)


def test_of_two_companies_of_a_user_the_one_that_knew_more_tells() -> None:
    before, born, nothing = stored(nota()), unknown(), stored(resumo(), completo=False)
    born.receive(nota(), TEXT)
    changed = stored(nota())
    changed.cancel()
    ranked = sorted([nothing, changed, born, before], key=lambda one: one.conhecida)
    assert [id(one) for one in ranked] == [id(one) for one in (nothing, born, before, changed)]


def test_a_cancellation_is_new_once() -> None:
    one = stored(nota())
    assert [one.apply(evento()), one.apply(evento()), one.cancel()] == [True, False, False]
    assert len(one.mudancas) == 1


REGISTERED, ALONE = evento(), evento(status=None, protocolo=None)
SUMMARY = evento(completo=False, status=None, motivo="registrado")
TRIAL = evento(ambiente=2)


def fact(kept: Evento, **more: Any) -> Fato:
    """Return an event as the database has it."""
    made = Fato.new(ANA, kept, TEXT)
    made.mudou = False
    for name, value in more.items():
        setattr(made, name, value)
    return made


class TestEvents:
    @pytest.mark.parametrize(
        ("kept", "comes"),
        [
            (REGISTERED, REGISTERED),
            (REGISTERED, ALONE),
            (REGISTERED, SUMMARY),
            (SUMMARY, SUMMARY),
            (SUMMARY, ALONE),
            (ALONE, ALONE),
            (ALONE, evento(status="573")),
            (evento(ambiente=1), TRIAL),
        ],
    )
    def test_another_text_that_says_no_more_changes_nothing(self, kept: Evento, comes: Evento) -> None:
        one = fact(kept)
        assert not one.receive(comes, OTHER)
        assert (one.evento, one.texto, one.mudou) == (kept, TEXT, False)

    @pytest.mark.parametrize(
        ("kept", "comes"), [(ALONE, REGISTERED), (SUMMARY, REGISTERED), (evento(status="573"), REGISTERED)]
    )
    def test_one_that_proves_it_or_has_all_of_it_takes_its_place(self, kept: Evento, comes: Evento) -> None:
        one = fact(kept)
        assert one.receive(comes, OTHER)
        assert (one.evento, one.texto, one.registrado, one.mudou) == (comes, OTHER, True, True)

    def test_a_summary_proves_the_text_that_is_there_and_leaves_it(self) -> None:
        one = fact(evento(tipo="110110", correcao="leia-se B", status=None, protocolo=None))
        assert one.receive(evento(tipo="110110", completo=False, status=None), OTHER)
        assert (one.registrado, one.texto, one.evento.correcao) == (True, TEXT, "leia-se B")
        assert (one.evento.protocolo, one.evento.recebido_em, one.evento.completo) == ("135000000000777", NOW, False)

    @pytest.mark.parametrize(
        ("ambiente", "aplicado", "gives_way"),
        [(1, False, True), (1, True, True), (None, False, True), (None, True, False), (2, False, False)],
    )
    def test_a_test_gives_way_to_what_is_none_or_has_to_do_with_the_document(
        self, ambiente: int | None, aplicado: bool, gives_way: bool
    ) -> None:
        one = fact(TRIAL, aplicado=aplicado)
        assert one.receive(evento(ambiente=ambiente), OTHER) is gives_way
        assert one.aplicado is (aplicado and not gives_way)

    def test_what_proved_a_test_does_not_prove_what_took_its_place(self) -> None:
        one = fact(TRIAL)
        assert one.receive(evento(ambiente=1, status=None), OTHER)
        assert not one.registrado

    def test_a_registered_one_changes_its_document_once(self) -> None:
        one, document = fact(REGISTERED), stored(nota())
        assert one.meet(document)
        assert (one.aplicado, one.mudou, document.estado.situacao) == (True, True, Situacao.CANCELADA)
        assert not one.meet(document)

    def test_what_was_applied_is_not_applied_again(self) -> None:
        one, document = fact(REGISTERED, aplicado=True, documento_id=7), stored(nota())
        assert not one.meet(document)
        assert (document.estado.situacao, document.mudou, one.mudou) == (Situacao.AUTORIZADA, False, False)

    @pytest.mark.parametrize("kept", [ALONE, evento(status="573"), TRIAL])
    def test_what_nothing_proves_and_what_is_of_another_environment_change_nothing(self, kept: Evento) -> None:
        one, document = fact(kept), stored(nota())
        assert not one.meet(document)
        assert (one.ficha, one.aplicado, document.mudou) == (document, False, False)

    @pytest.mark.parametrize(
        ("kept", "applied"),
        [
            (evento(tipo="210200"), True),
            (evento(tipo="110110", correcao="texto"), True),
            # its text is still to come
            (evento(tipo="110110", completo=False, status=None), False),
            (SUMMARY, True),
        ],
    )
    def test_what_is_all_there_or_changed_something_is_done_with(self, kept: Evento, applied: bool) -> None:
        one = fact(kept)
        one.meet(stored(nota()))
        assert one.aplicado is applied

    @pytest.mark.parametrize(("documento_id", "is_news"), [(None, True), (7, False)])
    def test_that_it_belongs_to_a_document_is_news_once(self, documento_id: int | None, is_news: bool) -> None:
        one = fact(ALONE, documento_id=documento_id)
        one.meet(stored(nota()))
        assert one.mudou is is_news

    @pytest.mark.parametrize(
        ("document", "foreign"), [(None, False), (stored(nota()), True), (stored(nota(ambiente=2)), False)]
    )
    def test_it_is_foreign_to_a_document_of_the_other_environment(self, document: Ficha | None, foreign: bool) -> None:
        assert fact(TRIAL, ficha=document).is_foreign is foreign
        assert not fact(evento(ambiente=None), ficha=document).is_foreign

    @pytest.mark.parametrize("applied", [True, False])
    def test_applied_to_another_document_it_is_applied_to_nothing(self, applied: bool) -> None:
        one = fact(REGISTERED, aplicado=applied)
        one.forget()
        assert (one.aplicado, one.mudou) == (False, applied)

    def test_for_another_owner_it_is_the_same_and_begins_anew(self) -> None:
        one = fact(REGISTERED, id=9, aplicado=True, documento_id=7, ficha=stored(nota()), xml_id=3)
        bia = one.for_owner(Dono(2))
        assert (bia.evento, bia.texto, bia.xml_id, bia.registrado) == (REGISTERED, TEXT, 3, True)
        assert (bia.id, bia.aplicado, bia.documento_id, bia.ficha, bia.mudou) == (None, False, None, None, True)
        assert (bia.key, one.key) == ((Dono(2), key(1), "110111", 1), (ANA, key(1), "110111", 1))
        assert (one.id, one.mudou) == (9, False)
