"""Nothing comes in for a user or a company that is turned off, whenever that happens, and nobody who is off is told."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select
from support.deliveries import change, deliveries, webhook
from support.fiscal import EMITENTE, company, documents, evento, nota, resumo, stored, told, user

from core.errors import Conflict
from flows.documentos.arriving import importer
from flows.documentos.asking import pedir
from flows.documentos.entries import Resultado
from flows.documentos.importing import import_chunk
from flows.documentos.owners import owner
from flows.documentos.receiving import importar_bytes
from flows.documentos.watching import Folders
from flows.empresas import managing as empresas
from flows.usuarios import managing as usuarios
from sandbox.documentos import notas
from storage.models.importacoes import ImportLog
from storage.session import reading

pytestmark = pytest.mark.usefixtures("banco")
Off = Callable[[], object]
WAYS = {
    "desativado": (lambda: usuarios.desativar("ana"), "o usuário está desativado: nada entra em nome dele"),
    "desativada": (lambda: empresas.desativar(EMITENTE), "a empresa está desativada: nada entra em nome dela"),
}


@pytest.fixture
def ana() -> int:
    return user("ana")


@pytest.fixture
def loja(ana: int) -> int:
    return company(ana, EMITENTE)


def test_a_company_whose_user_is_off_gets_nothing_by_itself(loja: int) -> None:
    usuarios.desativar("ana")
    stored(nota())
    assert [one.dono for one in documents()] == ["0:0"]
    assert told() == []
    usuarios.ativar("ana")
    stored(nota(2))
    assert [one.empresa_id for one in documents()] == [None, loja]


@pytest.mark.parametrize(("off", "said"), WAYS.values(), ids=WAYS)
def test_what_is_handed_over_for_one_who_is_off_is_refused_with_a_sentence(
    ana: int, loja: int, off: Off, said: str
) -> None:
    made = notas.nota(1)
    off()
    (line,) = importar_bytes("a.xml", made.xml, ana, loja)
    assert (line.status, line.mensagem, line.chave) == ("erro", said, made.chave)
    assert documents() == []


@pytest.mark.parametrize(("off", "said"), WAYS.values(), ids=WAYS)
def test_a_request_that_waits_ends_with_a_sentence_where_its_owner_is_off_by_now(
    loja: int, tmp_path: Path, off: Off, said: str
) -> None:
    (tmp_path / "a.xml").write_bytes(notas.nota(1).xml)
    (number,) = pedir([str(tmp_path)], "ana", EMITENTE)
    off()
    tally = import_chunk(number)
    assert (tally.erros, tally.sucessos, tally.mais) == (1, 0, False)
    with reading() as db:
        assert db.execute(select(ImportLog.status, ImportLog.mensagem)).all() == [("erro", said)]
    assert documents() == []


@pytest.mark.parametrize("off", [one for one, _ in WAYS.values()], ids=WAYS)
def test_a_watch_takes_nothing_while_its_owner_is_off(loja: int, tmp_path: Path, off: Off) -> None:
    file = tmp_path / "a.xml"
    file.write_bytes(notas.nota(1).xml)
    take = importer(Folders.of(str(tmp_path)), owner("ana", EMITENTE), lambda line: None)
    off()
    with pytest.raises(Conflict, match=r"ative-[oa] antes"):
        take([os.fsencode(file)])
    assert documents() == []
    usuarios.ativar("ana")
    empresas.ativar(EMITENTE)
    assert list(take([os.fsencode(file)])) == [True]
    assert [one.empresa_id for one in documents()] == [loja]


def test_what_happens_to_documents_of_a_user_who_is_off_is_true_and_told_to_nobody(ana: int, loja: int) -> None:
    hers = webhook("https://receptor.example/x", "documento_atualizado")
    change(hers, usuario_id=ana)
    stored(nota(), nota(2))
    stored(evento())
    assert [one.destino_id for one in deliveries()] == [hers]
    usuarios.desativar("ana")
    stored(evento(2))
    assert [one.situacao for one in documents()] == ["cancelada"] * 2
    assert len(deliveries()) == 1


@pytest.mark.parametrize(
    ("off", "for_her"),
    [(WAYS["desativado"][0], False), (WAYS["desativada"][0], False), (WAYS["desativada"][0], True)],
    ids=["desativado", "desativada", "desativada-dela"],
)
def test_of_what_one_who_is_off_has_the_summary_of_the_whole_does_not_come_in(
    ana: int, loja: int, off: Off, for_her: bool
) -> None:
    stored(resumo(), usuario_id=ana, empresa_id=loja)
    off()
    stored(nota(), usuario_id=ana if for_her else None)
    found = {(one.usuario_id, one.empresa_id): one.completo for one in documents()}
    assert found == {(ana, loja): False, (ana if for_her else None, None): True}
    assert told() == ["nfe_importada"] * for_her


def test_what_one_who_is_off_has_whole_is_known_when_it_comes_again(ana: int, loja: int) -> None:
    stored(nota(), usuario_id=ana, empresa_id=loja)
    empresas.desativar(EMITENTE)
    (done,) = stored(nota())
    assert done.resultado is Resultado.REPETIDO
    assert [one.empresa_id for one in documents()] == [loja]
