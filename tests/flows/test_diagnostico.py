import json
from pathlib import Path
from typing import Any

import pytest
from conftest import Configure
from sqlalchemy import text
from support.deliveries import webhook

from core.checks import FAULT, WARNING, Check
from core.errors import Misconfigured
from flows.diagnostico import examine, platform, walk
from sandbox.receiver import ReceiverServer
from storage import transactions
from storage.session import dispose, transaction


def findings() -> dict[str, tuple[str, str]]:
    return {found.sistema: (found.situacao, found.correcao) for found in examine()}


def test_a_fresh_installation_has_no_faults(sqlite: str) -> None:
    found = findings()
    assert {situacao for situacao, _ in found.values()} == {"ok", "aviso"}
    assert "esteira subir" in found["broker"][1]


def test_a_running_broker_without_workers_is_told(sqlite: str, broker: str) -> None:
    found = findings()
    assert found["broker"][0] == "ok"
    assert found["workers"] == ("aviso", "Rode `esteira subir`.")


def test_a_dead_broker_is_a_fault_without_its_password(sqlite: str, configure: Configure) -> None:
    configure(core__redis_url="redis://:segredo@127.0.0.1:1/0")
    (found,) = [one for one in examine() if one.sistema == "broker"]
    assert found.situacao == "erro"
    assert "segredo" not in str(found)


def test_an_option_that_no_redis_knows_is_told_in_words(sqlite: str, configure: Configure) -> None:
    configure(core__redis_url="redis://:segredo@127.0.0.1:1/0?cor=azul")
    (found,) = [one for one in examine() if one.sistema == "broker"]
    assert (found.situacao, found.detalhe) == ("erro", "core.redis_url não é um endereço de Redis")
    assert "redis://servidor:6379/0" in found.correcao


def test_boxes_are_reached_but_not_asked(sqlite: str, configure: Configure, tmp_path: Path) -> None:
    with ReceiverServer({}) as hub:
        boxes = [
            {"name": "boa", "host": hub.host, "port": hub.port},
            {"name": "muda", "host": "127.0.0.1", "port": 1},
            {"name": "usb", "kind": "local", "library": str(tmp_path / "nada.so"), "activation_code": "12345678"},
        ]
        configure(sat__boxes=json.dumps(boxes))
        found = findings()
        assert not hub.requests
    assert [found[f"caixa {name}"][0] for name in ("boa", "muda", "usb")] == ["ok", "erro", "erro"]


def test_a_transaction_that_stays_open_is_told(postgres: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transactions, "LONG_SECONDS", 0.0)
    with transaction() as db:
        db.scalar(text("SELECT 1"))
        told = [one for one in platform.database() if one.situacao == WARNING]
    (found,) = told
    assert "transação aberta há" in found.detalhe


def test_a_destination_the_rules_refuse_is_a_fault(sqlite: str) -> None:
    webhook("http://127.0.0.1:9/x", nome="dentro")
    webhook("https://exemplo.com/x", nome="fora")
    found = findings()
    assert (found["destino dentro"][0], found["destino fora"][0]) == ("erro", "ok")


def test_a_database_that_cannot_be_opened_is_a_finding_and_the_rest_goes_on(configure: Configure) -> None:
    configure(core__database_url="postgresql://127.0.0.1:1/x")
    found = findings()
    assert found["banco de dados"][0] == FAULT
    assert "broker" in found


def _no_key() -> Any:
    raise Misconfigured("Nenhuma chave.")


def _defect() -> Any:
    raise LookupError


@pytest.mark.parametrize("check", [_no_key, _defect])
def test_a_check_that_fails_is_told_by_the_name_of_its_system_and_with_what_to_do(check: Check) -> None:
    (found,) = walk._guarded("destinos", check, {})
    assert (found.sistema, found.situacao) == ("destinos", FAULT)
    assert found.correcao


def test_destinations_whose_keys_are_lost_are_told_by_that_name(sqlite: str, configure: Configure) -> None:
    webhook("https://exemplo.com/x", nome="fora")
    configure(core__keys="[]")
    found = findings()
    assert found["destinos"][0] == FAULT
    assert "destinations" not in found


def test_lost_keys_are_told_once_however_many_checks_they_stop(sqlite: str, configure: Configure) -> None:
    webhook("https://exemplo.com/x", nome="fora")
    dispose()
    configure(core__keys="[]")
    stopped = [one for one in examine() if one.situacao == FAULT]
    first, *others = stopped
    assert "nenhuma chave" in first.detalhe
    assert (first.sistema, first.correcao) == ("banco de dados", walk.CORRECT)
    assert {"chaves", "destinos", "agenda", "sefaz"} <= {one.sistema for one in others}
    assert {(one.detalhe, one.correcao) for one in others} == {
        ("não conferido, pelo que está dito em banco de dados", "")
    }
