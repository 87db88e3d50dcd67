"""Each thing that was sent is an event once, whatever broke between the ledger and the events."""

import json
from typing import Any

import pytest
from sqlalchemy import select, update

from core.clock import FixedClock
from flows.sync import telling
from flows.sync.ledger.item import CLIENTES, TAREFAS, New, Situacao
from flows.sync.ledger.sql import SqlLedger
from storage.models.eventos import Event
from storage.models.sync import SyncItem
from storage.session import reading, transaction
from tests.flows.sync.conftest import NOON

CLOCK = FixedClock(NOON)
SENT: dict[str, Any] = {"situacao": Situacao.ENVIADO, "avisado": False}


@pytest.fixture
def ledger(sqlite: str) -> SqlLedger:
    return SqlLedger("padrao")


def client(chave: str, **said: Any) -> New:
    return New(**({"livro": CLIENTES, "fluxo": "clientes-pm", "chave": chave, "ploomes_id": "7"} | SENT | said))


def events() -> list[dict[str, Any]]:
    with reading() as db:
        return [json.loads(event.corpo) for event in db.scalars(select(Event).order_by(Event.id))]


def told(ledger: SqlLedger) -> int:
    return telling.tell(ledger, ledger.conta, CLOCK)


def test_a_client_and_a_ticket_are_told_with_their_numbers_and_nothing_of_the_person(ledger: SqlLedger) -> None:
    ticket = New(livro=TAREFAS, fluxo="tarefas", chave="12", ploomes_id="12", milvus_id="900", **SENT)
    ledger.owe([client("11222333000181", milvus_id="55"), ticket], NOON)
    assert told(ledger) == 2
    first, second = events()
    numbers = {"conta": "padrao", "fluxo": "clientes-pm", "ploomes_id": "7", "milvus_id": "55"}
    said = "O contato 7 do Ploomes é o cliente 55 do Milvus."
    assert (first["evento"], first["dados"]) == ("cliente_sincronizado", numbers | {"mensagem": said})
    numbers = {"conta": "padrao", "fluxo": "tarefas", "ploomes_id": "12", "codigo": "900"}
    said = "Chamado 900 criado no Milvus (tarefas, 12 no Ploomes)."
    assert (second["evento"], second["dados"]) == ("chamado_criado", numbers | {"mensagem": said})


def test_what_was_told_is_not_told_again(ledger: SqlLedger) -> None:
    ledger.owe([client("1", avisado=True), client("2")], NOON)
    assert [told(ledger), told(ledger)] == [1, 0]
    assert len(events()) == 1


def test_what_the_ledger_did_not_note_as_told_is_known_by_its_mark(ledger: SqlLedger) -> None:
    """As where the process dies after the events were recorded; also the line of a ledger that was filled anew."""
    ledger.owe([client("1")], NOON)
    told(ledger)
    with transaction() as db:
        db.execute(update(SyncItem).values(avisado=False))
    assert told(ledger) == 0
    assert (list(ledger.untold(9)), len(events())) == ([], 1)


def test_one_key_is_another_thing_in_each_book_and_each_account(ledger: SqlLedger) -> None:
    other = SqlLedger("filial")
    ledger.owe([client("1"), client("1", livro=TAREFAS)], NOON)
    other.owe([client("1")], NOON)
    assert (told(ledger), told(other)) == (2, 1)


def test_more_than_a_batch_is_told_to_the_last(ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "BATCH", 2)
    ledger.owe([client(str(number)) for number in range(5)], NOON)
    assert told(ledger) == 5
    assert list(ledger.untold(9)) == []


def test_without_anything_to_tell_nothing_is_recorded(ledger: SqlLedger) -> None:
    assert told(ledger) == 0
    assert events() == []
