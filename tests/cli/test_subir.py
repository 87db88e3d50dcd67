"""What the live view of `esteira subir` is given: what the database knows, in plain values."""

from conftest import Configure
from support.boxes import with_boxes
from support.deliveries import fire, webhook

from alerts import state
from alerts.judgement import Judgement
from cli.subir import snapshot
from core.clock import SYSTEM
from flows.sat.boxes import prepare
from storage.session import transaction
from workers.demo_view import summary


def test_boxes_open_alerts_and_deliveries_are_told(banco: str, configure: Configure) -> None:
    with_boxes(configure, {"name": "loja-1", "host": "10.0.0.1"})
    prepare()
    webhook("https://exemplo.com/")
    fire(2)
    with transaction() as db:
        state.apply(db, "sat", [Judgement("loja-1", "rede", "aviso", True, "Errada.")], SYSTEM.now())
    found = snapshot()
    assert [(one["nome"], one["alertas"]) for one in found["caixas"]] == [("loja-1", ("rede",))]
    assert [(one["caixa"], one["codigo"]) for one in found["alertas"]] == [("loja-1", "rede")]
    assert found["entregas"]["pendente"] >= 2
    assert summary(found)["alertas abertos"] == "1"


def test_an_empty_database_is_told_too(banco: str) -> None:
    assert snapshot() == {"caixas": [], "alertas": [], "entregas": {}}
