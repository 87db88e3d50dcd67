"""What the database has of the documents of a batch, as it had come in."""

import pytest
from support.fiscal import DESTINATARIO, EMITENTE, company, cupom, documents, evento, key, nota, resumo, stored, user

from core.documentos.situacao import Situacao
from flows.documentos import recall
from flows.documentos.known import Fato, Ficha, Texto
from flows.documentos.owners import NINGUEM, Dono, Owners
from storage.session import reading

COUPON, CANCELS = cupom(1), cupom(2, cancelada=key(1, "59"))


def fichas(*chaves: str) -> list[Ficha]:
    with reading() as db:
        return recall.fichas(db, chaves, Owners(db))


def fatos(*chaves: str) -> list[Fato]:
    with reading() as db:
        return recall.fatos(db, chaves, Owners(db))


def kept(ficha: Ficha) -> bytes:
    with reading() as db:
        return recall.kept(db, ficha)


def test_documents_are_known_of_every_owner_and_no_others(banco: str) -> None:
    ana, bia = user("ana"), user("bia")
    hers, his = Dono(ana, company(ana, EMITENTE), EMITENTE), Dono(bia, company(bia, DESTINATARIO), DESTINATARIO)
    stored(nota(1))
    stored(nota(2), nota(3), usuario_id=ana)
    found = fichas(key(1), key(2), key(9))
    assert {(one.chave, one.dono) for one in found} == {(key(1), hers), (key(1), his), (key(2), hers)}
    assert fichas() == []


def test_a_document_is_as_it_was_left(banco: str) -> None:
    stored(nota(1, ambiente=2), evento(1, ambiente=2))
    (one,) = fichas(key(1))
    (row,) = documents()
    assert (one.id, one.especie, one.ambiente, one.completo, one.comprovado) == (row.id, "nfe", 2, True, True)
    assert (one.estado.situacao, one.estado.status, one.estado.protocolo) == (
        Situacao.CANCELADA, "101", "135000000000001",
    )  # fmt: skip
    assert isinstance(one.estado.situacao, Situacao)
    assert (one.novo, one.mudou, one.cabeca, one.texto, one.copia) == (False, False, None, None, False)


def test_a_summary_is_not_whole_and_proves_nothing(sqlite: str) -> None:
    stored(resumo(1))
    (one,) = fichas(key(1))
    assert (one.completo, one.comprovado) == (False, False)


def test_that_another_row_has_the_same_key_is_known(sqlite: str) -> None:
    company(user("ana"), EMITENTE)
    company(user("bia"), DESTINATARIO)
    stored(nota(1))
    assert [one.copia for one in fichas(key(1))] == [True, True]


class TestText:
    def test_the_one_of_this_batch_goes_before_the_one_that_is_kept(self, sqlite: str) -> None:
        stored(nota(1))
        (one,) = fichas(key(1))
        assert kept(one) == repr(nota(1)).encode()
        one.texto = Texto(b"<novo/>")
        assert kept(one) == b"<novo/>"

    def test_of_a_document_that_nobody_had_there_is_none(self, sqlite: str) -> None:
        assert kept(Ficha(NINGUEM, key(1), "nfe")) == b""
        assert kept(Ficha(NINGUEM, key(1), "nfe", id=999)) == b""

    @pytest.mark.parametrize("avisos", [(), ("um aviso", "outro")])
    def test_what_its_row_warns_of_is_remembered(self, sqlite: str, avisos: tuple[str, ...]) -> None:
        stored(nota(1, avisos=avisos))
        (one,) = fichas(key(1))
        assert one.avisados == []
        kept(one)
        assert one.avisados == list(avisos)


class TestEvents:
    def test_an_event_is_as_it_was_left(self, banco: str) -> None:
        said = evento(1, ambiente=1, orgao="35", justificativa="engano")
        stored(nota(1), said)
        (one,) = fatos(key(1))
        assert one.evento == said
        assert (one.registrado, one.aplicado, one.mudou, one.dono) == (True, True, False, NINGUEM)
        assert (one.documento_id, one.arquivo_nome, one.texto) == (documents()[0].id, "arquivo.xml", None)
        assert None not in (one.id, one.xml_id)

    def test_one_that_waits_has_no_document(self, sqlite: str) -> None:
        stored(evento(1, status=None))
        (one,) = fatos(key(1))
        assert (one.documento_id, one.registrado, one.aplicado) == (None, False, False)

    def test_they_come_in_the_order_in_which_they_are_applied(self, sqlite: str) -> None:
        for number, tipo, sequencia in ((2, "110110", 1), (1, "110111", 1), (1, "110110", 2), (1, "110110", 1)):
            stored(evento(number, tipo, sequencia))
        assert [one.key[1:] for one in fatos(key(1), key(2))] == [
            (key(1), "110110", 1), (key(1), "110110", 2), (key(1), "110111", 1), (key(2), "110110", 1),
        ]  # fmt: skip
        assert [one.key[1:] for one in fatos(key(2))] == [(key(2), "110110", 1)]


def test_who_has_the_cancellation_of_a_coupon_is_known_by_the_coupons_key(banco: str) -> None:
    ana, bia = user("ana"), user("bia")
    stored(CANCELS, usuario_id=ana)
    stored(CANCELS, usuario_id=bia)
    stored(cupom(3), nota(4))
    with reading() as db:
        found = recall.cancelled_coupons(db, [COUPON.chave, cupom(3).chave, CANCELS.chave])
        assert dict(found) == {COUPON.chave: {Dono(ana).texto, Dono(bia).texto}}
        assert found["outra"] == set()
