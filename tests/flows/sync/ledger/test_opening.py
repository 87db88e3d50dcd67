"""Which home the ledger of an account has."""

import json
from typing import Any

import pytest
from conftest import Configure

from core.errors import Misconfigured
from flows.sync.ledger import mongo_client
from flows.sync.ledger.mongo import MongoLedger
from flows.sync.ledger.opening import open_ledger
from flows.sync.ledger.sql import SqlLedger

NOWHERE = "mongodb://127.0.0.1:1/livro"
CONTAS: dict[str, dict[str, Any]] = {"matriz": {"ledger_url": NOWHERE}, "filial": {}}


def test_each_account_has_the_home_of_its_own_settings(configure: Configure) -> None:
    configure(sync__contas=json.dumps(CONTAS))
    here, there = open_ledger("filial"), open_ledger("matriz", prepare=False)
    mongo_client.close()
    assert (type(here), type(there)) == (SqlLedger, MongoLedger)
    assert isinstance(here, SqlLedger)
    assert isinstance(there, MongoLedger)
    assert (here.conta, there.conta) == ("filial", "matriz")


def test_only_who_may_write_asks_the_server_at_once(configure: Configure, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mongo_client, "CHOOSE_MS", 50)
    configure(sync__contas=json.dumps(CONTAS))
    with pytest.raises(mongo_client.ConnectionLost):
        open_ledger("matriz")
    open_ledger("matriz", prepare=False)
    mongo_client.close()


def test_an_account_that_is_not_in_the_settings_has_none(configure: Configure) -> None:
    configure(sync__contas=json.dumps(CONTAS))
    with pytest.raises(Misconfigured, match="filial, matriz"):
        open_ledger("padrao")
