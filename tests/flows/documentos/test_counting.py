"""A request has as many files as were met, however many documents each of them has."""

from datetime import UTC, datetime

from flows.documentos.counting import files_of
from storage.models.importacoes import EstadoImportacao, Importacao, ImportLog
from storage.session import transaction

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def asked(*files: tuple[str, int], status: str = EstadoImportacao.SUCESSO) -> int:
    """Add a request with these rows, a name and the place of a document in it; return its number."""
    with transaction() as db:
        request = Importacao(caminho="/x", criada_em=NOW, dono="0:0", due_at=NOW)
        db.add(request)
        db.flush()
        for nome, parte in files:
            row = ImportLog(importacao_id=request.id, arquivo_nome=nome, parte=parte, status=status)
            row.dono, row.due_at, row.data_importacao = "0:0", NOW, NOW
            db.add(row)
        return request.id


def test_a_file_counts_once_whatever_is_in_it_and_whatever_became_of_it(sqlite: str) -> None:
    one = asked(("a.xml", 0), ("lote.xml", 0), ("lote.xml", 2), ("lote.xml", 3))
    other = asked(("a.xml", 0), ("b.xml", 0), ("c.xml", 0), status=EstadoImportacao.PROCESSANDO)
    assert (files_of(one), files_of(other)) == (2, 3)


def test_of_what_was_not_looked_into_or_was_never_asked_for_there_is_none(sqlite: str) -> None:
    empty = asked()
    assert (files_of(empty), files_of(empty + 1)) == (0, 0)
