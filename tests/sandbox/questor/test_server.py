"""The server believes what the contract shows and nothing else; its limits and twists do what they say."""

import http.client
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest

from core.fiscal import chave_valida
from sandbox import faults
from sandbox.questor.documentos import CNPJ, Documento, XmlInvalido, documento, ler
from sandbox.questor.server import QuestorServer, pagina_de_erro

TOKEN = "chave-de-teste-1"
KINDS = {
    "nfe": "importarxmlnfearray",
    "nfce": "importarxmlnfearray",
    "nfe_evento": "importarxmlnfeeventarray",
    "cte": "importarxmlctearray",
    "cte_evento": "importarxmlcteeventarray",
    "cteos": "importarxmlcteosarray",
    "cteos_evento": "importarxmlcteoseventarray",
    "cfe": "importarxmlcfearray",
    "cfe_cancelamento": "importarxmlcfeeventarray",
}
EVENTS = {"nfe_evento", "cte_evento", "cteos_evento", "cfe_cancelamento"}


@pytest.fixture
def server() -> Iterator[QuestorServer]:
    with QuestorServer(TOKEN) as running:
        yield running


def call(
    server: QuestorServer, method: str, content: Any, *, verb: str = "POST", token: str = TOKEN, **headers: str
) -> tuple[int, dict[str, str], str]:
    connection = http.client.HTTPConnection(server.host, server.port, timeout=60)
    usual = {"Content-Type": "application/json", "User-Agent": "teste"}
    try:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        connection.request(verb, f"/api/v1/{token}/{method}", body, usual | headers)
        answer = connection.getresponse()
        return answer.status, dict(answer.headers), answer.read().decode()
    finally:
        connection.close()


def send(server: QuestorServer, kind: str, *documents: Documento) -> tuple[int, Any]:
    items = [{"Xml": one.texto, "Format": True} for one in documents]
    status, _, text = call(server, KINDS[kind], {"data": items} if kind in EVENTS else items)
    return status, json.loads(text) if status == 200 else text


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_imported_by_its_method(server: QuestorServer, kind: str) -> None:
    one = documento(kind, 1)
    assert chave_valida(one.chave)
    status, answer = send(server, kind, one)
    assert (status, answer[0]["Success"], answer[0]["Key"]) == (200, True, one.chave)
    assert answer[0].keys() == {"Key", "CnpjClient", "Type", "Success", "Message", "DataEmissao", "ClientId"}
    assert list(server.guardados) == [one.identidade]


def test_a_document_of_another_method_is_refused_with_200(server: QuestorServer) -> None:
    status, answer = send(server, "cte", documento("nfe", 1))
    assert (status, answer[0]["Success"]) == (200, False)
    assert not server.guardados


def test_each_document_has_its_verdict_and_repeats_are_counted(server: QuestorServer) -> None:
    good, bad, foreign = documento("nfe", 1), documento("nfe", 2), documento("nfe", 3, cnpj="00000000000191")
    server.recusas[bad.identidade] = "Série não autorizada."
    server.clientes = {CNPJ}
    for _ in range(2):
        _, answer = send(server, "nfe", good, bad, foreign)
    assert [one["Success"] for one in answer] == [False, False, False]
    assert [one["Message"][:10] for one in answer] == ["Documento ", "Série não ", "Cliente 00"]
    assert server.repetidos == {one.identidade: 1 for one in (good, bad, foreign)}


@pytest.mark.parametrize(
    ("texto", "reason"),
    [
        ("\ufeff<CFe/>", "raiz"),
        ("<a>", "mal formado"),
        ("", "mal formado"),
        ("<!DOCTYPE CFe><CFe/>", "DTD"),
        ("<resNFe xmlns='http://www.portalfiscal.inf.br/nfe'/>", "não reconhecido"),
        ("<CFe><infCFe Id='x'/></CFe>", "sem a chave"),
    ],
)
def test_what_is_no_document(texto: str, reason: str) -> None:
    with pytest.raises(XmlInvalido, match=reason):
        ler(texto)


@pytest.mark.parametrize("kind", KINDS)
def test_made_up_documents_are_read_as_they_were_meant(kind: str) -> None:
    one = documento(kind, 7, extra="&lt;ç\\t&gt;")
    assert ler(one.texto).identidade == one.identidade
    assert documento(kind, 8).identidade != one.identidade


ITEM = {"Xml": "<a/>", "Format": True}


@pytest.mark.parametrize(
    ("method", "content"),
    [
        ("importarxmlnfearray", {"data": [ITEM]}),
        ("importarxmlctearray", {"data": [ITEM]}),
        ("importarxmlnfeeventarray", [ITEM]),
        ("importarxmlnfearray", []),
        ("importarxmlnfearray", b"nada"),
        ("importarxmlnfearray", [{"Xml": "<a/>"}]),
        ("importarxmlnfearray", [ITEM | {"Extra": 1}]),
        ("importarxmlnfearray", [ITEM | {"Format": "true"}]),
        ("importarxmlnfearray", [ITEM | {"Xml": 1}]),
        ("obternfeporfiltro", {"search": {}}),
        ("obternfeporfiltro", {}),
    ],
)
def test_a_body_of_another_shape_is_400_with_its_reason(server: QuestorServer, method: str, content: Any) -> None:
    status, headers, _ = call(server, method, content)
    assert status == 400
    assert headers["MsgErro"]


def test_the_wrapper_is_accepted_where_it_was_seen(server: QuestorServer) -> None:
    items = {"data": [{"Xml": documento("cfe", 1).texto, "Format": True}]}
    assert call(server, "importarxmlcfearray", items)[0] == 200
    assert call(server, "importarxmlcfearray", items, **{"Content-Type": "text/plain"})[0] == 200


def test_what_stands_in_front(server: QuestorServer) -> None:
    server.limites.user_agents = ("python-requests",)
    method = "importarxmlnfearray"
    assert call(server, method, [ITEM], token="outra")[0] == 403
    assert call(server, "importarnada", [ITEM])[0] == 404
    assert call(server, method, [ITEM], verb="PUT")[0] == 405
    assert call(server, method, [ITEM], Authorization="Bearer x")[0] == 400
    assert call(server, method, [ITEM], **{"Content-Type": "application/xml"})[0] == 400
    status, headers, page = call(server, method, [ITEM], **{"User-Agent": "python-requests/2"})
    assert (status, headers["Content-Type"].split(";")[0], "MsgErro" in headers) == (403, "text/html", False)
    assert page.startswith("<!DOCTYPE html>")
    assert TOKEN not in str(server.estado()) + str(server.refused)


def test_limits_of_bytes_items_and_poison(server: QuestorServer) -> None:
    first, second = documento("nfe", 1), documento("nfe", 2)
    server.limites.bytes, server.limites.itens = 2000, 1
    assert send(server, "nfe", documento("nfe", 3, extra="x" * 3000))[0] == 413
    assert send(server, "nfe", first, second)[0] == 500
    server.limites.venenos = {second.identidade}
    assert (send(server, "nfe", first)[0], send(server, "nfe", second)[0]) == (200, 500)
    assert list(server.guardados) == [first.identidade]


def test_too_many_at_once_is_503_and_too_many_a_second_429(server: QuestorServer) -> None:
    server.limites.em_voo, server.limites.latencia = 2, 0.3
    with ThreadPoolExecutor(6) as pool:
        statuses = list(pool.map(lambda n: send(server, "nfe", documento("nfe", n))[0], range(6)))
    assert (statuses.count(200), statuses.count(503), server.max_em_voo > 2) == (2, 4, True)
    server.limites.em_voo, server.limites.latencia, server.limites.por_segundo = None, 0, 1
    send(server, "nfe", documento("nfe", 9))
    status, headers, _ = call(server, "importarxmlnfearray", [ITEM])
    assert (status, headers["Retry-After"]) == (429, "1")


def test_latency_grows_with_the_load(server: QuestorServer) -> None:
    server.limites.capacidade = 20
    began = time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: send(server, "nfe", documento("nfe", n)), range(8)))
    assert time.monotonic() - began > 0.35


def test_a_fault_before_storing_and_one_after(server: QuestorServer) -> None:
    first, second = documento("nfe", 1), documento("nfe", 2)
    server.faults.queue(faults.status(500), faults.after(faults.status(500)))
    assert send(server, "nfe", first)[0] == send(server, "nfe", second)[0] == 500
    assert list(server.guardados) == [second.identidade]
    assert server.posts == {first.identidade: 1, second.identidade: 1}


def test_a_query_lists_keys_in_pages_by_client_and_period(server: QuestorServer) -> None:
    send(server, "nfe", *(documento("nfe", n) for n in range(1, 6)))
    send(server, "nfe", documento("nfe", 6, aamm="2602"), documento("nfe", 7, cnpj="00000000000191"))
    period = {"DateEmissionStart": "01/01/2026", "DateEmissionEnd": "31/01/2026"}
    search = {"Client": [CNPJ], **period, "Type": 2, "Take": 3, "Skip": 0, "Json": True}
    pages = [call(server, "obternfeporfiltro", {"search": search | {"Skip": skip}})[2] for skip in (0, 3, 6)]
    assert [len(json.loads(page)["data"]) for page in pages] == [3, 2, 0]
    server.limites.take = 2
    assert len(json.loads(call(server, "obternfeporfiltro", {"search": search})[2])["data"]) == 2


def test_the_short_form_comes_without_format(server: QuestorServer) -> None:
    one = documento("cfe", 1)
    items = [{"Xml": one.texto, "Format": False}, {"Xml": "<a/>", "Format": False}]
    answer = json.loads(call(server, "importarxmlcfearray", items)[2])
    assert answer == {"Erros": ["Layout do XML não reconhecido."], "CfeImportadas": [one.chave]}


def test_requests_may_come_at_once_up_to_a_burst_and_then_at_a_pace(
    server: QuestorServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr("sandbox.questor.server.time", SimpleNamespace(monotonic=lambda: now[0]))
    server.limites.por_segundo, server.limites.rajada = 2, 3
    found = []
    for passed in (0.0, 0.0, 0.0, 0.0, 0.25, 0.25, 10.0, 0.0, 0.0, 0.0):
        now[0] += passed
        found.append(call(server, "importarxmlnfearray", [ITEM])[0])
    assert found == [200, 200, 200, 429, 429, 200, 200, 200, 200, 429]


def test_without_a_burst_a_second_holds_so_many_requests(
    server: QuestorServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr("sandbox.questor.server.time", SimpleNamespace(monotonic=lambda: now[0]))
    server.limites.por_segundo = 2
    found = []
    for passed in (0.0, 0.5, 0.25, 0.25, 0.0, 0.5):
        now[0] += passed
        found.append(call(server, "importarxmlnfearray", [ITEM])[0])
    assert found == [200, 200, 429, 200, 429, 200]


def test_a_client_is_whoever_a_document_names_and_is_registered(server: QuestorServer) -> None:
    """A note is listed under its registered receiver; where anybody is a client, under its emitter."""
    other = "00000000000191"
    send(server, "nfe", documento("nfe", 1, cnpj=other, destinatario=CNPJ))
    found = {}
    for clients in (None, {CNPJ}, {other, CNPJ}, set[str]()):
        server.clientes = clients
        search = {"DateEmissionStart": "15/01/2026", "DateEmissionEnd": "15/01/2026", "Type": 2}
        search |= {"Take": 9, "Skip": 0, "Json": True}
        asked = [{"search": search | {"Client": [who]}} for who in (other, CNPJ)]
        found[str(clients)] = [len(json.loads(call(server, "obternfeporfiltro", one)[2])["data"]) for one in asked]
    assert list(found.values()) == [[1, 0], [0, 1], [1, 1], [0, 0]]


@pytest.mark.parametrize(
    ("start", "end", "listed"),
    [
        ("15/01/2026", "15/01/2026", 1),
        ("16/01/2026", "31/01/2026", 0),
        ("01/01/2026", "14/01/2026", 0),
        ("31/12/2025", "01/02/2026", 1),
        ("20/12/2025", "10/01/2026", 0),
    ],
)
def test_a_period_is_of_days_with_both_ends(server: QuestorServer, start: str, end: str, listed: int) -> None:
    """A made-up document is issued on the fifteenth."""
    send(server, "nfe", documento("nfe", 1))
    search = {"Client": [CNPJ], "DateEmissionStart": start, "DateEmissionEnd": end, "Type": 2, "Take": 9, "Skip": 0}
    answer = call(server, "obternfeporfiltro", {"search": search | {"Json": True}})
    assert len(json.loads(answer[2])["data"]) == listed


def test_a_query_lists_its_kind_and_may_come_as_a_bare_list(server: QuestorServer) -> None:
    for kind in ("nfe", "nfce", "cte", "cteos", "cfe", "nfe_evento"):
        send(server, kind, documento(kind, 1))
    server.formas = frozenset({"lista"})
    search = {"Client": [CNPJ], "DateEmissionStart": "01/01/2026", "DateEmissionEnd": "31/01/2026", "Type": 2}
    search |= {"Take": 9, "Skip": 0, "Json": True}
    for kind in ("nfe", "nfce", "cte", "cteos", "cfe"):
        status, _, text = call(server, f"obter{kind}porfiltro", {"search": search})
        assert (status, [one["Key"] for one in json.loads(text)]) == (200, [documento(kind, 1).chave])


def test_a_page_of_an_error_names_its_status_and_nothing_else() -> None:
    assert pagina_de_erro(503).count("503") == 1


def test_without_a_name_of_its_program_nobody_is_let_in(server: QuestorServer) -> None:
    assert call(server, "importarxmlnfearray", [ITEM], **{"User-Agent": ""})[0] == 403
