"""A file whose documents are stored: its row is its first document's, each further one has its own."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select
from support.fiscal import nota, told, user

from core.documentos.conteudo import Parte
from flows.documentos.entries import Guardado, Resultado
from flows.documentos.logs import Linha
from flows.documentos.opening import Fatia, Lido
from flows.documentos.rows import Arquivo
from flows.documentos.settling import Feita, settle
from storage.models.importacoes import Importacao, ImportLog
from storage.session import reading, transaction

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TOKEN, OTHER = "quem-tem", "outro"
PARTES = [Parte(numero=number, conteudo=nota(number)) for number in (1, 2, 3)]


def done(number: int, resultado: Resultado = Resultado.NOVO) -> Guardado:
    return Guardado("NFe", f"chave {number}", resultado, [f"dito {number}"], documento_id=number)


def lido(*partes: Parte, number: int = 1, usuario: int | None = None) -> Lido:
    row = Arquivo(number, 1, "a.xml", caminho_codificado=False, dono="0:0", usuario_id=usuario, empresa_id=None)
    return Lido(row, list(partes))


def feita(file: Lido, begin: int, *outcomes: Guardado) -> Feita:
    """Return what became of the documents of a file from one on."""
    return Feita(Fatia(file, begin, file.partes[begin : begin + len(outcomes)]), list(outcomes))


class TestWhatBecameOfAFile:
    def test_the_first_of_the_file_is_the_first_of_its_first_piece(self) -> None:
        file = lido(*PARTES)
        one = feita(file, 0, done(1), done(2))
        assert one.primeiro == done(1)
        one.remember()
        later = feita(file, 2, done(3))
        assert later.primeiro == done(1)
        later.remember()
        assert file.primeiro == done(1)

    @pytest.mark.parametrize(
        ("begin", "outcomes", "places"), [(0, (1,), []), (0, (1, 2, 3), [2, 3]), (2, (3,), [3]), (1, (2, 3), [2, 3])]
    )
    def test_each_document_but_the_first_has_a_row_of_its_own(
        self, begin: int, outcomes: tuple[int, ...], places: list[int]
    ) -> None:
        rows = list(feita(lido(*PARTES), begin, *map(done, outcomes)).further())
        assert [note.parte for note, _ in rows] == places
        assert [outcome.chave for _, outcome in rows] == [f"chave {place}" for place in places]
        assert {(note.importacao_id, note.arquivo_nome, note.dono) for note, _ in rows} <= {(1, "a.xml", "0:0")}

    def test_the_only_document_of_a_file_is_the_file(self) -> None:
        (line,) = feita(lido(PARTES[0]), 0, done(1)).lines()
        assert line == Linha.of("a.xml", 0, done(1), PARTES[0])
        assert line.arquivo == "a.xml"

    def test_of_several_each_is_shown_by_its_place(self) -> None:
        lines = list(feita(lido(*PARTES), 1, done(2), done(3)).lines())
        assert [(one.arquivo, one.parte, one.chave) for one in lines] == [
            ("a.xml#2", 2, "chave 2"),
            ("a.xml#3", 3, "chave 3"),
        ]
        assert [one.lida for one in lines] == PARTES[1:]


def file_of(token: str | None, usuario: int | None = None) -> int:
    """Add a file that somebody holds; return its number."""
    owned: dict[str, Any] = {"dono": "0:0", "usuario_id": usuario, "due_at": NOW}
    with transaction() as db:
        if db.get(Importacao, 1) is None:
            db.add(Importacao(id=1, caminho="/x", criada_em=NOW, **owned))
            db.flush()
        row = ImportLog(
            importacao_id=1, arquivo_nome=f"de {token}.xml", data_importacao=NOW, status="processando",
            lease_token=token, **owned,
        )  # fmt: skip
        db.add(row)
        db.flush()
        return row.id


def settled(*group: Feita) -> list[tuple[int, str, str | None, str | None]]:
    """Settle files; return the place, the state, the message and the holder of every row."""
    with transaction() as db:
        settle(db, group, TOKEN, NOW)
    with reading() as db:
        rows = db.scalars(select(ImportLog).order_by(ImportLog.arquivo_nome, ImportLog.parte))
        return [(one.parte, one.status, one.mensagem, one.lease_token) for one in rows]


def test_a_file_has_the_outcome_of_its_first_document_once_its_last_is_stored(banco: str) -> None:
    file = lido(*PARTES, number=file_of(TOKEN))
    begun = feita(file, 0, done(1))
    begun.remember()
    assert settled(begun) == [(0, "processando", None, TOKEN)]
    assert settled(feita(file, 1, done(2), done(3))) == [
        (2, "sucesso", "dito 2", None),
        (3, "sucesso", "dito 3", None),
        (0, "sucesso", "dito 1", None),
    ]


def test_what_is_wrong_is_told_of_the_file_and_of_each_further_document(banco: str) -> None:
    ana, bad = user("ana"), Resultado.ERRO
    file = lido(*PARTES, number=file_of(TOKEN, ana), usuario=ana)
    rows = settled(feita(file, 0, done(1, bad), done(2), done(3, bad)))
    assert sorted(status for _, status, *_ in rows) == ["erro", "erro", "sucesso"]
    assert told() == ["erro_importacao", "erro_importacao"]


def test_of_a_file_that_somebody_else_has_by_now_nothing_is_told(banco: str) -> None:
    ana = user("ana")
    file = lido(PARTES[0], number=file_of(OTHER, ana), usuario=ana)
    assert settled(feita(file, 0, done(1, Resultado.ERRO))) == [(0, "processando", None, OTHER)]
    assert told() == []


def test_nothing_is_settled_where_nothing_was_done(sqlite: str) -> None:
    file_of(TOKEN)
    assert settled() == [(0, "processando", None, TOKEN)]
