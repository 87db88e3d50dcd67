"""TLS with a company's certificate: who is trusted, what is shown, and how often hands are shaken.

docs/reference/contracts/sefaz.md §2.1, §2.2, §3.10b.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from conftest import Configure
from support.proxy import connect_proxy
from support.sefaz import EMPRESA, Lugar, sefaz

from connectors.base.blocking import BlockingSession
from connectors.base.faults import Blocked, Overloaded, UnknownOutcome
from connectors.base.policy import Policy
from connectors.base.teller import Teller
from connectors.sefaz import Pergunta, Resultado, Sefaz, servico
from connectors.sefaz.adapter import CertificateAdapter
from connectors.sefaz.faults import CertificadoNaoAceito, ServidorNaoReconhecido
from core.certificado import CertificadoRecusado, abrir
from core.clock import FixedClock
from core.errors import Misconfigured
from sandbox import faults
from sandbox.sefaz import Autoridade
from sandbox.sefaz.autoridade import empacotado

from .conftest import aberta, settings

QUESTION = Pergunta(EMPRESA, "SP")


def ask(open_: Sefaz, nome: str = "nfe") -> Resultado:
    return open_.perguntar(servico(nome), QUESTION).resultado


def test_one_handshake_serves_many_questions(lugar: Lugar, aberto: Sefaz) -> None:
    for nome in ("nfe", "cte"):
        assert ask(aberto, nome) is Resultado.NADA
        ask(aberto, nome)
    assert len(lugar.server.pedidos) == 4
    assert lugar.server.apertos == 1
    assert {one.titular for one in lugar.server.pedidos} == {EMPRESA}


def test_a_server_may_ask_for_the_certificate_after_the_request(tmp_path: Path) -> None:
    with sefaz(tmp_path, tardio=True) as lugar, aberta(lugar) as found:
        assert ask(found) is Resultado.NADA
        assert ask(found, "cte") is Resultado.NADA
        assert lugar.server.apertos == 1


def test_the_certificate_is_shown_through_a_proxy(lugar: Lugar, configure: Configure) -> None:
    with connect_proxy(login="ana:segredo") as proxy:
        configure(proxy__url=proxy.url, proxy__user="ana", proxy__password="segredo")  # pragma: allowlist secret
        with aberta(lugar) as found:
            assert ask(found) is Resultado.NADA
            assert ask(found, "cte") is Resultado.NADA
        assert proxy.targets == [lugar.url.removeprefix("https://")]
        assert {one.titular for one in lugar.server.pedidos} == {EMPRESA}
        proxy.login = "ana:outro"
        with aberta(lugar) as found, pytest.raises(Blocked, match="proxy de saída recusou") as caught:
            ask(found)
        assert not caught.value.may_be_stored


def test_an_unknown_authority_is_told_with_what_to_do(lugar: Lugar, tmp_path: Path) -> None:
    (tmp_path / "outra").mkdir()
    other = Autoridade(tmp_path / "outra", "Outra AC")
    with aberta(lugar, ca=other.raiz) as found, pytest.raises(ServidorNaoReconhecido, match=r"sefaz\.ca") as caught:
        ask(found)
    assert not caught.value.may_be_stored
    with aberta(lugar, ca=None) as found, pytest.raises(ServidorNaoReconhecido):
        ask(found)
    assert lugar.server.pedidos == []


@pytest.fixture(params=[None, "nenhum.pem"], ids=["bare", "bundle"])
def environment(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An environment that names a file of authorities, and it is not there; or names none."""
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
        if request.param is not None:
            monkeypatch.setenv(name, str(tmp_path / request.param))


def test_whom_the_settings_do_not_vouch_for_a_public_authority_may_whatever_the_environment_says(
    lugar: Lugar, environment: None, tmp_path: Path
) -> None:
    """Here the local root plays the public ones, and the settings name another."""
    (tmp_path / "outra").mkdir()
    other = Autoridade(tmp_path / "outra", "Outra AC")
    adapter = CertificateAdapter(abrir(lugar.pfx, lugar.senha), other.raiz)
    asked = servico("nfe").pedido(QUESTION, settings(lugar))
    with BlockingSession(Policy(), Teller("SEFAZ"), ca_file=str(lugar.ca_file), adapter=adapter) as session:
        for _ in range(2):
            reply = session.call(asked.method, asked.url, headers=asked.headers, body=asked.body)
            assert reply.status == 200
    assert len(lugar.server.pedidos) == 2
    assert lugar.server.apertos == 2


def test_a_server_without_its_intermediate_needs_it_beside_the_root(tmp_path: Path) -> None:
    with sefaz(tmp_path, intermediaria=False) as lugar:
        with aberta(lugar) as found, pytest.raises(ServidorNaoReconhecido, match="intermediária"):
            ask(found)
        folder = tmp_path / "cadeia"
        folder.mkdir()
        for one in (lugar.autoridade.raiz, lugar.autoridade.intermediaria):
            (folder / one.name).write_bytes(one.read_bytes())
        (folder / "leia-me.txt").write_text("nada disto é um certificado")
        with aberta(lugar, ca=folder) as found:
            assert ask(found) is Resultado.NADA


def test_a_certificate_of_another_authority_brings_nothing(lugar: Lugar, tmp_path: Path) -> None:
    (tmp_path / "outra").mkdir()
    stranger = Autoridade(tmp_path / "outra", "Outra AC").cliente(EMPRESA)
    # asyncio, by which the local SEFAZ is served, hangs up without saying why
    with Sefaz(abrir(stranger.pfx, stranger.senha), settings(lugar)) as found, pytest.raises(UnknownOutcome):
        ask(found)
    assert lugar.server.pedidos == []


def test_a_403_is_about_the_certificate(lugar: Lugar, aberto: Sefaz) -> None:
    lugar.server.faults.queue(faults.status(403), faults.status(503), faults.status(404))
    with pytest.raises(CertificadoNaoAceito):
        ask(aberto)
    with pytest.raises(Overloaded):
        ask(aberto)
    with pytest.raises(Blocked, match="confira os endereços"):
        ask(aberto)


def test_a_slow_answer_ends_with_the_deadline(lugar: Lugar) -> None:
    lugar.server.faults.always(faults.silent())
    with aberta(lugar, total_timeout=1) as found, pytest.raises(UnknownOutcome, match="não respondeu a tempo"):
        ask(found)


@pytest.mark.parametrize(
    ("edge", "by", "motivo"), [("fim", 1, "vencido"), ("inicio", -1, "futuro")], ids=["ended", "not begun"]
)
def test_a_certificate_out_of_its_time_is_not_opened(lugar: Lugar, edge: str, by: int, motivo: str) -> None:
    cert = lugar.cliente.cadeia[0]
    at = {"inicio": cert.not_valid_before_utc, "fim": cert.not_valid_after_utc}[edge] + timedelta(days=by)
    with pytest.raises(CertificadoRecusado) as caught:
        Sefaz(abrir(lugar.pfx, lugar.senha), settings(lugar), clock=FixedClock(at))
    assert caught.value.motivo == motivo


def test_a_kept_file_that_does_not_open_any_more_says_why(lugar: Lugar) -> None:
    """One that was taken in before what is in it was kept beside it."""
    own, now = lugar.cliente, datetime.now(UTC)
    ended = Autoridade(lugar.folder).cliente(EMPRESA, inicio=now - timedelta(days=9), fim=now - timedelta(days=1))
    good = abrir(own.pfx, own.senha)
    for pfx, senha, motivo in (
        (own.pfx, "outra", "senha"),
        (own.pfx[:99], own.senha, "ilegivel"),
        (empacotado((own.cadeia[0], ended.cadeia[0]), own.chave, own.senha), own.senha, "cadeia_vencida"),
    ):
        with pytest.raises(CertificadoRecusado) as caught:
            Sefaz(replace(good, pfx=pfx, senha=senha, aberto=None), settings(lugar))
        assert caught.value.motivo == motivo


@pytest.mark.parametrize("content", ["", "isto não é um certificado"])
def test_authorities_that_are_none_are_a_mistake_of_the_settings(lugar: Lugar, tmp_path: Path, content: str) -> None:
    wrong = tmp_path / "errado.pem"
    wrong.write_text(content)
    for path in (wrong, tmp_path / "nao-existe.pem"):
        with pytest.raises(Misconfigured, match=r"^sefaz\.ca: "):
            Sefaz(abrir(lugar.pfx, lugar.senha), settings(lugar, ca=path))


def test_neither_key_nor_password_is_shown(lugar: Lugar, aberto: Sefaz) -> None:
    opened = abrir(lugar.pfx, lugar.senha)
    assert lugar.senha not in repr(opened) + repr(aberto)
    assert "pfx" not in repr(opened)
