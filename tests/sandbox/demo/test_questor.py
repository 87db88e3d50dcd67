"""The office of the demonstration: its lot lies where it is scanned, and its server takes it with the settings' key."""

from collections import Counter
from pathlib import Path

import pytest
import requests

from core.settings.questor import QuestorSettings
from sandbox.demo.part import Stage
from sandbox.demo.questor import CONTA, DOCUMENTS, FOLDER, LOTE, PART
from sandbox.questor import QuestorServer
from sandbox.questor.documentos import ler


def stage(folder: Path, port: int = 0) -> Stage:
    return Stage(str(folder), {PART.name: [port]}, "semente")


def test_a_small_lot_of_each_kind_is_there_before_the_server_is(tmp_path: Path) -> None:
    PART.servers(stage(tmp_path))
    found = [ler(path.read_text(encoding="utf-8")) for path in (tmp_path / FOLDER).iterdir()]
    assert Counter(one.tipo for one in found) == DOCUMENTS
    assert len({one.identidade for one in found}) == sum(DOCUMENTS.values())


def test_a_second_start_in_the_same_folder_makes_the_same_lot(tmp_path: Path) -> None:
    lots = []
    for _ in range(2):
        PART.servers(stage(tmp_path))
        lots.append({path.name: path.read_bytes() for path in (tmp_path / FOLDER).iterdir()})
    assert lots[0] == lots[1]


def test_its_server_takes_a_document_with_the_key_of_the_settings(tmp_path: Path) -> None:
    (server,) = PART.servers(stage(tmp_path))
    assert isinstance(server, QuestorServer)
    with server:
        conta = QuestorSettings.model_validate(PART.settings(stage(tmp_path, server.port))["questor"]).conta(CONTA)
        assert (conta.base_url, conta.window) == (server.url, ("sempre",))
        text = (tmp_path / FOLDER / "cte-01.xml").read_text(encoding="utf-8")
        url = f"{conta.base_url}{conta.prefix()}importarxmlctearray"
        assert requests.post(url, json=[{"Xml": text, "Format": True}], timeout=60).json()[0]["Success"] is True
    assert PART.told([server.estado()]) == "1 documento guardado"


def test_what_is_scanned_is_sent(tmp_path: Path) -> None:
    scan, send = (one.words for one in PART.commands(stage(tmp_path)))
    assert scan == ("questor", "varrer", str(tmp_path / FOLDER), "--nome", LOTE, "--conta", CONTA)
    assert send == ("questor", "enviar", LOTE, "--conta", CONTA, "--fila")


@pytest.mark.parametrize(("amount", "said"), [(0, "0 documentos guardados"), (24, "24 documentos guardados")])
def test_it_tells_what_is_stored(amount: int, said: str) -> None:
    assert PART.told([{"guardados": amount}]) == said
