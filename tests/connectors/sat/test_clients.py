"""Every condition judged on what a real answer brings: a compiled library and a SATHub, through satcfe's own clients
and through ours."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from satcfe import BibliotecaSAT, ClienteSATLocal
from satcfe.clientesathub import ClienteSATHub

from alerts import Contexto, avaliar, checar
from connectors.sat.client import consultar_status
from core.settings.sat import BoxSettings, Thresholds
from sandbox.hub import HubServer
from sandbox.sat_wire import NSERIE, chave, pending, status_line

Ask = Callable[[str], list[str]]
NOW = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)
TODAY = NOW.date()
CONTEXTO = Contexto(NOW, limites=Thresholds(), serie=NSERIE)
CASES: list[tuple[dict[str, Any], list[str]]] = [
    ({}, []),
    (pending(5), ["pendentes"]),
    ({**pending(5), "LISTA_INICIAL": chave(500), "LISTA_FINAL": chave(496)}, ["pendentes"]),
    ({"CERT_VENCIMENTO": TODAY + timedelta(days=60)}, ["certificado"]),
    ({"CERT_VENCIMENTO": TODAY + timedelta(days=61)}, []),
    ({"DH_ATUAL": "20261123113000"}, []),
    ({"DH_ATUAL": "20261123112959"}, ["relogio"]),
    ({"ESTADO_OPERACAO": 1}, ["bloqueado"]),
    ({"STATUS_LAN": "NÃO CONECTADO"}, ["rede"]),
    ({"STATUS_LAN": "NAO_CONECTADO"}, ["rede"]),
    ({"NIVEL_BATERIA": "BAIXO"}, ["bateria"]),
    ({"MT_TOTAL": "1 MB", "MT_USADA": "900 KB"}, ["memoria"]),
    ({"DH_ULTIMA": "20261120123000"}, []),
    ({"DH_ULTIMA": "20261120122959"}, ["silencio_sefaz"]),
    ({"NSERIE": "900009999"}, ["serie"]),
    ({"cod": "001", "mensagemSEFAZ": "Atualize o cadastro"}, ["aviso_sefaz"]),
    ({"ULTIMO_CF_E_SAT": chave(500, aamm="2601")}, ["apos_fim_sat"]),
    ({"ULTIMO_CF_E_SAT": chave(500, aamm="2601", uf="23")}, []),
]


@pytest.fixture
def hub() -> Iterator[HubServer]:
    with HubServer() as running:
        yield running


def codes(alerts: list[Any]) -> list[str]:
    return [one.codigo for one in alerts]


@pytest.fixture(params=["hub, satcfe", "hub, ours", "library, satcfe", "library, ours"])
def ask(request: pytest.FixtureRequest, hub: HubServer, library: Path, tmp_path: Path) -> Ask:
    """Return what gives a line to a box, asks the box for it, and judges the answer."""
    answer = tmp_path / "resposta.txt"
    code = f"file {answer}"

    def by_satcfe(client: Any) -> list[str]:
        return codes(checar(client, CONTEXTO))

    def by_us(**fields: object) -> list[str]:
        box = BoxSettings.model_validate({"name": "loja-1"} | fields)
        judged = avaliar(asyncio.run(consultar_status(box, 123456)), CONTEXTO)
        return [one.codigo for one in judged if one.ativo]

    ways: dict[str, Callable[[], list[str]]] = {
        "hub, satcfe": lambda: by_satcfe(ClienteSATHub(hub.host, hub.port)),
        "hub, ours": lambda: by_us(host=hub.host, port=hub.port),
        "library, satcfe": lambda: by_satcfe(ClienteSATLocal(BibliotecaSAT(str(library)), codigo_ativacao=code)),
        "library, ours": lambda: by_us(kind="local", library=library, activation_code=code),
    }

    def one(line: str) -> list[str]:
        answer.write_text(line.partition("|")[2])
        hub.program(1, line)
        return ways[request.param]()

    return one


@pytest.mark.parametrize(("fields", "expected"), CASES, ids=lambda value: str(value)[:60])
def test_each_condition_is_judged_on_a_real_answer(ask: Ask, fields: dict[str, Any], expected: list[str]) -> None:
    assert ask(status_line(agora=NOW, **fields)) == expected
