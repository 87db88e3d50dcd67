"""A service need not speak SOAP: one of JSON without a status and without a greatest number fits."""

import json
from collections.abc import Iterator

import pytest
from support.sefaz import EMPRESA, Lugar

from connectors.base.faults import Refused, Unintelligible
from connectors.base.reading import Reply
from connectors.sefaz import Forma, Pergunta, Recebido, Resposta, Resultado, Sefaz, Servico
from connectors.sefaz.servico import NaoEntendida, Pedido
from core.settings.sefaz import SefazSettings
from sandbox import faults
from sandbox.anything import AnythingServer


class Nacional(Servico):
    """As the national NFS-e is (docs/reference/contracts/sefaz.md §1.3)."""

    nome, titulo, descanso = "nfse", "NFS-e", 0.0
    formas = frozenset({Forma.SEQUENCIA})

    def __init__(self, url: str) -> None:
        self._url = url

    def pedido(self, pergunta: Pergunta, settings: SefazSettings) -> Pedido:
        url = f"{self._url}/DFe/{pergunta.nsu}?cnpjConsulta={pergunta.documento}&lote=true"
        return Pedido("GET", url, {"Accept": "application/json"}, None, {200, 404})

    def resposta(self, reply: Reply, pergunta: Pergunta) -> Resposta:
        found = reply.json_or_none()
        said = found.get("StatusProcessamento") if isinstance(found, dict) else None
        if said == "NENHUM_DOCUMENTO_LOCALIZADO":
            return Resposta(Resultado.NADA, said, "")
        if said != "DOCUMENTOS_LOCALIZADOS":
            raise NaoEntendida(said or "")
        lot = tuple(Recebido(one["NSU"], "nfse", "nfse", one["XML"].encode()) for one in found["LoteDFe"])
        return Resposta(Resultado.DOCUMENTOS, said, "", lot, max(one.nsu or 0 for one in lot), None, ha_mais=True)

    def reabrir(self, nsu: int | None, schema: str, bruto: bytes) -> Recebido:
        return Recebido(nsu, schema, "nfse", bruto)


@pytest.fixture
def server() -> Iterator[AnythingServer]:
    lot = [{"NSU": 7, "XML": "<NFSe/>"}, {"NSU": 9, "XML": "<NFSe/>"}]
    with AnythingServer({"StatusProcessamento": "DOCUMENTOS_LOCALIZADOS", "LoteDFe": lot}) as running:
        yield running


def test_a_service_of_json_fits(lugar: Lugar, aberto: Sefaz, server: AnythingServer) -> None:
    national = Nacional(server.url)
    found = aberto.perguntar(national, Pergunta(EMPRESA, "SP", nsu=6))
    assert (found.resultado, found.ult_nsu, found.max_nsu, found.ha_mais) == (Resultado.DOCUMENTOS, 9, None, True)
    assert server.requests[0].path_qs == f"/DFe/6?cnpjConsulta={EMPRESA}&lote=true"


def test_its_404_is_an_answer_only_where_it_says_so(aberto: Sefaz, server: AnythingServer) -> None:
    national, none = Nacional(server.url), json.dumps({"StatusProcessamento": "NENHUM_DOCUMENTO_LOCALIZADO"})
    server.faults.queue(faults.status(404, none), faults.status(404, "nada"), faults.status(400))
    assert aberto.perguntar(national, Pergunta(EMPRESA, "SP")).resultado is Resultado.NADA
    with pytest.raises(Unintelligible):
        aberto.perguntar(national, Pergunta(EMPRESA, "SP"))
    with pytest.raises(Refused):
        aberto.perguntar(national, Pergunta(EMPRESA, "SP"))
