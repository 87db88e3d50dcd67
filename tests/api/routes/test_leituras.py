"""Readings over HTTP: from the agent's user alone, whatever is sent."""

import pytest
from conftest import Configure
from support.api import Client, person
from support.boxes import row, with_boxes

from flows.sat.boxes import prepare
from sandbox.sat_wire import VAZIA, status_line

PATH = "/api/sat/usb-1/leituras/"
USB: dict[str, object] = {"name": "usb-1", "kind": "agente", "usuario": "ana"}


@pytest.fixture(autouse=True)
def box(request: pytest.FixtureRequest, configure: Configure) -> None:
    """A box that ana's agent reads, and one at a hub."""
    request.getfixturevalue("url" if "url" in request.fixturenames else "light")
    with_boxes(configure, USB, {"name": "hub-1", "host": "10.0.0.1"})
    prepare()


def read(**more: object) -> dict[str, object]:
    return {"leitura": "a-1", "ha_segundos": 1.5, "linha": status_line(ULTIMO_CF_E_SAT=VAZIA), **more}


def test_a_reading_is_judged_and_answered_and_once_only(url: str, ana: Client) -> None:
    answer = ana.post(PATH, {"leituras": [read(linha=status_line(ULTIMO_CF_E_SAT=VAZIA, STATUS_LAN="NAO"))]})
    assert answer.status_code == 200, answer.text
    one = {"leitura": "a-1", "situacao": "aplicada", "resultado": "ok", "alertas": ["rede"], "motivo": None}
    assert answer.json() == {"resultados": [one]}
    again = ana.post(PATH.rstrip("/"), {"leituras": [read(), read(leitura="a-2", linha=None)]}).json()["resultados"]
    assert [one["situacao"] for one in again] == ["repetida", "recusada"]


def test_nobody_but_the_user_of_the_box_is_told_of_it(url: str, ana: Client) -> None:
    bia, chefe = person(url, "bia"), person(url, "chefe", staff=True)
    said = {"leituras": [read()]}
    for path in (PATH, "/api/sat/hub-1/leituras/", "/api/sat/nada/leituras/", "/api/sat/%00/leituras/"):
        assert bia.post(path, said).status_code == 404
    assert bia.post(PATH, said).text.replace("usb-1", "nada") == bia.post("/api/sat/nada/leituras/", said).text
    assert [chefe.post(path, said).status_code for path in (PATH, "/api/sat/hub-1/leituras/")] == [409, 409]
    assert Client(url).post(PATH, said).status_code == 401
    assert Client(url, "forjado").post(PATH, said).status_code == 401
    assert row("usb-1").leitura is None


def test_what_is_wrong_is_told_by_its_field_and_nothing_is_taken(light: str) -> None:
    client = person(light)
    wrong: list[dict[str, object]] = [
        *({"ha_segundos": one} for one in (-1, 1e12, "ontem", None)),
        *({"leitura": one} for one in ("", "x" * 65, 7)),
        *({"linha": one} for one in ("x" * 65_537, 7, "a\0b")),
        *({"sessao": one} for one in (-1, 10**70, "x")),
        {"resultado": "x" * 21},
        {"erro": "x" * 2001},
    ]
    bodies = [{"leituras": [read(**one)]} for one in wrong]
    for body in (*bodies, {}, [], None, "x", {"leituras": []}, {"leituras": [read()] * 101}, {"leituras": "x"}):
        answer = client.post(PATH, body)
        assert answer.status_code == 400, (body, answer.text)
    for raw, kind, status in (
        (b'{"leituras": [{"ha_segundos": NaN}]}', "application/json", 400),
        (b'{"leituras": [{"ha_segundos": 1e999}]}', "application/json", 400),
        (b"[" * 99_999, "application/json", 400),
        (b"{}", "text/plain", 415),
        (b"x" * 1_100_000, "application/json", 413),
    ):
        answer = client.ask("POST", PATH, data=raw, headers={"content-type": kind})
        assert answer.status_code == status, (raw[:40], answer.text)
    assert row("usb-1").leitura is None
