"""What writes nothing: a dry run. What leaves nothing: a person who is forgotten. And what is told, once."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient
from sqlalchemy import select

from core.errors import Conflict, NotFound, UsageError
from core.fiscal import formatar_documento
from flows.sync import adopting, forgetting, noticing, pending, rebuilding, reconciling, views
from flows.sync.documents import cliente_enviado, marcar_cliente_enviado
from flows.sync.ledger.item import CLIENTES, Situacao
from sandbox.faults import after, reset, status
from storage.models.eventos import Event
from storage.session import reading
from tests.flows.sync.conftest import World
from tests.flows.sync.test_breaking import everything_once, full


def written(world: World, livro: str) -> str:
    """Return every row that is stored anywhere, as one text."""
    path = next(Path.cwd().rglob("esteira.db"))
    with sqlite3.connect(path) as db:
        dump = "\n".join(db.iterdump())
    if livro:
        with MongoClient[dict[str, Any]](livro) as client:
            base = client.get_default_database()
            dump += json.dumps([list(base[name].find()) for name in sorted(base.list_collection_names())], default=str)
    return dump


def test_a_dry_run_writes_nothing_anywhere(world: World, livro: str) -> None:
    full(world, 2)
    world.run("clientes-pm")
    world.contact()
    before, posts = written(world, livro), dict(world.milvus.bodies)
    reports = [world.run(fluxo, simular=True) for fluxo in ("clientes-pm", "clientes-mp", "tarefas", "interacoes")]
    assert [len(one.faria) for one in reports] == [1, 2, 2, 2]
    assert written(world, livro) == before
    assert dict(world.milvus.bodies) == posts
    assert len(world.ploomes.rows["Contacts"]) == 3


def test_a_dry_run_before_everything_makes_no_index(world: World, livro: str) -> None:
    world.contact()
    assert len(world.run("clientes-pm", simular=True).faria) == 1
    if livro:
        with MongoClient[dict[str, Any]](livro) as client:
            assert client.get_default_database().list_collection_names() == []


def test_who_is_forgotten_is_in_no_table_and_no_log_and_is_not_created_again(
    world: World, livro: str, capfd: pytest.CaptureFixture[str]
) -> None:
    contact = world.contact()
    world.task(contact)
    world.settled()
    documento = str(contact["Register"])
    world.milvus.clientes.clear()
    told = forgetting.forget(formatar_documento(documento), "padrao", simular=True, clock=world.clock)
    assert (told.clientes, told.contatos, told.chamados, told.simulado) == (1, 1, 1, True)
    assert documento in written(world, livro)
    forgetting.forget(formatar_documento(documento), "padrao", clock=world.clock)
    assert documento not in written(world, livro)
    for fluxo in ("clientes-pm", "tarefas"):
        world.run(fluxo, desde=world.clock.now().replace(year=2025))
    assert world.milvus.clientes == []
    assert len(world.milvus.chamados) == 1
    assert cliente_enviado(documento)
    told_in_logs = capfd.readouterr()
    assert documento not in told_in_logs.out + told_in_logs.err + written(world, livro)


def test_somebody_unknown_can_be_forgotten_before_they_come(world: World) -> None:
    contact = world.contact()
    forgetting.forget(contact["Register"], "padrao", clock=world.clock)
    assert world.run("clientes-pm").pulados == {"esquecido": 1}
    world.milvus.add_cliente(contact["Register"])
    assert world.run("clientes-mp").pulados == {"esquecido": 1}


def test_what_is_no_document_is_not_forgotten(world: World) -> None:
    with pytest.raises(UsageError):
        forgetting.forget("123", "padrao")


def test_a_client_that_is_being_sent_is_not_forgotten_halfway(world: World) -> None:
    contact = world.contact()
    world.milvus.faults.queue(status(503), status(503), status(503), status(503), key="GET cliente/busca")
    world.run("clientes-pm")
    world.ledger.claim(9, world.clock.now().replace(year=2027), 60, "alguem")
    with pytest.raises(Conflict):
        forgetting.forget(contact["Register"], "padrao", clock=world.clock)


def test_the_old_names_answer_for_any_spelling(world: World) -> None:
    documento = world.contact_free()
    assert not cliente_enviado(documento)
    marcar_cliente_enviado(formatar_documento(documento))
    marcar_cliente_enviado(documento)
    assert cliente_enviado(f"  {formatar_documento(documento)} ")
    world.contact(documento)
    assert world.run("clientes-pm").conhecidos == 1
    assert world.milvus.clientes == []


def test_each_thing_sent_is_an_event_once_also_where_the_answer_was_lost(world: World) -> None:
    contact = world.contact()
    world.task(contact)
    world.milvus.faults.queue(after(reset()), key="POST cliente/criar")
    world.settled()
    with reading() as db:
        events = list(db.scalars(select(Event).order_by(Event.id)))
    assert sorted(one.nome for one in events) == ["chamado_criado", "cliente_sincronizado"]
    assert all(contact["Register"] not in one.corpo.decode() for one in events)


def test_a_lost_ledger_makes_no_client_twice_and_is_filled_again(world: World, livro: str) -> None:
    full(world, 2)
    world.settled()
    lose(livro)
    assert rebuilding.rebuild("padrao", world.clock).chamados == 4
    assert rebuilding.rebuild("padrao", world.clock).chamados == 0
    world.settled()
    everything_once(world)


def test_clients_are_safe_without_any_ledger(world: World, livro: str) -> None:
    full(world, 2)
    world.run("clientes-pm")
    world.run("clientes-mp")
    lose(livro)
    world.settled("clientes-pm", "clientes-mp")
    assert len(world.milvus.clientes) == len(world.ploomes.rows["Contacts"]) == 4


def lose(livro: str) -> None:
    path = next(Path.cwd().rglob("esteira.db"))
    with sqlite3.connect(path) as db:
        for table in ("sync_item", "sync_aviso", "sync_fluxo"):
            db.execute(f"DELETE FROM {table}")
    if livro:
        with MongoClient[dict[str, Any]](livro) as client:
            client.get_default_database()["sync_itens"].delete_many({})


def test_reconciling_lists_what_is_missing_and_twice_and_changes_nothing(world: World, livro: str) -> None:
    contact, other = world.contact(), world.contact()
    world.task(contact)
    world.interaction(contact)
    world.settled()
    assert reconciling.reconcile("padrao", world.clock) == []
    world.milvus.add_cliente(contact["Register"])
    world.milvus.clientes[:] = [row for row in world.milvus.clientes if row["cnpj_cpf"] != other["Register"]]
    world.milvus.chamados.pop(0)
    world.ploomes.quirks.lag = 0
    before = written(world, livro)
    found = {(one.fluxo, one.problema) for one in reconciling.reconcile("padrao", world.clock)}
    assert found == {("clientes-pm", "falta"), ("clientes-pm", "repetido"), ("tarefas", "falta")}
    assert written(world, livro) == before


def test_what_waits_is_listed_without_the_document_repeated_and_dropped(world: World) -> None:
    wrong = world.contact("111.444.777-36")
    world.run("clientes-pm")
    (row,) = pending.listing("padrao", "clientes-pm")
    assert (row.item, row.motivo, row.volta_em is not None) == ("…7736", "documento_invalido", True)
    wrong["Register"] = "111.444.777-35"
    assert pending.again("padrao", [row.id], clock=world.clock) == 1
    assert world.run("clientes-pm").criados == 1
    (old,) = pending.listing("padrao")
    assert (old.situacao, old.motivo) == (Situacao.FALHOU, "documento_mudou")
    pending.drop("padrao", old.id, world.clock)
    assert list(pending.listing("padrao")) == []
    with pytest.raises(Conflict):
        pending.drop("padrao", old.id, world.clock)
    with pytest.raises(NotFound):
        pending.again("padrao", ["99"], clock=world.clock)


def test_what_an_old_program_sent_is_taken_over(world: World, tmp_path: Path, livro: str) -> None:
    sent, new = world.contact(), world.contact()
    path = tmp_path / "enviados.json"
    path.write_text(f'{{"cnpj_cpf": "{formatar_documento(sent["Register"])}"}}\n')
    if livro:
        with MongoClient[dict[str, Any]](livro) as client:
            rows: list[dict[str, Any]] = [{"cnpj_cpf": sent["Register"]}, {"cnpj_cpf": "1"}, {"nome": "x"}]
            client.get_default_database()["enviados"].insert_many(rows)
        found = adopting.adopt_collection("enviados", "cnpj_cpf", "padrao", world.clock)
        assert (found.adotados, found.invalidos) == (1, 1)
        assert adopting.adopt_file(path, "padrao", world.clock).conhecidos == 1
    else:
        assert adopting.adopt_file(path, "padrao", world.clock).adotados == 1
    world.run("clientes-pm")
    assert world.documents_of_clients() == [new["Register"]]


def test_a_record_that_is_named_is_noted_once_and_sent_by_the_next_run(world: World) -> None:
    contact = world.contact(CreateDate="2026-06-01T10:00:00-03:00")
    assert noticing.notice("clientes-pm", [contact["Id"], contact["Id"], 9], "padrao", world.clock) == 1
    assert noticing.notice("clientes-pm", [contact["Id"]], "padrao", world.clock) == 0
    assert world.run("clientes-pm").criados == 1


def test_each_flow_is_shown_with_its_counts_and_the_age_of_its_cursor(world: World) -> None:
    world.contact()
    assert {one.estado for one in views.flows(clock=world.clock)} == {None}
    world.run("clientes-pm")
    world.clock.advance(60)
    first = views.flows(clock=world.clock)[0]
    assert (first.fluxo, first.estado, first.contagens, first.cursor_segundos) == (
        "clientes-pm",
        "bem",
        {"enviado": 1},
        180,
    )
    assert world.ledger.find(CLIENTES, ["x"]) == {}
