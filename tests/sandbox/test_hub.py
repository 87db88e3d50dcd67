"""The hub answers as the real one did, and the real satcfe client accepts what it says."""

import http.client
import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

import pytest
from satcfe.alertas import AlertaCFePendentes, AlertaVencimentoCertificado
from satcfe.clientesathub import ClienteSATHub
from satcfe.excecoes import ErroRespostaSATInvalida, ExcecaoRespostaSAT
from satcomum.ersat import ChaveCFeSAT

from core.clock import FixedClock
from sandbox.faults import slow
from sandbox.hub import HubServer
from sandbox.sat_wire import CAMPOS_STATUS, NSERIE, chave, pending, refusal_line, status_line

NOON = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
STATUS = "/hub/v1/consultarstatusoperacional"


def call(
    hub: HubServer, path: str = STATUS, body: str = "numero_caixa=1", method: str = "POST", **headers: str
) -> tuple[int, str, str]:
    connection = http.client.HTTPConnection(hub.host, hub.port, timeout=60)
    try:
        connection.request(method, path, body, FORM | headers)
        answer = connection.getresponse()
        return answer.status, answer.headers.get_content_type(), answer.read().decode()
    finally:
        connection.close()


def client(hub: HubServer, caixa: int = 1) -> ClienteSATHub:
    return ClienteSATHub(hub.host, hub.port, numero_caixa=caixa)


def test_status_is_json_with_function_and_wire_line() -> None:
    with HubServer({1: "linha"}) as hub:
        status, kind, text = call(hub)
    assert (status, kind) == (200, "application/json")
    assert json.loads(text) == {"funcao": "ConsultarStatusOperacional", "retorno": "linha"}


def test_satcfe_accepts_the_healthy_line_and_sees_no_alert() -> None:
    clock = FixedClock(NOON)
    with HubServer(clock=clock) as hub:
        resposta = client(hub).consultar_status_operacional()
    assert (resposta.EEEEE, resposta.NSERIE, resposta.LAN_IP) == ("10000", NSERIE, "192.168.0.100")
    assert str(resposta.DH_ATUAL) == "2026-03-10 12:00:00"
    assert resposta.status == "Desbloqueado"
    assert ChaveCFeSAT("CFe" + resposta.ULTIMO_CF_E_SAT).numero_serie == NSERIE
    assert AlertaCFePendentes(resposta).checar() is False


def test_satcfe_reads_the_other_two_functions() -> None:
    with HubServer() as hub:
        assert client(hub).consultar_sat().EEEEE == "08000"
        assert "Comunicação" in client(hub).extrair_logs().conteudo()


def test_fields_can_be_replaced_one_by_one() -> None:
    line = status_line(7, agora=NOON, CERT_VENCIMENTO=date(2026, 4, 1), ESTADO_OPERACAO=2, DH_CFE=None, cod="001")
    parts = dict(zip(CAMPOS_STATUS, line.split("|"), strict=True))
    assert len(parts) == 28
    assert parts["numeroSessao"] == "000007"
    assert (parts["CERT_VENCIMENTO"], parts["ESTADO_OPERACAO"], parts["DH_CFE"]) == ("20260401", "2", "")
    assert parts["cod"] == "001"


def test_a_field_the_er_does_not_know_is_refused() -> None:
    with pytest.raises(TypeError, match="MT_LIVRE"):
        status_line(MT_LIVRE="1 GB")


@pytest.mark.parametrize(("quantos", "first"), [(1, 500), (8, 493)])
def test_pending_coupons_are_listed_oldest_first(quantos: int, first: int) -> None:
    fields = pending(quantos, ultimo=500)
    assert fields == {"ULTIMO_CF_E_SAT": chave(500), "LISTA_INICIAL": chave(first), "LISTA_FINAL": chave(500)}
    assert ChaveCFeSAT(f"CFe{fields['LISTA_INICIAL']}").numero_cupom_fiscal == f"{first:06d}"


def test_each_caixa_has_its_own_answer() -> None:
    soon = datetime.now(UTC).date() + timedelta(days=20)
    with HubServer({1: lambda sessao: status_line(sessao, CERT_VENCIMENTO=soon)}) as hub:
        hub.program(2, refusal_line("10098", "Equipamento em processamento"))
        assert AlertaVencimentoCertificado(client(hub, 1).consultar_status_operacional()).checar() is True
        with pytest.raises(ExcecaoRespostaSAT) as refusal:
            client(hub, 2).consultar_status_operacional()
        assert AlertaVencimentoCertificado(client(hub, 3).consultar_status_operacional()).checar() is False
    assert refusal.value.resposta.EEEEE == "10098"


def test_the_hub_makes_the_session_number_from_a_range_per_caixa() -> None:
    with HubServer() as hub:
        sessions = [client(hub, caixa).consultar_sat().numeroSessao for caixa in (0, 0, 1, 999)]
    assert sessions == [100_001, 100_002, 100_901, 999_101]


@pytest.mark.parametrize("retorno", ["texto sem campos", "a|b|c", ""])
def test_a_wrong_line_is_passed_on_as_it_is(retorno: str) -> None:
    with HubServer({1: retorno}) as hub, pytest.raises(ErroRespostaSATInvalida):
        client(hub).consultar_status_operacional()


def test_a_null_retorno_is_passed_on() -> None:
    with HubServer({1: None}) as hub:
        assert json.loads(call(hub)[2])["retorno"] is None


@pytest.mark.parametrize(
    "body",
    [
        "",
        "numero_caixa=",
        "numero_caixa=1000",
        "numero_caixa=-1",
        "numero_caixa=um",
        "numero_caixa=1&numero_caixa=2",
        "caixa=1",
    ],
)
def test_a_missing_or_wrong_caixa_is_400(body: str) -> None:
    with HubServer() as hub:
        status, _, text = call(hub, body=body)
        assert hub.count(1) == 0
    assert status == 400
    assert "numero_caixa" in json.loads(text)["message"]


def test_unknown_argument_header_or_media_type_is_400() -> None:
    with HubServer() as hub:
        assert call(hub, body="numero_caixa=1&senha=x")[0] == 400
        assert call(hub, Authorization="Bearer x")[0] == 400
        assert call(hub, **{"Content-Type": "application/json"}, body='{"numero_caixa": 1}')[0] == 400
        assert len(hub.refused) == 3


@pytest.mark.parametrize(
    ("path", "method", "status", "kind"),
    [
        ("/hub/v1/consultarultimasessaofiscal", "POST", 404, "text/html"),
        ("/hub/v1/ativarsat", "POST", 404, "text/html"),
        ("/hub/v1/ConsultarSAT", "POST", 404, "text/html"),
        ("/", "GET", 404, "text/html"),
        (STATUS, "GET", 405, "application/json"),
        ("/hub/v1/consultarnumerosessao", "POST", 501, "application/json"),
        ("/hub/v1/trocarcodigodeativacao", "POST", 501, "application/json"),
        ("/hub/v1/bloquearsat", "POST", 500, "application/json"),
    ],
)
def test_what_is_not_answered(path: str, method: str, status: int, kind: str) -> None:
    with HubServer() as hub:
        assert call(hub, path, method=method)[:2] == (status, kind)


def test_calls_are_counted_per_caixa_and_function() -> None:
    with HubServer() as hub:
        for caixa in (1, 1, 2):
            client(hub, caixa).consultar_status_operacional()
        client(hub, 1).consultar_sat()
        assert (hub.count(1), hub.count(1, "ConsultarSAT"), hub.count(2), hub.count(3)) == (3, 1, 1, 0)
        assert [one.caixa for one in hub.calls] == [1, 1, 2, 1]
        assert hub.estado()["caixas"][0] == {"numero_caixa": 1, "chamadas": 3, "max_simultaneas": 1}


def test_two_calls_at_once_on_one_caixa_are_noticed() -> None:
    with HubServer() as hub, ThreadPoolExecutor(4) as pool:
        hub.faults.always(slow(0.3))
        list(pool.map(lambda caixa: call(hub, body=urlencode({"numero_caixa": caixa})), (1, 1, 2, 3)))
        assert (hub.max_simultaneas[1], hub.max_simultaneas[2], hub.max_simultaneas[3]) == (2, 1, 1)


def test_the_sandbox_state_is_json() -> None:
    with HubServer() as hub:
        call(hub)
        _, kind, text = call(hub, "/_sandbox/estado", "", "GET")
    assert kind == "application/json"
    assert re.search(r'"total": ?1', text)
