"""Webhooks of Ploomes over HTTP: by key alone, noted at once, read again by the next run, whatever they say."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import Configure
from sqlalchemy import select
from support.api import Client, served

from flows.sync import hinted
from flows.sync.run import run
from sandbox import faults
from storage.models.sync import SyncGancho
from storage.session import reading

HOOK_KEY = "chave-do-gancho"  # pragma: allowlist secret
PATH = "/ganchos/ploomes/padrao/"
HEADER = {"X-Ploomes-Validation-Key": HOOK_KEY}


@pytest.fixture(scope="module")
def livro() -> str:
    """These tests are about what comes before the ledger."""
    return ""


@pytest.fixture
def ploomes(world: Any, configure: Configure) -> Iterator[Client]:
    """Who sends webhooks."""
    configure(ploomes__webhook_key=HOOK_KEY)
    with served() as url:
        yield Client(url)


def hook(number: object, entity: object = "Contacts", **more: object) -> dict[str, object]:
    return {"Action": "Update", "Entity": entity, "Old": None, "New": {"Id": number}, **more}


def noted() -> list[tuple[str, int, int]]:
    with reading() as db:
        rows = db.scalars(select(SyncGancho).order_by(SyncGancho.id)).all()
    return [(one.fluxo, one.numero, one.vezes) for one in rows]


def test_what_changed_is_noted_once_and_arrives_with_the_next_run(world: Any, ploomes: Client) -> None:
    world.run("clientes-pm")
    contact = world.contact()
    # no list shows it yet: only its number leads there
    world.ploomes.quirks.lag = 86_400.0
    world.ploomes.hidden["Contacts", contact["Id"]] = world.clock.now().replace(year=2040)
    for _ in range(3):
        assert ploomes.post(PATH, hook(contact["Id"]), headers=HEADER).json() == {"status": "ok"}
    assert noted() == [("clientes-pm", contact["Id"], 3)]
    report = world.run("clientes-pm")
    assert (report.criados, noted()) == (1, [])
    assert len(world.milvus.clientes) == 1
    ploomes.post(PATH, hook(contact["Id"]), headers=HEADER)
    assert world.run("clientes-pm").criados == 0
    assert len(world.milvus.clientes) == 1


def test_both_shapes_are_read_and_what_is_unknown_is_answered_and_dropped(world: Any, ploomes: Client) -> None:
    short = {"ResourceId": 7, "Entity": "Task", "Action": "Create", "ValidationKey": HOOK_KEY, "UserId": 1}
    assert ploomes.post(PATH, short).status_code == 200
    for said in (
        {"EntityId": 12, "Old": {"Id": 8}, "New": None},
        {"Entity": "InteractionRecords", "ResourceId": "9"},
        {"Entity": "12", "New": {"Id": 10}},
    ):
        assert ploomes.post("/ganchos/ploomes", said, headers=HEADER).status_code == 200
    assert noted() == [("tarefas", 7, 1), ("tarefas", 8, 1), ("interacoes", 9, 1), ("tarefas", 10, 1)]
    for said in (
        *(hook(1, entity) for entity in ("Deals", 2, None, [], {}, True, "\ud800", "x" * 999)),
        *(hook(number) for number in (None, 0, -1, 2**70, True, 1.5, "x", "9" * 40, [], {})),
        {},
    ):
        answer = ploomes.post(PATH, said, headers=HEADER)
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"}), said
    assert len(noted()) == 4


def test_without_the_key_nothing_is_read_or_noted(world: Any, ploomes: Client) -> None:
    forged: list[tuple[dict[str, str], object]] = [
        ({}, hook(1)),
        ({}, hook(1, ValidationKey="outra")),
        ({}, hook(1, ValidationKey=["x"])),
        ({}, hook(1, ValidationKey=None)),
        ({}, [HOOK_KEY]),
        ({"X-Ploomes-Validation-Key": "outra"}, hook(1, ValidationKey=HOOK_KEY)),
        ({"X-Ploomes-Validation-Key": ""}, hook(1, ValidationKey=HOOK_KEY)),
    ]
    for headers, said in forged:
        answer = ploomes.post(PATH, said, headers=headers)
        assert (answer.status_code, HOOK_KEY in answer.text) == (401, False), (headers, said)
    assert ploomes.post("/ganchos/ploomes/outra/", hook(1), headers=HEADER).status_code == 401
    large = b'{"New": "' + b"x" * 300_000 + b'"}'
    wrong = {"X-Ploomes-Validation-Key": "outra"}
    for raw, headers, status in (
        (large, wrong, 401),
        (large, HEADER, 413),
        (large, {}, 413),
        (b"{", HEADER, 400),
        (b"[" * 99_999, HEADER, 400),
        (b"\xff", HEADER, 400),
        (b"[]", HEADER, 400),
        (b"{", {}, 401),
    ):
        assert ploomes.ask("POST", PATH, data=raw, headers=headers).status_code == status, (raw[:20], headers)
    assert noted() == []


def test_an_account_without_a_key_takes_no_webhook(world: Any) -> None:
    with served() as url:
        for headers in ({}, {"X-Ploomes-Validation-Key": ""}, {"X-Ploomes-Validation-Key": "-"}):
            assert Client(url).post(PATH, hook(1), headers=headers).status_code == 401


def test_a_record_that_cannot_be_read_keeps_nothing_else_back_and_is_given_up(world: Any, ploomes: Client) -> None:
    contact = world.contact()
    for number in (987_654, contact["Id"]):
        ploomes.post(PATH, hook(number), headers=HEADER)
    world.ploomes.faults.always(faults.status(400, json.dumps({"error": {"message": "não"}})), key="Contacts")
    for _ in range(hinted.TRIES):
        assert len(noted()) == 2
        run("clientes-pm", "padrao", clock=world.clock)
    assert noted() == []
    world.ploomes.faults.clear("Contacts")
    assert world.run("clientes-pm").criados == 1


def test_what_is_told_again_while_it_is_read_is_read_again(world: Any, ploomes: Client) -> None:
    ploomes.post(PATH, hook(7), headers=HEADER)
    with reading() as db:
        hint = db.scalars(select(SyncGancho)).one()
    ploomes.post(PATH, hook(7), headers=HEADER)
    hinted._done(hint)
    assert (noted(), hinted.waiting("padrao", "clientes-pm")) == ([("clientes-pm", 7, 2)], True)


def test_a_dry_run_leaves_what_was_told(world: Any, ploomes: Client) -> None:
    ploomes.post(PATH, hook(world.contact()["Id"]), headers=HEADER)
    world.run("clientes-pm", simular=True)
    assert len(noted()) == 1
