"""Importing is asked for by a path; what nobody works on is asked for again."""

from pathlib import Path

import redis

from core.broker_link import KEY_PREFIX
from flows.documentos.asking import pedir
from sandbox.documentos import notas
from tasks.documentos import DOCUMENTOS, avancar, importar_bloco, importar_xml


def test_a_path_is_imported_at_once(sqlite: str, tmp_path: Path) -> None:
    (tmp_path / "nota.xml").write_bytes(notas.nota(1).xml)
    done = importar_xml(str(tmp_path / "nota.xml"))
    again = importar_xml(str(tmp_path))
    assert (done["novos"], done["mais"]) == (1, False)
    assert (again["novos"], again["repetidos"]) == (0, 1)
    assert importar_bloco(again["importacao"])["repetidos"] == 0


def test_a_request_whose_message_was_lost_is_asked_for_again(sqlite: str, broker: str, tmp_path: Path) -> None:
    (tmp_path / "nota.xml").write_bytes(notas.nota(1).xml)
    (number,) = pedir([str(tmp_path)])
    assert avancar() == {"importacoes": 1}
    with redis.Redis.from_url(broker) as client:
        assert client.llen(f"{KEY_PREFIX}{DOCUMENTOS.name}") == 1
    importar_bloco(number)
    assert avancar() == {"importacoes": 0}
