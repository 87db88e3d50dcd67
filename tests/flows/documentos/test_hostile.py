"""Broken and malicious files cost themselves: every file has its outcome, every good one is stored."""

from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select
from support.fiscal import documents, user

from flows.documentos.asking import pedir
from flows.documentos.entries import Resultado
from flows.documentos.importing import import_chunk
from flows.documentos.receiving import importar_bytes
from sandbox.documentos import mutacoes, notas
from storage.models.importacoes import ImportLog
from storage.models.usuarios import Usuario
from storage.session import reading, transaction

pytestmark = pytest.mark.usefixtures("banco")
BROKEN, GOOD, SOME = 400, 50, 150


def test_hundreds_of_broken_documents_among_good_ones(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for number, content in enumerate(mutacoes.mutados(BROKEN, 20261126)):
        (tmp_path / f"ruim-{number:04d}.xml").write_bytes(content)
    wanted = [notas.nota(number) for number in range(9001, 9001 + GOOD)]
    for one in wanted:
        (tmp_path / f"{one.chave}.xml").write_bytes(one.xml)
    user("ana")
    (number,) = pedir([str(tmp_path)], "ana")
    tally = import_chunk(number)
    with reading() as db:
        files = db.scalar(select(func.count(func.distinct(ImportLog.arquivo_nome))))
        found = Counter(db.scalars(select(ImportLog.status)))
        unsaid = db.scalars(select(ImportLog).where(func.coalesce(ImportLog.mensagem, "") == "")).all()
        lost = db.scalars(select(ImportLog.arquivo_nome).where(ImportLog.motivo == "erro_ao_guardar")).all()
    assert files == BROKEN + GOOD
    assert set(found) == {"sucesso", "erro"}
    assert found["sucesso"] == tally.sucessos
    assert (unsaid, lost) == ([], [])
    assert {one.chave for one in wanted} <= {one.chave for one in documents()}
    assert "Traceback" not in capfd.readouterr().err


def test_whatever_a_broken_document_says_finds_its_room() -> None:
    """Each is new to its owner, so that all of it is written."""
    with transaction() as db:
        rows = [{"username": f"u{number}", "email": "", "first_name": ""} for number in range(SOME)]
        owners = db.scalars(insert(Usuario).returning(Usuario.id), rows).all()
    broken = mutacoes.mutados(SOME, 20261127)
    found = [importar_bytes("x.xml", content, number) for number, content in zip(owners, broken, strict=True)]
    results = Counter(line.resultado for lines in found for line in lines)
    assert results.keys() == {Resultado.NOVO, Resultado.ERRO}
    assert results[Resultado.NOVO] > SOME // 10
