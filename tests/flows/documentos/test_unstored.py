"""What the log says of a document that could not be stored: why, and nothing of the document."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from flows.documentos.unstored import note
from storage.session import transaction


def test_what_a_database_refuses_is_told_without_its_statement(sqlite: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(DBAPIError) as caught, transaction() as db:
        db.execute(text("INSERT INTO documento (emit_nome) VALUES ('Fulana de Tal')"))
    note(caught.value, "a.xml")
    said = capsys.readouterr().err
    assert "document was refused by the database" in said
    assert "IntegrityError" in said
    assert "NOT NULL constraint failed" in said
    assert "a.xml" in said
    assert "Fulana" not in said
    assert "Traceback" not in said


def test_of_what_a_driver_says_only_the_first_line_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    fault = IntegrityError("INSERT …", {}, ValueError("duplicate key\nDETAIL: Key (nome)=(Fulana de Tal) exists"))
    note(fault, "a.xml")
    said = capsys.readouterr().err
    assert "duplicate key" in said
    assert "Fulana" not in said


def test_a_fault_of_ours_is_told_with_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        raise KeyError("especie")
    except KeyError as fault:
        note(fault, "b.xml")
    said = capsys.readouterr().err
    assert "document could not be stored" in said
    assert "b.xml" in said
    assert "KeyError: 'especie'" in said
    assert "test_a_fault_of_ours_is_told_with_its_place" in said
