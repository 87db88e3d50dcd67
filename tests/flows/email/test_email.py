"""Accounts of e-mail: tried out, stopped and put back, told by `diagnostico` and as an alert."""

import json
from collections.abc import Iterator

import pytest
from conftest import Configure
from support.deliveries import deliveries, fire
from support.smtp import SENDER, MailServer
from support.typed import Run, typing_in

from alerts.email import parada
from alerts.moment import Moment
from connectors.email import domain
from core.checks import FAULT, OK, Finding
from core.clock import SYSTEM
from events.delivery.drain import drain
from flows import metricas
from flows.destinos.checks import destinations
from flows.destinos.creating import NewDestination, create
from flows.email import checks
from storage.models.eventos import Estado
from storage.session import reading

SECRET = "senha-1234"  # pragma: allowlist secret


@pytest.fixture(autouse=True)
def no_dns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(domain, "PATIENCE_SECONDS", 0.0)


@pytest.fixture
def server(sqlite: str, configure: Configure) -> Iterator[MailServer]:
    with MailServer() as running:
        configure(
            email__host=running.host,
            email__port=str(running.port),
            email__security="none",
            email__sender=SENDER,
            api__base_url="https://esteira.exemplo.com.br",
        )
        yield running


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    return typing_in(capsys)


def owed(server: MailServer) -> int:
    """Owe a mailbox something over an account that is stopped."""
    server.answers["mail"] = ["550 5.7.1 not you", ""]
    number = create(NewDestination("email", "ana", "ana@exemplo.com.br", ("alerta_aberto",))).destino.id
    fire()
    drain(number)
    assert server.mails == []
    return number


def judged() -> list[tuple[str, bool]]:
    with reading() as db:
        return [(one.objeto, one.ativo) for one in parada.judge(Moment(db, SYSTEM.now()))]


def found() -> dict[str, Finding]:
    return {one.sistema: one for one in (*destinations(), *checks.accounts())}


def test_a_test_arrives_and_says_what_the_server_said(run: Run, server: MailServer) -> None:
    code, out, err = run("email testar ana@exemplo.com.br --json")
    assert code == 0
    assert json.loads(out) == {
        "conta": "padrao",
        "endereco": "ana@exemplo.com.br",
        "sucesso": True,
        "status_code": 250,
        "resposta": "250 2.0.0 OK",
        "estava_parada": False,
        "dicas": [],
    }
    assert "O servidor recebeu a mensagem" in err
    (mail,) = server.mails
    assert mail.message["Subject"] == "Teste da Esteira"


@pytest.mark.parametrize(
    ("typed", "code", "said"),
    [
        ("email testar ana", 2, "não é um endereço de e-mail"),
        ("email testar ana@exemplo.com.br --conta outra", 4, "Não há conta 'outra'"),
        ("email retomar --conta outra", 4, "Não há conta 'outra'"),
    ],
)
def test_a_mistake_is_told(run: Run, server: MailServer, typed: str, code: int, said: str) -> None:
    assert run(typed)[0] == code
    assert said in run(typed)[2]


def test_without_any_account_that_is_told(run: Run, sqlite: str) -> None:
    assert run("email contas")[2].startswith("Nenhuma conta")
    assert run("email testar ana@exemplo.com.br")[0] == 4


def test_a_refusal_is_told_and_ends_with_3(run: Run, server: MailServer) -> None:
    server.answers["rcpt"] = ["550 5.1.1 nobody"]
    code, _, err = run("email testar ana@exemplo.com.br")
    assert code == 3
    assert "não existe (550)" in err


def test_a_stopped_account_is_seen_everywhere_and_a_test_puts_it_back(run: Run, server: MailServer) -> None:
    number = owed(server)
    assert judged() == [("padrao", True)]
    assert "Motivo" in run("email contas")[1]
    (listed,) = json.loads(run("email contas --json")[1])
    assert "not you" in listed["motivo"]
    told = [one for one in checks.accounts() if one.situacao == FAULT]
    assert ["parada: " in one.detalhe for one in told] == [True]
    assert "estava parada e voltou" in run("email testar bia@exemplo.com.br")[2]
    assert judged() == [("padrao", False)]
    drain(number)
    assert [mail.recipient for mail in server.mails] == ["bia@exemplo.com.br", "ana@exemplo.com.br"]
    assert {one.estado for one in deliveries()} == {Estado.ENTREGUE}


def test_it_is_put_back_by_hand(run: Run, server: MailServer) -> None:
    number = owed(server)
    assert run("email retomar")[2].endswith("A conta padrao voltou.\n")
    assert run("email retomar")[2] == "A conta padrao não estava parada.\n"
    drain(number)
    assert len(server.mails) == 1


def test_diagnosis_speaks_to_the_server(run: Run, server: MailServer, configure: Configure) -> None:
    assert found()["e-mail padrao"].situacao == OK
    assert "mx.exemplo.com.br" in found()["e-mail padrao"].detalhe
    assert "e-mail" not in found()
    configure(email__port="1", api__base_url="http://esteira.exemplo.com.br")
    assert found()["e-mail padrao"].situacao == FAULT
    assert "não é https" in found()["e-mail"].detalhe
    configure(api__base_url="http://localhost:8000")
    assert "e-mail" not in found()
    assert server.mails == []


def test_a_destination_whose_account_is_gone_is_told(server: MailServer, configure: Configure) -> None:
    create(NewDestination("email", "ana", "ana@exemplo.com.br", ("alerta_aberto",), opcoes={"conta": "sumida"}))
    assert found()["destino ana"].situacao == FAULT
    assert "'sumida'" in found()["destino ana"].detalhe
    assert [one.sistema for one in (*destinations(), *checks.accounts())].count("destino ana") == 1


def test_a_mailbox_is_told_too_where_no_account_is_configured(sqlite: str) -> None:
    assert found() == {}
    create(NewDestination("email", "ana", "ana@exemplo.com.br", ("alerta_aberto",)))
    assert [one.sistema for one in (*destinations(), *checks.accounts())] == ["destino ana"]
    assert found()["destino ana"].detalhe == "a conta de e-mail 'padrao' não está na configuração: nada sai"


def test_no_password_is_shown(run: Run, server: MailServer, configure: Configure) -> None:
    configure(email__user="ana", email__password=SECRET)
    server.logins = True
    server.users["ana"] = "outra"
    shown = "".join(run("email testar ana@exemplo.com.br")[1:]) + "".join(run("email contas --json")[1:])
    assert SECRET not in shown + "".join(map(str, checks.accounts()))


def test_a_monitor_sees_which_account_is_stopped(server: MailServer) -> None:
    assert 'esteira_email_conta_parada{conta="padrao"} 0.0' in metricas.texto().decode()
    owed(server)
    assert 'esteira_email_conta_parada{conta="padrao"} 1.0' in metricas.texto().decode()
