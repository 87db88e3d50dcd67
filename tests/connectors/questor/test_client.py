"""The connector against a real server: what it sends, what it makes of each fault, and that the token stays hidden."""

import asyncio
import json
import logging
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.https import https_receiver
from support.ports import soon

from connectors.base.faults import RateLimited
from connectors.base.policy import Policy
from connectors.questor import (
    Blocked,
    Documento,
    Fault,
    Overloaded,
    Questor,
    Refused,
    TooLarge,
    Unintelligible,
    UnknownOutcome,
    Unreachable,
    Verdict,
    client,
)
from core.errors import Misconfigured, PlatformError, Rejected, Transient
from core.settings.questor import ContaQuestor
from sandbox import faults
from sandbox.faults import MIB, Usual
from sandbox.questor import QuestorServer, pagina_de_erro
from sandbox.questor import documentos as made
from sandbox.server import refused_address

TOKEN = "tok/en+do escritório".replace(" ", "_").replace("ó", "o")
IN_THE_PATH = "tok%2Fen%2Bdo_escritorio"
KINDS = ("nfe", "nfce", "nfe_evento", "cte", "cte_evento", "cteos", "cteos_evento", "cfe", "cfe_cancelamento")


@pytest.fixture
def server() -> Iterator[QuestorServer]:
    with QuestorServer(TOKEN) as running:
        yield running


def account(address: str, **more: Any) -> ContaQuestor:
    fields = {"base_url": address, "token": TOKEN, "total_timeout": 10, "connect_timeout": 2, **more}
    return ContaQuestor.model_validate(fields)


def documents(kind: str, *numbers: int) -> list[Documento]:
    return [Documento(one.identidade, one.texto) for one in (made.documento(kind, n) for n in numbers)]


def send(conta: ContaQuestor, kind: str, sent: Sequence[Documento]) -> list[Verdict]:
    async def once() -> list[Verdict]:
        async with Questor("padrao", conta) as questor:
            return await questor.importar(kind, sent)

    return asyncio.run(once())


def ask(conta: ContaQuestor, kind: str, chaves: Sequence[str], clientes: Sequence[str] = ()) -> set[str] | None:
    async def once() -> set[str] | None:
        async with Questor("padrao", conta) as questor:
            return await questor.existe(kind, chaves, clientes)

    return asyncio.run(once())


def fault_of(conta: ContaQuestor, sent: Sequence[Documento] = ()) -> Fault:
    """Return what sending raises; nothing that a log or a traceback could show holds the token or the path."""
    with pytest.raises(Fault) as caught:
        send(conta, "nfe", sent or documents("nfe", 1))
    hides_everything(caught.value)
    assert str(caught.value).startswith("Questor padrao: ")
    assert str(caught.value).endswith(".")
    assert str(caught.value).isprintable()
    return caught.value


def hides_everything(error: BaseException) -> None:
    shown = "".join(traceback.format_exception(error)) + repr(error) + str(error) + repr(vars(error))
    for secret in (TOKEN, IN_THE_PATH, "/api/v1", "importarxml"):
        assert secret not in shown
    assert error.__context__ is None
    assert error.__cause__ is None


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_accepted_by_a_strict_server(server: QuestorServer, kind: str) -> None:
    sent = documents(kind, 1, 2)
    assert [one.estado for one in send(account(server.url), kind, sent)] == ["enviado", "enviado"]
    assert list(server.guardados) == [one.identidade for one in sent]
    assert not server.refused


def test_a_text_arrives_unchanged(server: QuestorServer) -> None:
    nasty = "C:\\temp\\u00e1\t\"aspas\" &amp; 'x'\r\n\u2028 ação \U0001f600"
    one = made.documento("nfe", 1, extra=nasty)
    send(account(server.url), "nfe", [Documento(one.identidade, "\ufeff" + one.texto)])
    assert server.guardados[one.identidade].texto == one.texto


@pytest.mark.parametrize(
    "twist", ["embrulhada", "funda", "texto", "sem_key", "booleano_texto", "sucess", "ao_contrario", "curta", "prefixo"]
)
def test_every_shape_of_answer_is_understood(server: QuestorServer, twist: str) -> None:
    server.formas = frozenset({twist})
    sent = documents("nfe", 1, 2, 3)
    server.recusas[sent[1].identidade] = "Série não autorizada."
    assert [one.estado for one in send(account(server.url), "nfe", sent)] == ["enviado", "recusado", "enviado"]


def test_a_document_left_out_of_the_answer_is_unknown(server: QuestorServer) -> None:
    server.formas = frozenset({"incompleta"})
    assert [one.estado for one in send(account(server.url), "nfe", documents("nfe", 1, 2))] == [
        "enviado",
        "desconhecido",
    ]


def test_verdicts_have_reasons_and_a_repeat_counts_as_sent(server: QuestorServer) -> None:
    sent = [*documents("nfe", 1), Documento("0" * 44, "<a/>")]
    send(account(server.url), "nfe", sent[:1])
    found = send(account(server.url), "nfe", sent)
    assert [(one.estado, one.motivo) for one in found] == [
        ("enviado", "ja_existia"),
        ("recusado", "recusado_pelo_questor"),
    ]
    assert found[1].mensagem == "Layout do XML não reconhecido."


def test_the_token_is_hidden_when_the_server_says_it(server: QuestorServer) -> None:
    one = documents("nfe", 1)
    server.recusas[one[0].identidade] = f"{TOKEN} e {IN_THE_PATH} não podem"
    assert send(account(server.url), "nfe", one)[0].mensagem == "*** e *** não podem"
    server.recusas[one[0].identidade] = f"{IN_THE_PATH.lower()} e {TOKEN.upper()} também"
    assert send(account(server.url), "nfe", one)[0].mensagem == "*** e *** também"
    server.faults.always(faults.status(403, headers={"MsgErro": f"Chave {TOKEN} bloqueada"}))
    assert fault_of(account(server.url)).said == "Chave *** bloqueada"


@pytest.mark.parametrize("before", [480, 490, 499, 1990])
def test_a_token_at_the_cut_of_a_long_message_is_hidden_whole(server: QuestorServer, before: int) -> None:
    one = documents("nfe", 1)
    server.recusas[one[0].identidade] = "<i> </i>" * (before // 8) + "x" * (before % 8) + TOKEN + "y" * 600
    assert TOKEN[:4] not in str(send(account(server.url), "nfe", one)[0].mensagem)
    server.recusas[one[0].identidade] = "x" * before + TOKEN
    assert TOKEN[:4] not in str(send(account(server.url), "nfe", one)[0].mensagem)


def html(status: int, **headers: str) -> faults.Fault:
    return faults.status(status, pagina_de_erro(status), {"Content-Type": "text/html", **headers})


@pytest.mark.parametrize(
    ("fault", "kind", "base", "stored", "says"),
    [
        (html(500), Overloaded, Transient, False, "indisponível"),
        (html(502), Overloaded, Transient, True, "HTTP 502"),
        (html(503), Overloaded, Transient, False, "indisponível"),
        (html(504), Overloaded, Transient, True, "HTTP 504"),
        (html(429), RateLimited, Transient, False, "pediu para esperar"),
        (html(408), Overloaded, Transient, False, "HTTP 408"),
        (html(413), TooLarge, Rejected, False, "grande demais"),
        (html(400), Refused, Rejected, False, "recusou o pedido"),
        (html(405), Refused, Rejected, False, "HTTP 405"),
        (html(401), Blocked, Misconfigured, False, "chave de acesso"),
        (html(403), Blocked, Misconfigured, False, "acesso foi negado"),
        (html(404), Blocked, Misconfigured, False, "não existe"),
        (faults.redirect("http://127.0.0.1:1/login"), Blocked, Misconfigured, False, "redireciona"),
        (faults.status(204), Unintelligible, Transient, True, "sem conteúdo"),
        (faults.status(600), UnknownOutcome, Transient, True, "HTTP 600"),
        (faults.reset(), UnknownOutcome, Transient, True, "encerrou a conexão"),
        (faults.close_early(b""), UnknownOutcome, Transient, True, "encerrou a conexão"),
        (faults.close_early(), UnknownOutcome, Transient, True, "encerrou a conexão"),
        (faults.garbage(), UnknownOutcome, Transient, True, "não é HTTP"),
        (faults.after(faults.reset()), UnknownOutcome, Transient, True, "encerrou a conexão"),
        (faults.huge(declared=False), None, None, True, ""),
    ],
)
def test_each_fault_says_what_to_do_next(
    server: QuestorServer,
    fault: faults.Fault,
    kind: type[Fault] | None,
    base: type[PlatformError] | None,
    stored: bool,
    says: str,
) -> None:
    server.faults.always(fault)
    if kind is None or base is None:
        assert [one.estado for one in send(account(server.url), "nfe", documents("nfe", 1))] == ["desconhecido"]
        return
    found = fault_of(account(server.url))
    assert (type(found), found.may_be_stored) == (kind, stored)
    assert isinstance(found, base)
    assert says in str(found)


@pytest.mark.parametrize(
    "fault",
    [
        faults.html(200),
        faults.status(200),
        faults.status(200, b"\xff\xfe"),
        faults.status(200, "[" * 100_000),
        faults.status(200, "{}"),
        faults.bomb(),
        faults.huge(5 * MIB),
    ],
    ids=["html", "empty", "bytes", "deep", "nothing", "bomb", "huge"],
)
def test_an_unintelligible_200_is_unknown_and_no_success(server: QuestorServer, fault: faults.Fault) -> None:
    server.faults.always(fault)
    (found,) = send(account(server.url), "nfe", documents("nfe", 1))
    assert (found.estado, found.motivo) == ("desconhecido", "resposta_ininteligivel")


@pytest.mark.parametrize(
    "fault",
    [faults.silent(), faults.drip(), faults.drip_head(), faults.slow(90)],
    ids=["silent", "drip", "head", "slow"],
)
def test_the_deadline_is_for_the_whole_call_and_leaves_it_unknown(server: QuestorServer, fault: faults.Fault) -> None:
    server.faults.always(fault)
    with soon():
        found = fault_of(account(server.url, total_timeout=1))
    assert (type(found), found.may_be_stored, found.status) == (UnknownOutcome, True, None)


def test_who_waits_for_a_free_connection_sent_nothing(server: QuestorServer) -> None:
    server.faults.always(faults.silent())

    async def second() -> Unreachable:
        async with Questor("padrao", account(server.url, max_concurrency=1, total_timeout=60)) as questor:
            first = asyncio.create_task(questor.importar("nfe", documents("nfe", 1)))
            assert await asyncio.to_thread(server.wait_for, server.posts.total)
            questor._session.policy = Policy(overall=0.5)
            with pytest.raises(Unreachable) as caught:
                await questor.importar("nfe", documents("nfe", 2))
            first.cancel()
            await asyncio.gather(first, return_exceptions=True)
            return caught.value

    assert not asyncio.run(second()).may_be_stored
    assert sum(server.posts.values()) == 1


def test_a_server_that_is_not_there_has_stored_nothing() -> None:
    with refused_address() as address:
        found = fault_of(account(address))
    assert (type(found), found.may_be_stored) == (Unreachable, False)
    found = fault_of(account("http://nome-que-nao-existe.invalid"))
    assert (type(found), found.may_be_stored) == (Unreachable, False)


def test_a_certificate_that_nobody_vouches_for_stops_the_account(tmp_path: Path) -> None:
    with https_receiver(tmp_path) as other:
        found = fault_of(account(f"https://localhost:{other.port}"))
        assert other.bodies == []
    assert (type(found), found.may_be_stored) == (Blocked, False)
    assert "certificado TLS" in str(found)


def test_a_server_without_tls_is_not_reached_by_https(server: QuestorServer) -> None:
    found = fault_of(account(server.url.replace("http:", "https:")))
    assert found.may_be_stored is False
    assert not server.posts


@pytest.mark.parametrize(
    ("value", "wanted"), [("7", 7), ("1.5", 1.5), ("999999", 86_400), ("-1", None), ("já", None), ("", None)]
)
def test_retry_after_is_read(server: QuestorServer, value: str, wanted: float | None) -> None:
    server.faults.always(html(429, **{"Retry-After": value}) if value.isascii() else html(429))
    assert fault_of(account(server.url)).retry_after == wanted


def test_retry_after_as_a_date_is_read(server: QuestorServer) -> None:
    server.faults.always(html(503, **{"Retry-After": "Fri, 31 Dec 2100 23:59:59 GMT"}))
    assert fault_of(account(server.url)).retry_after == 86_400


def test_the_reason_of_the_header_comes_first(server: QuestorServer) -> None:
    server.faults.always(html(500, MsgErro="Escritório em manutenção."))
    found = fault_of(account(server.url))
    assert (found.status, found.said) == (500, "Escritório em manutenção.")
    assert str(found) == "Questor padrao: está indisponível (HTTP 500): Escritório em manutenção."


LONG_REASON = "Escritório em manutenção. " + "x" * 60_000


def test_a_reason_of_60_kb_costs_neither_the_status_nor_its_own_beginning(server: QuestorServer) -> None:
    server.faults.always(html(503, MsgErro=LONG_REASON))
    found = fault_of(account(server.url))
    assert (type(found), found.status, found.may_be_stored) == (Overloaded, 503, False)
    assert str(found.said).startswith("Escritório em manutenção. xxx")
    assert len(str(found.said)) == 500


def test_an_import_with_a_reason_of_60_kb_is_read(server: QuestorServer) -> None:
    one = documents("nfe", 1)
    said = json.dumps([{"Key": one[0].chave, "Success": True}])
    server.faults.always(faults.status(200, said, {"MsgErro": LONG_REASON}))
    assert [verdict.estado for verdict in send(account(server.url), "nfe", one)] == ["enviado"]


def test_a_filter_on_the_name_of_the_program_is_told(server: QuestorServer) -> None:
    server.limites.user_agents = ("Esteira",)
    assert type(fault_of(account(server.url))) is Blocked
    assert send(account(server.url, user_agent="Outro/1.0"), "nfe", documents("nfe", 1))[0].estado == "enviado"


def test_a_wrong_token_is_told_with_the_servers_reason(server: QuestorServer) -> None:
    found = fault_of(account(server.url, token="outra-chave"))
    assert (type(found), found.status, found.said) == (Blocked, 403, "Token inválido ou bloqueado.")


@pytest.mark.parametrize("month", ["00", "13", "99"])
def test_a_key_whose_month_is_none_cannot_be_asked_for(server: QuestorServer, month: str) -> None:
    key = documents("nfe", 1)[0].chave
    assert ask(account(server.url), "nfe", [key[:4] + month + key[6:]]) is None
    assert not server.pedidos


def test_a_kind_that_is_not_sent_is_a_mistake_of_the_settings(server: QuestorServer) -> None:
    conta = account(server.url, methods={"cfe": ""})
    for kind in ("cfe", "mdfe"):
        with pytest.raises(Misconfigured, match=f"tipo {kind} não tem método"):
            send(conta, kind, [])
    assert not server.pedidos


def test_the_form_of_the_body_follows_the_method(server: QuestorServer) -> None:
    conta = account(server.url, methods={"nfe_evento": "importarxmlnfearray"})
    assert send(conta, "nfe_evento", documents("nfe_evento", 1))[0].estado == "recusado"
    assert not server.refused


def test_a_text_that_is_no_unicode_is_refused_here(server: QuestorServer) -> None:
    found = fault_of(account(server.url), [Documento("x", "<a>\ud800</a>")])
    assert (type(found), found.may_be_stored) == (Refused, False)
    assert not server.pedidos


def test_a_redirect_is_never_followed_and_a_proxy_of_the_environment_not_used(
    server: QuestorServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with refused_address() as nowhere, QuestorServer(TOKEN) as other:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, nowhere)
        server.faults.always(faults.redirect(f"{other.url}/api/v1/{TOKEN}/importarxmlnfearray", 307))
        fault_of(account(server.url))
        assert not other.posts
        assert not other.refused


def test_the_request_is_the_one_of_the_contract(server: QuestorServer) -> None:
    seen: list[Any] = []

    async def record(request: web.Request, answer: Usual) -> web.StreamResponse:
        seen.append((request.method, request.raw_path, dict(request.headers)))
        return await answer()

    server.faults.always(record)
    send(account(server.url), "nfe", documents("nfe", 1))
    ((method, path, headers),) = seen
    assert (method, path) == ("POST", f"/api/v1/{IN_THE_PATH}/importarxmlnfearray")
    assert headers["Content-Type"] == "application/json; charset=utf-8"
    assert headers["User-Agent"].startswith("Esteira/")


SHOWN_FAULTS = st.one_of(
    st.builds(
        lambda code, reason: faults.status(code, f"<h1>{TOKEN}</h1>", {"MsgErro": reason}),
        st.integers(200, 599),
        st.sampled_from([TOKEN, IN_THE_PATH, f"token={TOKEN}", f"https://x/api/v1/{IN_THE_PATH}/y", "ção", ""]),
    ),
    st.sampled_from(
        [
            faults.reset(),
            faults.close_early(b""),
            faults.garbage(),
            faults.redirect(f"http://x/{TOKEN}"),
            faults.silent(),
        ]
    ),
    st.builds(
        lambda text, success: faults.status(200, json.dumps([{"Success": success, "Message": text}])),
        st.sampled_from([TOKEN, IN_THE_PATH, f"a{TOKEN}b"]),
        st.booleans(),
    ),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(SHOWN_FAULTS)
def test_no_fault_shows_the_token(server: QuestorServer, caplog: pytest.LogCaptureFixture, fault: faults.Fault) -> None:
    server.faults.always(fault)
    caplog.clear()
    conta = account(server.url, total_timeout=1)
    with caplog.at_level(logging.DEBUG):
        try:
            said = repr(send(conta, "nfe", documents("nfe", 1)))
        except Fault as error:
            said = "".join(traceback.format_exception(error)) + repr(vars(error)) + repr(error)
            said += repr(error.__context__)
    said += caplog.text + repr(conta) + repr(Questor("padrao", conta))
    assert TOKEN not in said
    assert IN_THE_PATH not in said


@pytest.mark.parametrize("kind", ["nfe", "nfce", "cte", "cteos", "cfe"])
def test_what_the_office_has_is_found(server: QuestorServer, kind: str) -> None:
    sent = documents(kind, *range(1, 8))
    send(account(server.url), kind, sent[:5])
    chaves = [one.chave for one in sent]
    assert ask(account(server.url), kind, chaves) == set(chaves[:5])


@pytest.mark.parametrize("kind", ["nfe_evento", "cte_evento", "cteos_evento", "cfe_cancelamento", "mdfe"])
def test_a_kind_without_a_query_says_so(server: QuestorServer, kind: str) -> None:
    assert ask(account(server.url), kind, ["x"]) is None
    assert not server.pedidos


@pytest.mark.parametrize("take", [None, 100, 30, 7])
def test_pages_are_read_to_the_end_however_long_they_are(server: QuestorServer, take: int | None) -> None:
    sent = documents("nfe", *range(1, 211))
    send(account(server.url), "nfe", sent)
    server.limites.take = take
    missing = documents("nfe", 999)[0].chave
    assert ask(account(server.url), "nfe", [sent[-1].chave, sent[0].chave, missing]) == {sent[0].chave, sent[-1].chave}


def test_one_query_per_emitter_and_month(server: QuestorServer) -> None:
    other = "00000000000191"
    sent = [
        made.documento("nfe", n, cnpj=cnpj, aamm=aamm)
        for n, (cnpj, aamm) in enumerate([(made.CNPJ, "2601"), (made.CNPJ, "2512"), (other, "2601")] * 3)
    ]
    send(account(server.url), "nfe", [Documento(one.identidade, one.texto) for one in sent])
    assert ask(account(server.url), "nfe", [one.chave for one in sent]) == {one.chave for one in sent}
    assert server.pedidos["obternfeporfiltro"] == 3


def test_pages_without_end_are_a_fault(server: QuestorServer) -> None:
    page = json.dumps({"data": [{"Key": documents("nfe", 1)[0].chave}] * 100})
    server.faults.always(faults.status(200, page))
    with pytest.raises(Unintelligible, match="não terminam") as caught:
        ask(account(server.url), "nfe", [documents("nfe", 2)[0].chave])
    hides_everything(caught.value)


@pytest.mark.parametrize("body", ["", "{}", "<html>", '{"Erros": ["x"], "data": []}'])
def test_a_query_answered_with_no_list_is_a_fault_and_not_an_absence(server: QuestorServer, body: str) -> None:
    server.faults.always(faults.status(200, body))
    with pytest.raises(Unintelligible, match="não trouxe uma lista") as caught:
        ask(account(server.url), "nfe", [documents("nfe", 2)[0].chave])
    hides_everything(caught.value)


def test_a_query_method_that_is_gone_is_told(server: QuestorServer) -> None:
    server.faults.always(html(404))
    with pytest.raises(Blocked):
        ask(account(server.url), "nfe", [documents("nfe", 2)[0].chave])


def test_a_body_without_end_is_cut(server: QuestorServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "ANSWER_LIMIT", 1000)
    server.faults.always(faults.huge(50 * MIB))
    with soon():
        assert send(account(server.url), "nfe", documents("nfe", 1))[0].estado == "desconhecido"
