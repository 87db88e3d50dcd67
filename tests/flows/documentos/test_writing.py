"""A batch is written: each text once, new rows with their numbers, and of others what changed and nothing else."""

import zlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from support.fiscal import (
    EMITENTE,
    NOW,
    company,
    conhecimento,
    cupom,
    documents,
    evento,
    events_about,
    key,
    nota,
    resumo,
    user,
)

from core.documentos.conteudo import Cabeca, Item, Laco, Ligacao, Papel
from core.documentos.situacao import Estado, Situacao
from flows.documentos.columns import DIFERE
from flows.documentos.known import Fato, Ficha, Texto
from flows.documentos.owners import NINGUEM, Dono
from flows.documentos.writing import Writing
from storage.models.documentos import CFe, CTe, DocumentoItem, DocumentoLigacao, NFe, XmlGuardado
from storage.session import reading, transaction

LATER = NOW + timedelta(days=1)
TEXT = Texto(b"<um/>", "a.xml")


def write(does: Callable[[Writing], object], now: Any = NOW) -> None:
    with transaction() as db:
        does(Writing(db, now))


def put(*fichas: Ficha, now: Any = NOW) -> None:
    """Write documents with their texts."""

    def does(writing: Writing) -> None:
        writing.texts(one.texto for one in fichas if one.texto is not None)
        writing.documents(fichas)

    write(does, now)


def new(cabeca: Cabeca, texto: Texto = TEXT, dono: Dono = NINGUEM) -> Ficha:
    """Return a document that came in for the first time."""
    made = Ficha(dono, cabeca.chave, cabeca.especie)
    made.receive(cabeca, texto)
    return made


def rows(column: Any) -> list[Any]:
    with reading() as db:
        return list(db.scalars(select(column).order_by(column)))


class TestTexts:
    def test_a_text_is_kept_once_however_many_have_it_and_whenever_it_comes(self, banco: str) -> None:
        numbers: list[int | None] = []

        def does(writing: Writing) -> None:
            writing.texts([TEXT, Texto(b"<um/>", "b.xml"), Texto(b"<dois/>")])
            numbers.extend(writing.text_id(one) for one in (TEXT, Texto(b"<dois/>"), None))

        write(does)
        write(does)
        assert numbers[:3] == numbers[3:]
        assert len(rows(XmlGuardado.id)) == 2
        assert numbers[0] != numbers[1]
        assert numbers[2] is None

    def test_its_bytes_are_kept_exactly_and_its_size_is_theirs(self, banco: str) -> None:
        raw = "\ufeff<a>ç\r\n</a>".encode()
        write(lambda writing: writing.texts([Texto(raw)]))
        with reading() as db:
            (row,) = db.scalars(select(XmlGuardado))
        assert (zlib.decompress(row.conteudo), row.tamanho) == (raw, len(raw))

    def test_no_text_is_no_row(self, sqlite: str) -> None:
        write(lambda writing: writing.texts([]))
        assert rows(XmlGuardado.id) == []


class TestNewDocuments:
    def test_a_document_is_there_with_all_that_it_says(self, banco: str) -> None:
        link = Ligacao(laco=Laco.REFERENCIA, chave=key(9))
        one = new(nota(1, natureza="Venda", ligacoes=(link,), autorizados=("1" * 14,)))
        put(one)
        (row,) = documents()
        assert (row.id, row.chave, row.situacao, row.completo, row.comprovado) == (
            one.id, key(1), "autorizada", True, True,
        )  # fmt: skip
        assert (row.dono, row.usuario_id, row.empresa_id, row.arquivo_nome) == ("0:0", None, None, "a.xml")
        assert (row.data_importacao, row.atualizado_em, row.offset_minutos, row.mes) == (NOW, NOW, -180, "2026-10")
        assert (rows(NFe.natureza), rows(NFe.autorizados)) == (["Venda"], ["1" * 14])
        assert rows(DocumentoItem.descricao) == ["Pão"]
        assert rows(DocumentoLigacao.chave) == [key(9)]

    def test_each_kind_has_its_own_row(self, banco: str) -> None:
        made = [new(nota(1)), new(conhecimento(2)), new(cupom(3))]
        put(*made)
        assert [[one.id] for one in made] == [rows(model.id) for model in (NFe, CTe, CFe)]

    def test_numbers_go_on_behind_those_that_are_there(self, banco: str) -> None:
        first, second = new(nota(1)), new(nota(2))
        put(first)
        put(second)
        assert first.id is not None
        assert second.id is not None
        assert second.id > first.id

    def test_it_is_its_owners(self, banco: str) -> None:
        ana = user("ana")
        mine = company(ana, EMITENTE)
        put(new(nota(1), dono=Dono(ana, mine, EMITENTE)))
        (row,) = documents()
        assert (row.usuario_id, row.empresa_id, row.papel) == (ana, mine, "EMITENTE")

    def test_one_without_content_is_a_fault_of_ours(self, sqlite: str) -> None:
        with pytest.raises(ValueError, match="without content"):
            put(Ficha(NINGUEM, key(1), "nfe", novo=True))
        assert documents() == []

    def test_none_is_nothing(self, sqlite: str) -> None:
        put()
        assert documents() == []


@pytest.fixture
def known(banco: str) -> Ficha:
    """A draft that was stored, as the next batch knows it."""
    one = new(nota(1, protocolo=None, avisos=("do texto",), ligacoes=(Ligacao(laco=Laco.REFERENCIA, chave=key(9)),)))
    put(one)
    return Ficha(NINGUEM, key(1), "nfe", one.estado, one.id, ambiente=1, completo=True)


class TestChanges:
    def test_a_change_of_state_leaves_what_it_says(self, known: Ficha) -> None:
        known.cancel()
        put(known, now=LATER)
        (row,) = documents()
        assert (row.situacao, row.status, row.atualizado_em) == (Situacao.CANCELADA, "101", LATER)
        assert (row.data_importacao, row.arquivo_nome, row.emit_nome) == (NOW, "a.xml", "Padaria São João")
        assert (rows(NFe.id), rows(DocumentoItem.descricao)) == ([known.id], ["Pão"])

    def test_another_text_takes_the_place_of_all_that_was_said(self, known: Ficha) -> None:
        known.receive(
            nota(1, emit_nome="Outro", itens=(Item(numero_item=5, descricao="Bolo"),)), Texto(b"<2/>", "b.xml")
        )
        put(known, now=LATER)
        (row,) = documents()
        assert (row.emit_nome, row.arquivo_nome, row.comprovado, row.avisos) == ("Outro", "b.xml", True, None)
        assert (row.data_importacao, row.atualizado_em) == (NOW, LATER)
        assert (rows(DocumentoItem.descricao), rows(NFe.id), rows(DocumentoLigacao.chave)) == (["Bolo"], [known.id], [])

    def test_the_text_behind_a_summary_came_when_it_came(self, banco: str) -> None:
        put(new(resumo(1)))
        assert [(row.completo, row.data_importacao) for row in documents()] == [(False, NOW)]
        one = Ficha(NINGUEM, key(1), "nfe", Estado.of(resumo(1)), documents()[0].id)
        one.receive(nota(1), Texto(b"<2/>"))
        put(one, now=LATER)
        assert [(row.completo, row.data_importacao) for row in documents()] == [(True, LATER)]
        assert (rows(NFe.id), rows(DocumentoItem.descricao)) == ([one.id], ["Pão"])

    def test_a_document_that_moves_is_its_new_owners(self, known: Ficha) -> None:
        ana = user("ana")
        mine = company(ana, EMITENTE)
        known.move(Dono(ana, mine, EMITENTE), nota(1))
        put(known)
        (row,) = documents()
        assert (row.dono, row.empresa_id, row.papel, row.papeis) == (f"{ana}:{mine}", mine, "EMITENTE", "EMITENTE")
        assert known.papeis == (Papel.EMITENTE,)

    def test_a_warning_of_another_text_stands_behind_those_of_its_row(self, known: Ficha) -> None:
        known.avisados = ["do texto"]
        known.differ(DIFERE)
        put(known)
        assert documents()[0].avisos == f'["do texto", "{DIFERE}"]'

    def test_only_those_that_changed_are_written(self, known: Ficha) -> None:
        put(new(nota(2)))
        known.cancel()
        put(known, now=LATER)
        assert [(row.chave, row.situacao, row.atualizado_em) for row in documents()] == [
            (key(1), "cancelada", LATER),
            (key(2), "autorizada", NOW),
        ]


def test_documents_that_are_there_are_marked_as_copies_and_new_ones_say_so_themselves(banco: str) -> None:
    one, other = new(nota(1)), new(nota(2))
    put(one, other)
    write(lambda writing: writing.copies([one, Ficha(NINGUEM, key(3), "nfe")]))
    write(lambda writing: writing.copies([]))
    assert [row.copia for row in documents()] == [True, False]


class TestEvents:
    @staticmethod
    def put(*fatos: Fato, now: Any = NOW) -> None:
        def does(writing: Writing) -> None:
            writing.texts(one.texto for one in fatos if one.texto is not None)
            writing.facts(fatos)

        write(does, now)

    def test_an_event_is_there_with_its_text_and_waits(self, banco: str) -> None:
        self.put(Fato.new(NINGUEM, evento(1, justificativa="engano"), TEXT))
        (row,) = events_about()
        assert (row.chave, row.tipo_evento, row.sequencia, row.justificativa) == (key(1), "110111", 1, "engano")
        assert (row.registrado, row.aplicado, row.documento_id, row.arquivo_nome) == (True, False, None, "a.xml")
        assert (row.data_importacao, row.xml_id) == (NOW, rows(XmlGuardado.id)[0])

    def test_it_belongs_to_the_document_that_it_met(self, known: Ficha) -> None:
        one = Fato.new(NINGUEM, evento(1), TEXT)
        one.meet(known)
        self.put(one)
        assert [(row.documento_id, row.aplicado) for row in events_about()] == [(known.id, True)]

    def test_one_that_is_there_is_changed_and_keeps_its_text_without_another(self, banco: str) -> None:
        self.put(Fato.new(NINGUEM, evento(1, status=None), TEXT))
        (row,) = events_about()
        one = Fato(NINGUEM, evento(1), True, row.id, xml_id=row.xml_id, arquivo_nome=row.arquivo_nome)
        self.put(one, now=LATER)
        (after,) = events_about()
        assert (after.id, after.status, after.registrado) == (row.id, "135", True)
        assert (after.xml_id, after.arquivo_nome, after.data_importacao) == (row.xml_id, "a.xml", NOW)

    def test_a_longer_word_than_there_is_room_for_is_cut(self, banco: str) -> None:
        self.put(Fato.new(NINGUEM, evento(1, justificativa="x" * 400), TEXT))
        assert events_about()[0].justificativa == "x" * 300
