"""Both homes of the ledger keep the contract of claims, and answer the same questions alike."""

import itertools
import subprocess
import sys
import threading
from collections.abc import Collection
from datetime import datetime
from typing import Any

import pytest
from pymongo.errors import AutoReconnect

from claims import holder
from core.errors import Misconfigured
from flows.sync.ledger import mongo_client
from flows.sync.ledger.item import CLIENTES, Item, Key, New, Situacao, outcome
from flows.sync.ledger.mongo import MongoLedger
from flows.sync.ledger.shape import Ledger
from flows.sync.ledger.sql import SqlLedger
from tests.claims.contract import NOW, ClaimsContract, after

FLUXO = "clientes-pm"
_names = itertools.count()


def new(chave: str, **more: Any) -> New:
    return New(livro=CLIENTES, fluxo=FLUXO, chave=chave, **more)


class LedgerHome:
    """A ledger as the contract calls it."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger, self.items = ledger, dict[Key, Item]()

    def add(self, due_at: datetime) -> Key:
        chave = f"{next(_names)}"
        self.ledger.owe([new(chave)], due_at)
        item = self.ledger.find(CLIENTES, [chave])[chave]
        self.items[item.id] = item
        return item.id

    def claim(self, limit: int, now: datetime, seconds: float, token: str) -> list[Key]:
        return [item.id for item in self.ledger.claim(limit, now, seconds, token)]

    def settle(self, token: str, ids: Collection[Key], due_at: datetime) -> set[Key]:
        outcomes = [outcome(self.items[key], NOW, due_at=due_at, situacao=Situacao.PENDENTE) for key in ids]
        return self.ledger.settle(token, outcomes)

    def hold(self, token: str, ids: Collection[Key], until: datetime) -> set[Key]:
        return self.ledger.hold(token, ids, until)

    def give_back(self, token: str, ids: Collection[Key], now: datetime) -> set[Key]:
        return self.ledger.give_back(token, ids, now)

    def after_crash(self, now: datetime) -> int:
        return self.ledger.after_crash(now)

    def token(self) -> str:
        return holder.new_token()

    def dead_token(self) -> str:
        program = "from claims.holder import new_token; print(new_token())"
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        return done.stdout.strip()


@pytest.fixture(params=["sqlite", "postgres", "mongo"])
def ledger(request: pytest.FixtureRequest) -> Ledger:
    address: str = request.getfixturevalue(request.param)
    return MongoLedger("padrao", address) if request.param == "mongo" else SqlLedger("padrao")


@pytest.fixture
def home(ledger: Ledger) -> LedgerHome:
    return LedgerHome(ledger)


class TestLedger(ClaimsContract):
    pass


def one(ledger: Ledger, chave: str) -> Item:
    return ledger.find(CLIENTES, [chave])[chave]


def test_a_key_is_noted_once_whoever_comes_first(ledger: Ledger) -> None:
    assert ledger.owe([new("a"), new("b")], NOW) == {(CLIENTES, "a"), (CLIENTES, "b")}
    assert ledger.owe([new("b", ploomes_id="9"), new("c")], NOW) == {(CLIENTES, "c")}
    assert one(ledger, "b").ploomes_id is None


def test_rivals_note_a_key_once(ledger: Ledger) -> None:
    found: list[tuple[str, str]] = []
    keys = [f"{number}" for number in range(20)]

    def rival() -> None:
        for chave in keys:
            found.extend(ledger.owe([new(chave)], NOW))

    rivals = [threading.Thread(target=rival) for _ in range(4)]
    for thread in rivals:
        thread.start()
    for thread in rivals:
        thread.join()
    assert sorted(found) == sorted((CLIENTES, chave) for chave in keys)


def test_a_line_that_was_being_sent_when_its_lease_ended_may_be_sent(ledger: Ledger) -> None:
    ledger.owe([new("a")], NOW)
    (first,) = ledger.claim(1, NOW, 60, "a", fluxo=FLUXO)
    assert not first.tentado
    (again,) = ledger.claim(1, after(61), 60, "b", fluxo=FLUXO)
    assert again.tentado
    ledger.give_back("b", [again.id], after(62))
    assert one(ledger, "a").situacao == Situacao.DESCONHECIDO


def looked_for_once(ledger: Ledger) -> Item:
    """Note a line that may have been sent, was looked for since, and is being sent again."""
    ledger.owe([new("a")], NOW)
    (item,) = ledger.claim(1, NOW, 60, "a")
    ledger.settle("a", [outcome(item, NOW, situacao=Situacao.DESCONHECIDO, tentado=True, procuras=1)])
    return one(ledger, "a")


def test_a_look_from_before_a_lease_that_ended_counts_no_more(ledger: Ledger) -> None:
    looked_for_once(ledger)
    (sending,) = ledger.claim(1, NOW, 60, "b")
    assert sending.procuras == 1
    (again,) = ledger.claim(1, after(61), 60, "c")
    assert (again.tentado, again.procuras, one(ledger, "a").procuras) == (True, 0, 0)


def test_a_look_from_before_a_crash_counts_no_more(home: LedgerHome) -> None:
    looked_for_once(home.ledger)
    home.ledger.claim(1, NOW, 60, home.dead_token())
    assert home.after_crash(after(1)) == 1
    left = one(home.ledger, "a")
    assert (left.situacao, left.tentado, left.procuras) == (Situacao.DESCONHECIDO, True, 0)


def test_a_look_counts_still_for_what_was_not_begun(ledger: Ledger) -> None:
    item = looked_for_once(ledger)
    ledger.claim(1, NOW, 60, "b")
    ledger.give_back("b", [item.id], NOW)
    (again,) = ledger.claim(1, NOW, 60, "c")
    assert again.procuras == 1


def test_what_was_not_begun_is_pending_again(ledger: Ledger) -> None:
    ledger.owe([new("a")], NOW)
    (item,) = ledger.claim(1, NOW, 60, "a")
    ledger.give_back("a", [item.id], NOW)
    assert (one(ledger, "a").situacao, one(ledger, "a").tentado) == (Situacao.PENDENTE, False)


def test_what_is_sent_or_failed_is_claimed_no_more(ledger: Ledger) -> None:
    ledger.owe([new("a"), new("b", situacao=Situacao.ENVIADO)], NOW)
    (item,) = ledger.claim(9, NOW, 60, "a")
    ledger.settle("a", [outcome(item, NOW, situacao=Situacao.FALHOU, motivo="recusado", erro="não")])
    assert ledger.claim(9, after(999), 60, "b") == []
    assert (one(ledger, "a").motivo, one(ledger, "a").erro) == ("recusado", "não")


def test_items_that_are_named_are_claimed_before_they_are_due(ledger: Ledger) -> None:
    ledger.owe([new("a"), new("b")], after(60))
    key = one(ledger, "a").id
    assert [item.id for item in ledger.claim(9, NOW, 600, "a", ids=[key])] == [key]
    assert ledger.claim(9, NOW, 600, "b", ids=[key]) == []


def test_what_a_clock_that_was_ahead_put_off_is_due_now(ledger: Ledger) -> None:
    ledger.owe([new("a"), new("held"), new("sent", situacao=Situacao.ENVIADO)], after(3 * 86_400))
    ledger.owe([New(livro=CLIENTES, fluxo="clientes-mp", chave="other")], after(3 * 86_400))
    ledger.owe([new("soon")], after(86_400))
    ledger.claim(1, NOW, 60, "t", ids=[one(ledger, "held").id])
    ledger.hold("t", [one(ledger, "held").id], after(3 * 86_400))
    assert ledger.put_right(FLUXO, NOW, after(2 * 86_400)) == 1
    assert [item.chave for item in ledger.claim(9, NOW, 60, "u")] == ["a"]
    assert ledger.put_right(FLUXO, NOW, after(2 * 86_400)) == 0


def test_lines_are_found_by_the_number_on_either_side(ledger: Ledger) -> None:
    ledger.owe([new("a", ploomes_id="1"), new("b", milvus_id="2"), new("c", milvus_id="3")], NOW)
    assert [item.chave for item in ledger.having(CLIENTES, "ploomes_id", ["1", "7"])] == ["a"]
    assert [item.chave for item in ledger.having(CLIENTES, "milvus_id", ["2", "3"])] == ["b", "c"]
    assert ledger.having(CLIENTES, "ligado", []) == []


def test_what_is_sent_is_told_until_it_is_noted(ledger: Ledger) -> None:
    ledger.owe([new("a"), new("b", avisado=False, situacao=Situacao.ENVIADO)], NOW)
    (item,) = ledger.untold(10)
    assert item.chave == "b"
    ledger.told([item.id])
    assert ledger.untold(10) == []


def test_what_waits_is_counted_listed_and_changed(ledger: Ledger) -> None:
    parked = {"situacao": Situacao.ESTACIONADO, "motivo": "documento_invalido"}
    ledger.owe([new("a", **parked), new("b"), new("c", situacao=Situacao.ENVIADO)], NOW)
    ledger.owe([new("d", **parked)], after(5))
    assert ledger.counts() == {
        (FLUXO, "estacionado", "documento_invalido"): 2,
        (FLUXO, "pendente", None): 1,
        (FLUXO, "enviado", None): 1,
    }
    assert ledger.parked_since() == {FLUXO: NOW}
    page = ledger.waiting(FLUXO, None, 1)
    assert [item.chave for item in page] == ["a"]
    assert [item.chave for item in ledger.waiting(None, page[0].id, 9)] == ["d"]
    keys = [item.id for item in ledger.waiting(FLUXO, None, 9)]
    assert ledger.change({"id": keys}, after(9), situacao=Situacao.PENDENTE, due_at=after(9)) == 2
    assert ledger.waiting(FLUXO, None, 9) == []


def test_accounts_do_not_see_each_other(sqlite: str, mongo: str) -> None:
    for pair in ((SqlLedger("a"), SqlLedger("b")), (MongoLedger("a", mongo), MongoLedger("b", mongo))):
        pair[0].owe([new("x")], NOW)
        assert pair[1].find(CLIENTES, ["x"]) == {}
        assert pair[1].claim(9, NOW, 60, "t") == []
        assert pair[1].owe([new("x")], NOW) == {(CLIENTES, "x")}


class Losing:
    """A collection whose answers get lost, each once, after the server has done the work."""

    def __init__(self, real: Any, *lost: str) -> None:
        self._real, self.lost = real, set(lost)

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._real, name)

        def made(*given: Any, **more: Any) -> Any:
            found = call(*given, **more)
            if name in self.lost:
                self.lost.remove(name)
                raise AutoReconnect("connection closed")
            return found

        return made


def test_an_answer_lost_by_mongodb_is_known_again(mongo: str) -> None:
    ledger = MongoLedger("padrao", mongo)
    losing = Losing(ledger._items, "bulk_write", "find_one_and_update")
    ledger._items = losing  # type: ignore[assignment]
    assert ledger.owe([new("a")], NOW) == {(CLIENTES, "a")}
    (item,) = ledger.claim(1, NOW, 60, "a")
    assert item.situacao == Situacao.ENVIANDO
    losing.lost = {"bulk_write"}
    assert ledger.settle("a", [outcome(item, NOW, situacao=Situacao.ENVIADO, milvus_id="7")]) == {item.id}
    assert (one(ledger, "a").situacao, one(ledger, "a").milvus_id, losing.lost) == (Situacao.ENVIADO, "7", set())


@pytest.mark.parametrize(
    ("url", "told"),
    [("mongodb://", "não é válido"), ("mongodb://a:b:c@x/y", "não é válido")],  # pragma: allowlist secret
)
def test_an_address_that_is_none_is_told_without_it(url: str, told: str) -> None:
    with pytest.raises(Misconfigured, match=told) as raised:
        MongoLedger("padrao", url)
    assert "a:b" not in str(raised.value)


def test_a_server_that_is_away_is_transient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mongo_client, "CHOOSE_MS", 50)
    with pytest.raises(mongo_client.ConnectionLost):
        MongoLedger("padrao", "mongodb://127.0.0.1:1/x")
