"""Rows in error come back when somebody asks for it, or by themselves a few times; nothing else is told twice."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select, update

from connectors.oracle import ddl
from connectors.oracle.orders import Status
from core.clock import SYSTEM
from core.errors import NotFound, Transient, UsageError
from core.settings.fila import FilaColumns
from flows.fila import accounts, adopting, again, checks, looking, relay, upkeep, views
from storage.models.eventos import Event
from storage.models.fila import FilaConta, FilaLinha
from storage.session import reading, transaction
from tests.flows.fila.conftest import TABLE, Queue

Configure = Callable[..., None]


def fail(fila: Queue, *ids: int) -> None:
    table = accounts.opened("padrao").layout.table
    with fila.engine.begin() as connection:
        mine = table.update().where(table.c.id.in_(ids))
        connection.execute(mine.values(status=Status.ERRO.value, error="não coube"))


def told() -> int:
    with reading() as db:
        return len(db.scalars(select(Event.id)).all())


def test_a_row_in_error_is_told_again_when_asked_for(fila: Queue) -> None:
    fila.add(1, 2, 3)
    relay.publish("padrao")
    fail(fila, 1, 3)
    assert again.reprocess("padrao", [3]) == 1
    assert fila.statuses == ["ERRO", "PROCESSADO", "PENDENTE"]
    assert relay.publish("padrao").publicadas == 1
    assert again.reprocess("padrao") == 1
    assert relay.publish("padrao").publicadas == 1
    assert told() == 5
    with pytest.raises(NotFound):
        again.reprocess("padrao", [3])


def test_a_row_comes_back_by_itself_as_often_as_the_settings_say(fila: Queue, configure: Configure) -> None:
    configure(fila__reprocess="2")
    fila.add(1)
    relay.publish("padrao")
    found = accounts.opened("padrao")
    counts = []
    for _ in range(3):
        fail(fila, 1)
        counts.append(again.by_itself(found, SYSTEM))
        relay.publish("padrao")
    assert counts == [1, 1, 0]
    assert told() == 3


def test_rows_that_came_back_often_enough_hide_no_other(
    fila: Queue, configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many there are: each look reads some pages, and the next one goes on there, in any process."""
    monkeypatch.setattr(again, "BATCH", 3)
    monkeypatch.setattr(again, "PAGES", 2)
    configure(fila__reprocess="1", fila__ordered="false")
    fila.add(*range(12))
    relay.publish("padrao")
    looking.note_counts(accounts.opened("padrao"), SYSTEM)
    fail(fila, *range(1, 13))
    with transaction() as db:
        db.execute(update(FilaLinha).where(FilaLinha.linha != "12").values(reprocessada=1))

    def look() -> int:
        accounts.close()
        return again.by_itself(accounts.opened("padrao"), SYSTEM)

    assert [look() for _ in range(3)] == [0, 0, 1]
    assert [place for place, status in enumerate(fila.statuses, 1) if status == "PENDENTE"] == [12]
    with transaction() as db:
        db.execute(update(FilaLinha).where(FilaLinha.linha == "1").values(reprocessada=0))
    assert [look() for _ in range(2)] == [0, 1]
    assert fila.statuses[0] == "PENDENTE"


@pytest.mark.parametrize("vazia", ["sqlite"], indirect=True)
def test_a_look_goes_on_after_a_number_of_any_width(
    vazia: Queue, configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(again, "BATCH", 2)
    monkeypatch.setattr(again, "PAGES", 1)
    create = ddl.create("sqlite", TABLE, FilaColumns()).replace(ddl.WORDS["sqlite"].identity, "NUMERIC")
    vazia.run(create, *ddl.relay("sqlite", TABLE, FilaColumns()))
    configure(fila__reprocess="1", fila__ordered="false")
    numbers = ("7.5", "7.5", "100000000000000000000", "200000000000000000000")
    vazia.run(*(f"INSERT INTO {TABLE} (ID, ID_OS, MENSAGEM) VALUES ({n}, {i}, 'x')" for i, n in enumerate(numbers)))
    relay.publish("padrao")
    looking.note_counts(accounts.opened("padrao"), SYSTEM)
    vazia.run(f"UPDATE {TABLE} SET STATUS = 'ERRO'")
    with transaction() as db:
        db.execute(update(FilaLinha).where(FilaLinha.linha != numbers[-1]).values(reprocessada=1))
    assert [again.by_itself(accounts.opened("padrao"), SYSTEM) for _ in range(2)] == [0, 1]


def test_what_the_old_program_told_is_not_told_again(fila: Queue, tmp_path: Path) -> None:
    fila.add(1, 2, 3)
    sent = tmp_path / "enviados.txt"
    sent.write_text("1;\r\n3\r\n99\r\n1\r\n")
    found = adopting.adopt(sent, "padrao")
    assert (found.numeros, found.adotadas, found.conhecidas, found.sem_linha) == (3, 2, 0, 1)
    assert adopting.adopt(sent, "padrao").conhecidas == 2
    report = relay.publish("padrao")
    assert (report.publicadas, report.repetidas) == (1, 2)
    assert fila.statuses == ["PROCESSADO"] * 3


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-8-sig"])
def test_the_file_may_be_in_what_its_program_writes(tmp_path: Path, fila: Queue, encoding: str) -> None:
    """`>` of PowerShell writes UTF-16: read as anything else, 12 would be 1 and 2."""
    fila.add(*range(1, 13))
    sent = tmp_path / "enviados.txt"
    sent.write_bytes("12\r\n".encode(encoding))
    assert adopting.adopt(sent, "padrao").adotadas == 1
    report = relay.publish("padrao")
    assert (report.publicadas, report.repetidas) == (11, 1)


@pytest.mark.parametrize("content", ["", "nada"])
def test_a_file_without_numbers_is_refused(tmp_path: Path, fila: Queue, content: str) -> None:
    (tmp_path / "x.txt").write_text(content)
    with pytest.raises(UsageError):
        adopting.adopt(tmp_path / "x.txt", "padrao")


def test_before_the_first_look_nobody_knows_how_many_rows_there_are(fila: Queue) -> None:
    fila.add(1)
    (view,) = views.accounts()
    assert (view.pendentes, view.erros, view.falha) == (None, None, None)
    looking.note_fault("padrao", Transient("Sem resposta."), SYSTEM)
    (view,) = views.accounts()
    assert (view.pendentes, view.erros, view.falha) == (None, None, "Sem resposta.")


def test_a_look_is_noted_for_people_alerts_and_metrics(fila: Queue) -> None:
    fila.add(1, 2, 3)
    fail(fila, 2)
    looking.note_counts(accounts.opened("padrao"), SYSTEM)
    (view,) = views.accounts()
    assert (view.pendentes, view.erros, view.falha) == (2, 1, None)
    assert view.mais_antiga_segundos is not None
    with reading() as db:
        samples = {sample.name for metric in upkeep.depth(db, SYSTEM.now()) for sample in metric.samples}
    assert samples == {"esteira_fila_linhas", "esteira_fila_mais_antiga_segundos"}


def test_a_fault_is_noted_since_when_and_gone_when_it_is_well(fila: Queue) -> None:
    from core.errors import Misconfigured

    looking.note_fault("padrao", Misconfigured("Senha recusada."), SYSTEM)
    with reading() as db:
        row = db.get_one(FilaConta, "padrao")
    assert row.precisa_de_alguem
    assert row.falhando_desde is not None
    looking.note_counts(accounts.opened("padrao"), SYSTEM)
    assert views.accounts()[0].falha is None


def test_diagnosis_says_what_a_table_cannot_promise(vazia: Queue) -> None:
    assert [one.situacao for one in checks.reachable()] == ["erro"]
    vazia.make(prepared=False)
    assert [one.situacao for one in checks.reachable()] == ["aviso"]


def test_a_table_is_prepared_only_when_somebody_asks_for_it(vazia: Queue) -> None:
    from flows.fila import preparing

    vazia.make(prepared=False)
    missing = preparing.missing("padrao")
    assert missing
    assert not accounts.opened("padrao").layout.leased
    preparing.apply("padrao", missing)
    assert preparing.missing("padrao") == []
    vazia.add(5)
    assert relay.publish("padrao").publicadas == 1
