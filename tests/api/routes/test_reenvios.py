"""All that a destination failed to get, sent again over HTTP."""

from datetime import timedelta

import pytest
from support.api import Client, person
from support.deliveries import change_delivery, deliveries

from api.routes import reenvios
from core.clock import SYSTEM
from flows.entregas import recovering

NEW = {"nome": "ERP", "url": "https://erp.exemplo.com.br/x", "eventos": "nfe_importada"}
SINCE = (SYSTEM.now() - timedelta(hours=1)).isoformat()


@pytest.fixture
def webhook(ana: Client) -> int:
    """A webhook of ana that failed to get three events."""
    number = int(ana.post("/api/webhooks/", NEW).json()["id"])
    for _ in range(3):
        ana.post("/api/integracoes/disparar/", {"evento": "nfe_importada", "dados": {}})
    for row in deliveries():
        change_delivery(row.id, estado="esgotado")
    return number


def test_it_is_counted_done_once_and_in_parts(ana: Client, webhook: int, monkeypatch: pytest.MonkeyPatch) -> None:
    path = f"/api/webhooks/{webhook}/reenviar/"
    counted = ana.post(path, {"desde": SINCE, "simular": True}).json()
    assert counted == {"entregas": 3, "restam": False, "simulado": True}
    monkeypatch.setattr(recovering, "BATCH", 2)
    monkeypatch.setattr(reenvios, "SECONDS", 0.0)
    assert ana.post(path, {"desde": SINCE}).json() == {"entregas": 2, "restam": True, "simulado": False}
    monkeypatch.setattr(reenvios, "SECONDS", 60.0)
    assert ana.post(f"/api/destinos/{webhook}/reenviar/", {"desde": SINCE}).json()["entregas"] == 1
    assert ana.post(path, {"desde": SINCE}).json()["entregas"] == 0
    assert {row.estado for row in deliveries()} == {"pendente"}


def test_nobody_brings_back_another_s_and_what_is_wrong_is_told(url: str, ana: Client, webhook: int) -> None:
    bia = person(url, "bia")
    for kind in ("webhooks", "destinos"):
        for number in (webhook, 987_654):
            assert bia.post(f"/api/{kind}/{number}/reenviar/", {"desde": SINCE}).status_code == 404
        for desde in ("ontem", "2030-01-01", "2001-01-01", "", None, 7, "0000-01-01", "x" * 41):
            answer = ana.post(f"/api/{kind}/{webhook}/reenviar/", {"desde": desde})
            assert (answer.status_code, list(answer.json())) == (400, ["desde"]), (desde, answer.text)
    assert {row.estado for row in deliveries()} == {"esgotado"}
