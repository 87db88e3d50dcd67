"""A change is noted before it is made, and then how it ended; what nobody may see again is masked."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from core.clock import FixedClock
from core.errors import Conflict, UsageError
from flows.auditoria.noting import LONGEST_REASON, Mudanca, changes, noted
from storage.models.auditoria import Auditoria, Desfecho
from storage.session import reading

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
CHANGE = Mudanca("chefe", "webhooks", "mudar", 7, "10.0.0.9", {"secret_key": "***"})


def rows() -> list[Auditoria]:
    with reading() as db:
        return db.query(Auditoria).order_by(Auditoria.id).all()


def only() -> Auditoria:
    (row,) = rows()
    return row


def seen(before: Mapping[str, Any], after: Mapping[str, Any]) -> Callable[[object], Mapping[str, Any]]:
    """Return a look that shows one thing before the change and another after it."""
    return lambda done: before if done is None else after


@pytest.mark.parametrize(
    ("before", "after", "was", "is_"),
    [
        ({}, {}, {}, {}),
        ({"nome": "a"}, {"nome": "a"}, {}, {}),
        ({"nome": "a", "ativo": True}, {"nome": "b", "ativo": True}, {"nome": "a"}, {"nome": "b"}),
        # made, and removed
        ({}, {"nome": "a"}, {}, {"nome": "a"}),
        ({"nome": "a"}, {}, {"nome": "a"}, {}),
        # none is a value where the other look had another one, and no news where it had nothing
        ({"filtro": None}, {"filtro": "x"}, {"filtro": None}, {"filtro": "x"}),
        ({}, {"filtro": None}, {}, {}),
    ],
)
def test_what_differs_between_two_looks_is_what_changed(
    before: Mapping[str, Any], after: Mapping[str, Any], was: Mapping[str, Any], is_: Mapping[str, Any]
) -> None:
    assert changes(before, after) == (was, is_)


@pytest.mark.usefixtures("sqlite")
def test_a_change_is_noted_with_who_asked_for_what_before_it_is_made() -> None:
    meanwhile: list[Auditoria] = []
    done = noted(CHANGE, lambda: meanwhile.extend(rows()) or "feito", clock=FixedClock(NOW))
    assert done == "feito"
    (row,) = meanwhile
    assert (row.em, row.usuario, row.endereco) == (NOW, "chefe", "10.0.0.9")
    assert (row.tabela, row.acao, row.numero) == ("webhooks", "mudar", "7")
    assert (row.desfecho, row.antes, json.loads(row.depois)) == (None, "{}", {"secret_key": "***"})
    assert (only().desfecho, only().motivo) == (Desfecho.FEITO, None)


@pytest.mark.usefixtures("sqlite")
def test_what_the_row_shows_before_and_after_is_told_as_far_as_it_differs() -> None:
    look = seen({"nome": "ERP", "ativo": True}, {"nome": "Erp é", "ativo": True, "desde": NOW})
    noted(CHANGE, lambda: 7, look)
    row = only()
    assert json.loads(row.antes) == {"nome": "ERP"}
    assert json.loads(row.depois) == {"nome": "Erp é", "desde": str(NOW), "secret_key": "***"}
    assert "é" in row.depois


@pytest.mark.usefixtures("sqlite")
def test_what_was_said_masked_stands_over_what_the_row_shows() -> None:
    shown = {"secret_key": "em claro"}  # pragma: allowlist secret
    noted(CHANGE, lambda: 7, seen({}, shown))
    assert json.loads(only().depois) == {"secret_key": "***"}


@pytest.mark.usefixtures("sqlite")
def test_a_refusal_is_noted_with_its_reason_and_is_the_caller_s_to_know() -> None:
    def refuse() -> None:
        raise Conflict("Já existe.")

    with pytest.raises(Conflict, match="Já existe"):
        noted(CHANGE, refuse, seen({"nome": "ERP"}, {}))
    row = only()
    assert (row.desfecho, row.motivo) == (Desfecho.RECUSADO, "Já existe.")
    assert (row.antes, json.loads(row.depois)) == ("{}", {"secret_key": "***"})


@pytest.mark.usefixtures("sqlite")
def test_a_long_reason_is_cut_to_what_the_row_holds() -> None:
    def refuse() -> None:
        raise UsageError("é" * (LONGEST_REASON + 1))

    with pytest.raises(UsageError):
        noted(CHANGE, refuse)
    assert only().motivo == "é" * LONGEST_REASON


@pytest.mark.usefixtures("sqlite")
@pytest.mark.parametrize("fault", [ZeroDivisionError, KeyboardInterrupt])
def test_what_breaks_in_the_middle_leaves_a_note_without_an_end(fault: type[BaseException]) -> None:
    def break_() -> None:
        raise fault

    with pytest.raises(fault):
        noted(CHANGE, break_)
    assert (only().desfecho, only().motivo) == (None, None)


@pytest.mark.usefixtures("sqlite")
def test_where_the_row_cannot_be_looked_at_nothing_is_done_and_nothing_noted() -> None:
    done: list[int] = []

    def look(_: object) -> Mapping[str, Any]:
        raise UsageError("Não existe.")

    with pytest.raises(UsageError):
        noted(CHANGE, lambda: done.append(1), look)
    assert (rows(), done) == ([], [])


@pytest.mark.usefixtures("sqlite")
@pytest.mark.parametrize(("numero", "kept"), [(None, None), (0, "0"), (2**63 - 1, "9223372036854775807")])
def test_the_number_is_a_text_and_none_where_there_is_none(numero: int | None, kept: str | None) -> None:
    noted(Mudanca("chefe", "webhooks", "criar", numero), lambda: None)
    assert (only().numero, only().endereco, only().depois) == (kept, None, "{}")
