"""Lots: found by name, sent again in part, removed whole, forgotten when they are old."""

from datetime import timedelta
from pathlib import Path

import pytest
from conftest import Configure
from redis import Redis
from sqlalchemy import func, select, update
from support.questor import files, lot, states

from beat_schedule import schedule
from core.broker_link import KEY_PREFIX
from core.clock import SYSTEM
from core.errors import Conflict, NotFound
from flows.questor import lots, starting, views
from flows.questor.account import SEAT_SECONDS
from flows.questor.upkeep import UPKEEP
from sandbox.questor.documentos import documento
from storage.models.questor import QuestorArquivo, QuestorLote
from storage.session import reading, transaction


def some(folder: Path, nome: str = "lote", amount: int = 5) -> int:
    return lot(folder / nome, [documento("nfe", number) for number in range(1, amount + 1)], nome)


def test_a_lot_of_another_account_is_told_with_its_account(tmp_path: Path, sqlite: str) -> None:
    some(tmp_path)
    with pytest.raises(NotFound, match="O lote 'lote' é da conta 'padrao', não de 'filial'"):
        lots.named("lote", "filial")


def lines() -> int:
    with reading() as db:
        return db.scalar(select(func.count()).select_from(QuestorArquivo)) or 0


def names() -> list[str]:
    return [one.lote for one in views.listar()]


def change(lote: int, **values: object) -> None:
    with transaction() as db:
        db.execute(update(QuestorLote).where(QuestorLote.id == lote).values(**values))


def test_a_lot_is_removed_with_its_lines_and_no_other(banco: str, tmp_path: Path) -> None:
    some(tmp_path, "um")
    some(tmp_path, "dois", 3)
    assert lots.remover("um") == 5
    assert (names(), lines()) == (["dois"], 3)
    assert (tmp_path / "um/0.xml").exists()
    with pytest.raises(NotFound):
        lots.remover("um")


def test_what_is_being_sent_keeps_its_lot(banco: str, tmp_path: Path) -> None:
    lote = some(tmp_path)
    with transaction() as db:
        one = update(QuestorArquivo).where(QuestorArquivo.id == files(lote)[0].id)
        db.execute(one.values(estado="desconhecido", lease_token="outro|1|1|x"))
    with pytest.raises(Conflict, match="estão sendo enviados"):
        lots.remover("lote")
    assert states(lote) == {"desconhecido": 1}
    with transaction() as db:
        db.execute(update(QuestorArquivo).values(lease_token=None))
    lots.remover("lote")
    assert (names(), lines()) == ([], 0)


def test_lots_that_were_done_long_ago_are_forgotten(
    banco: str, configure: Configure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.forgetting.BATCH", 2)
    old, new, running = some(tmp_path, "velho"), some(tmp_path, "novo"), some(tmp_path, "andando")
    change(old, concluido_em=SYSTEM.now() - timedelta(days=181))
    change(new, concluido_em=SYSTEM.now() - timedelta(days=179))
    (rule,) = UPKEEP.retention
    gone = [batch["arquivos"] for batch in rule(SYSTEM.now())]
    assert gone == [2, 2, 1]
    assert (names(), lines()) == (["andando", "novo"], 10)
    assert states(running) == {"pendente": 5}


def test_lots_are_listed_in_pages(sqlite: str, tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        some(tmp_path, name, 1)
    first = views.listar(limite=2)
    assert [one.lote for one in first] == ["c", "b"]
    assert [one.lote for one in views.listar(first.depois, 2)] == ["a"]  # type: ignore[arg-type]


def test_a_worker_that_starts_asks_for_the_senders_that_are_missing(
    sqlite: str, broker: str, configure: Configure, tmp_path: Path
) -> None:
    configure(core__redis_url=broker, questor__office="a", questor__token="x", questor__window="sempre")
    some(tmp_path)
    with Redis.from_url(broker) as queues:
        assert queues.llen(f"{KEY_PREFIX}questor") == 0
        for begin in UPKEEP.at_start:
            begin()
        assert queues.llen(f"{KEY_PREFIX}questor") == starting.SENDERS


def test_without_a_broker_a_worker_starts_all_the_same(sqlite: str, configure: Configure, tmp_path: Path) -> None:
    configure(
        questor__office="a", questor__token="x", questor__window="sempre", core__redis_url="redis://127.0.0.1:1/0"
    )
    some(tmp_path)
    starting.start_with_worker()


def test_a_sender_that_was_killed_is_missed_within_seconds() -> None:
    (entry,) = [one for one in schedule().values() if one["task"] == "questor.avancar"]
    assert entry["schedule"].total_seconds() <= 10
    assert SEAT_SECONDS <= 10
