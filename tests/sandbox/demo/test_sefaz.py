"""The SEFAZ of the demonstration: its settings lead to its services, and what is typed brings documents."""

from pathlib import Path

import pytest
from conftest import Configure

from cli.typed import type_all
from flows.sefaz import rodada
from flows.sefaz.views import consultas
from sandbox.demo.part import Stage
from sandbox.demo.sefaz import MATRIZ, PART, SERVICES
from sandbox.sefaz import SefazServer
from sandbox.sefaz.servicos import EVENTO_CAMINHO, SERVICOS


def test_its_addresses_are_those_of_the_server() -> None:
    paths = {f"url_{one.nome}": one.caminho for one in SERVICOS} | {"url_evento": EVENTO_CAMINHO}
    assert {key: f"/{name}/{name}.asmx" for key, name in SERVICES.items()} == paths


@pytest.mark.usefixtures("sqlite", "broker")
def test_what_is_typed_is_consulted_over_several_pages_by_one_certificate(configure: Configure, tmp_path: Path) -> None:
    stage = Stage(str(tmp_path), {"sefaz": [0, 0]}, "semente")
    server, panel = PART.servers(stage)
    assert isinstance(server, SefazServer)
    with server:
        stage = Stage(str(tmp_path), {"sefaz": [server.port, 0]}, "semente")
        configure(**{f"sefaz__{key}": str(value) for key, value in PART.settings(stage)["sefaz"].items()})
        for _ in range(2):
            assert type_all([{"words": one.words, "stdin": one.stdin} for one in PART.commands(stage)]) == 0
        rodada.rodar(sleep=lambda _: None)
        told = PART.told([panel.estado()])
    brought = {(one.empresa, one.tipo_documento): one.total_importados for one in consultas.consultas()}
    matriz, filial = "99.111.222/0001-49", "99.111.222/0002-20"
    assert brought == {(matriz, "NFE"): 10, (matriz, "CTE"): 1, (filial, "NFE"): 1, (filial, "CTE"): 0}
    assert {one.titular for one in server.pedidos} == {MATRIZ.documento}
    assert told == "6 perguntas com certificado, 0 eventos do destinatário"
