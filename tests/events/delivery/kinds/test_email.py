"""A mailbox as a destination: from the command line to the message, and what each refusal means to it."""

import json
import re
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from conftest import Configure
from sqlalchemy import text
from support.deliveries import attempts, change, deliveries, destination, fire, make_due, only, owned
from support.ports import wait_until
from support.smtp import SENDER, MailServer, dies, never

from cli.main import main
from core.clock import SYSTEM
from events import disparar_webhook
from events.delivery import kind, pumps
from events.delivery.drain import drain
from events.delivery.email import account
from events.delivery.email.attempt import LEAST_SECONDS, Account
from events.delivery.outcome import NO_TURN
from events.delivery.sweep import sweep
from events.email.aviso import avisos
from flows.destinos.creating import NewDestination, create
from flows.entregas.serving import serve
from storage.models.destinos import Destino
from storage.models.email import ContaParada
from storage.models.eventos import Estado
from storage.session import reading, transaction

NFE = {**avisos()["nfe_importada"].exemplo, "numero_nf": "1", "emit_nome": "Padaria <b>&\r\nBcc: x@y.z"}


@pytest.fixture
def server(configure: Configure) -> Iterator[MailServer]:
    with MailServer() as running:
        configured(configure, running)
        yield running


def configured(configure: Configure, server: MailServer, **more: str) -> None:
    configure(
        email__host=server.host,
        email__port=str(server.port),
        email__security="none",
        email__sender=SENDER,
        api__base_url="https://esteira.exemplo.com.br",
        **more,
    )


def mailbox(address: str = "ana@exemplo.com.br", *eventos: str) -> int:
    return create(NewDestination("email", address, address, eventos or ("alerta_aberto",))).destino.id


def stopped() -> list[str]:
    with reading() as db:
        return [one.motivo for one in account.stopped_accounts(db)]


def test_from_the_command_line_to_the_mailbox(
    banco: str, server: MailServer, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = ["--nome", "ana", "--url", "Ana@Exemplo.com.br", "--eventos", "alerta_aberto", "--json"]
    assert main(["destinos", "criar", "--tipo", "email", *typed]) == 0
    made = json.loads(capsys.readouterr().out)
    assert (made["url"], made["detalhes"]) == ("Ana@exemplo.com.br", {"conta": "padrao"})
    (message_id,) = fire(mensagem="A caixa parou.")
    assert sweep() == [(made["id"], "entregas.drenar_email")]
    drain(made["id"])
    assert only().estado == Estado.ENTREGUE
    (mail,) = server.mails
    assert mail.recipient == "Ana@exemplo.com.br"
    headers = mail.message
    assert headers["Message-ID"].startswith(f"<{message_id}.")
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["To"] == "Ana@exemplo.com.br"
    assert "A caixa parou." in headers.get_body(("plain",)).get_content()
    assert [(one.outcome, one.status_code, one.response) for one in attempts()] == [("entregue", 250, "250 2.0.0 OK")]
    assert main(["destinos", "testar", "ana"]) == 0


def test_an_account_that_is_missing_for_days_switches_no_mailbox_off(banco: str, server: MailServer) -> None:
    destino = mailbox()
    ago = SYSTEM.now() - timedelta(days=6)
    change(destino, opcoes=json.dumps({"conta": "sumiu"}), falhas_seguidas=1, falhas_novas=1, falhando_desde=ago)
    fire()
    drain(destino)
    assert (destination(destino).desligado_em, only().estado, only().tentativas) == (None, Estado.PENDENTE, 0)


def test_an_owner_is_greeted_and_may_end_this_kind_with_one_click(sqlite: str, server: MailServer) -> None:
    number = mailbox("ana@exemplo.com.br")
    user = owned(number, "ana.silva", eventos=("nfe_importada",))
    disparar_webhook("nfe_importada", NFE, user)
    drain(number)
    (mail,) = server.mails
    headers = mail.message
    assert headers["Subject"] == "✅ NFe 1 importada com sucesso"
    assert headers["Bcc"] is None
    assert "Olá, ana.silva." in headers.get_body(("plain",)).get_content()
    address = re.fullmatch(r"<(https://esteira\.exemplo\.com\.br/email/cancelar/[\w=-]+)>", headers["List-Unsubscribe"])
    assert address
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert address[1] in headers.get_body(("plain",)).get_content()
    assert "<b>" not in headers.get_body(("html",)).get_content()


def test_a_repeat_is_known_by_its_name(sqlite: str, server: MailServer) -> None:
    server.answers["data"] = ["451 4.3.0 later", dies, ""]
    number = mailbox()
    fire()
    for _ in range(3):
        make_due()
        drain(number)
    assert only().estado == Estado.ENTREGUE
    assert [one.outcome for one in attempts()] == ["sobrecarga", "falhou", "entregue"]
    assert "pode ter sido entregue" in (attempts()[1].error or "")
    seen = [mail.message["Message-ID"] for mail in server.tried]
    assert len(seen) == 3
    assert len(set(seen)) == 1


def test_many_mailboxes_share_the_connections_of_their_account(sqlite: str, server: MailServer) -> None:
    numbers = [mailbox(f"p{n}@exemplo.com.br") for n in range(6)]
    fire(2)
    for number in numbers:
        drain(number)
    assert len(server.mails) == 12
    assert server.connections == 1


@pytest.mark.parametrize(
    ("said", "estado", "least"),
    [
        ("450 4.2.0 greylisted", Estado.PENDENTE, 300),
        ("452 4.2.2 mailbox full", Estado.PENDENTE, 3600),
        ("552 5.2.2 mailbox full", Estado.PENDENTE, 3600),
        ("450 4.3.0 later", Estado.PENDENTE, 60),
        ("450 4.7.1 too fast", Estado.PENDENTE, 60),
        ("550 5.6.0 no", Estado.ESGOTADO, 0),
    ],
)
def test_a_refusal_of_one_message_is_its_own(
    sqlite: str, server: MailServer, said: str, estado: Estado, least: int
) -> None:
    server.answers["rcpt"] = [said]
    before = SYSTEM.now()
    number = mailbox()
    fire()
    drain(number)
    delivery = only()
    assert delivery.estado == estado
    assert delivery.tentativas == 1
    assert delivery.due_at >= before + timedelta(seconds=least)
    assert destination(number).desligado_em is None
    assert stopped() == []


def test_an_address_that_does_not_exist_is_parked_and_shown(
    sqlite: str, server: MailServer, capsys: pytest.CaptureFixture[str]
) -> None:
    server.answers["rcpt"] = ["550 5.1.1 User unknown", ""]
    gone, other = mailbox("ana@exemplo.com.br"), mailbox("bia@exemplo.com.br")
    fire(2)
    drain(gone)
    drain(other)
    assert destination(gone).desligado_em is not None
    assert "não existe (550): 5.1.1 User unknown" in (destination(gone).desligado_motivo or "")
    assert {one.estado for one in deliveries(gone)} == {Estado.RETIDO}
    assert {one.estado for one in deliveries(other)} == {Estado.ENTREGUE}
    assert stopped() == []
    main(["destinos", "listar", "--json"])
    assert "não existe" in json.loads(capsys.readouterr().out)[0]["motivo"]


def test_a_domain_that_wants_less_is_slowed_for_everybody_who_writes_to_it(sqlite: str, server: MailServer) -> None:
    server.answers["rcpt"] = ["421 4.7.0 too fast", ""]
    first, same, other = mailbox("a@lento.com.br"), mailbox("b@lento.com.br"), mailbox("c@outro.com.br")
    fire()
    for number in (first, same, other):
        drain(number)
    assert [mail.recipient for mail in server.mails] == ["c@outro.com.br"]
    assert deliveries(same)[0].tentativas == 0
    assert destination(same).due_at > SYSTEM.now() + timedelta(seconds=30)


@pytest.mark.parametrize(
    ("stage", "said"),
    [
        ("rcpt", "554 5.7.1 Relay access denied"),
        ("mail", "550 5.7.60 not allowed to send as this sender"),
        ("data", "550 5.7.26 unauthenticated"),
        ("ehlo", "554 5.7.1 blocked"),
    ],
)
def test_a_refusal_of_us_stops_the_account_and_costs_nobody_an_attempt(
    banco: str, server: MailServer, stage: str, said: str
) -> None:
    server.answers[stage] = [said]
    first, second = mailbox("ana@exemplo.com.br"), mailbox("bia@exemplo.com.br")
    fire(2)
    drain(first)
    drain(second)
    (reason,) = stopped()
    assert said[4:10] in reason
    assert len([one for one in server.commands if one.startswith("EHLO")]) == 1
    for delivery in deliveries():
        assert (delivery.estado, delivery.tentativas) == (Estado.PENDENTE, 0)
    for number in (first, second):
        assert destination(number).desligado_em is None
        assert destination(number).falhando_desde is None
    assert [one.error for one in attempts()] == [reason]


def test_a_sender_that_the_server_does_not_take_stops_the_account_and_no_mailbox(
    banco: str, server: MailServer, configure: Configure
) -> None:
    configure(email__sender="notificação@exemplo.com.br")
    numbers = [mailbox("ana@exemplo.com.br"), mailbox("josé@exemplo.com.br")]
    fire()
    for number in numbers:
        drain(number)
    (reason,) = stopped()
    assert "remetente" in reason
    assert {(one.estado, one.tentativas) for one in deliveries()} == {(Estado.PENDENTE, 0)}
    assert [destination(number).desligado_em for number in numbers] == [None, None]


def test_a_stopped_account_goes_on_with_other_settings(sqlite: str, server: MailServer, configure: Configure) -> None:
    configured(configure, server, email__user="u", email__password="errada")  # pragma: allowlist secret
    server.users["u"] = "certa"
    number = mailbox()
    fire()
    drain(number)
    assert "usuário ou a senha foram recusados (535)" in stopped()[0]
    make_due()
    drain(number)
    assert server.mails == []
    assert only().tentativas == 0
    configured(configure, server, email__user="u", email__password="certa")  # pragma: allowlist secret
    make_due()
    drain(number)
    assert stopped() == []
    assert len(server.mails) == 1


@pytest.mark.parametrize(
    "said", ["250 2.0.0 ok \x00 \x1b[31m fim", "250 " + "x" * 4000, "250-um\r\n250-dois\r\n250 fim", "250"]
)
def test_whatever_a_server_says_with_its_yes_the_mail_goes_once_and_one_line_is_kept(
    banco: str, server: MailServer, said: str
) -> None:
    server.answers["data"] = [said]
    number = mailbox()
    fire()
    drain(number)
    make_due()
    drain(number)
    assert len(server.tried) == 1
    assert only().estado == Estado.ENTREGUE
    (kept,) = attempts()
    assert (kept.response or "").startswith("250")
    assert (kept.response or "").isprintable()
    assert len(kept.response or "") <= 600


def test_an_authority_that_cannot_be_read_stops_the_account_and_costs_nobody_an_attempt(
    sqlite: str, server: MailServer, configure: Configure
) -> None:
    # a file that is there and may be opened, and whose reading fails
    configured(configure, server, email__ca="/proc/self/mem")
    configure(email__security="tls")
    number = mailbox()
    fire()
    drain(number)
    assert "autoridade do certificado" in stopped()[0]
    assert (only().estado, only().tentativas) == (Estado.PENDENTE, 0)
    make_due()
    drain(number)
    assert (only().estado, only().tentativas) == (Estado.PENDENTE, 0)


def test_what_waited_for_a_stopped_account_goes_at_once_when_it_is_well(sqlite: str, server: MailServer) -> None:
    server.answers["mail"] = ["550 5.7.1 no", ""]
    number = mailbox()
    fire()
    drain(number)
    assert only().due_at > SYSTEM.now()
    assert account.resume("padrao", SYSTEM) is True
    assert account.resume("padrao", SYSTEM) is False
    drain(number)
    assert only().estado == Estado.ENTREGUE


def test_one_message_tries_now_and_then_whether_it_still_is_so(
    sqlite: str, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account, "TRIAL", timedelta(0))
    server.answers["rcpt"] = ["554 Relay access denied", ""]
    number = mailbox()
    fire()
    drain(number)
    assert stopped()
    make_due()
    drain(number)
    assert stopped() == []
    assert len(server.mails) == 1


def test_a_mail_that_showed_an_account_to_be_well_goes_once_though_the_database_cannot_note_it(
    postgres: str, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account, "TRIAL", timedelta(0))
    server.answers["rcpt"] = ["554 Relay access denied", ""]
    number = mailbox()
    fire()
    drain(number)
    with transaction() as db:
        locked = "BEGIN RAISE EXCEPTION USING ERRCODE = 'lock_not_available'; END"
        db.execute(text(f"CREATE FUNCTION locked() RETURNS trigger LANGUAGE plpgsql AS $${locked}$$"))
        db.execute(text(f"CREATE TRIGGER t BEFORE DELETE ON {ContaParada.__tablename__} EXECUTE FUNCTION locked()"))
    make_due()
    drain(number)
    assert (len(server.mails), only().estado, len(stopped())) == (1, Estado.ENTREGUE, 1)
    with transaction() as db:
        db.execute(text(f"DROP TRIGGER t ON {ContaParada.__tablename__}"))
    fire()
    drain(number)
    assert (len(server.mails), stopped()) == (2, [])


def test_a_message_whose_time_went_by_in_the_database_is_not_begun(sqlite: str, server: MailServer) -> None:
    conta = account.settings_of("padrao")
    assert conta is not None
    message = kind.Message("msg_1", "alerta_aberto", b'{"dados": {}}', 1)
    late = time.monotonic() + LEAST_SECONDS
    assert Account("padrao", conta).attempt(destination(mailbox()), message, late).outcome == NO_TURN
    assert server.tried == []


def test_a_password_that_was_refused_is_not_tried_again(
    sqlite: str, server: MailServer, configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account, "TRIAL", timedelta(0))
    server.users["u"] = "certa"
    configured(configure, server, email__user="u", email__password="errada")  # pragma: allowlist secret
    number = mailbox()
    fire()
    for _ in range(3):
        make_due()
        drain(number)
    assert server.connections == 1


def test_a_text_or_an_address_of_a_stranger_stops_nobody_else(sqlite: str, server: MailServer) -> None:
    good, bad = mailbox("ana@exemplo.com.br"), mailbox("x@exemplo.com.br")
    fire()
    drain(good)
    server.answers["data"] = ["554 5.7.1 spam"]
    drain(bad)
    assert deliveries(bad)[0].estado == Estado.ESGOTADO
    assert stopped() == []
    # three different ones in a row, and it is us
    for number in (mailbox("y@exemplo.com.br"), mailbox("z@exemplo.com.br")):
        fire()
        drain(number)
    assert len(stopped()) == 1


def test_a_server_that_is_down_is_for_later_and_stops_nothing(sqlite: str, server: MailServer) -> None:
    number = mailbox()
    fire()
    server.answers["ehlo"] = [dies]
    drain(number)
    assert (only().estado, only().tentativas) == (Estado.PENDENTE, 1)
    assert stopped() == []
    assert destination(number).falhando_desde is not None


def test_a_slow_server_costs_its_time_and_the_row_waits(sqlite: str, server: MailServer) -> None:
    number = mailbox()
    with transaction() as db:
        db.get_one(Destino, number).timeout = 1.0
    fire()
    server.answers["data"] = [never]
    drain(number)
    assert (only().estado, only().tentativas) == (Estado.PENDENTE, 1)
    assert "pode ter sido entregue" in (only().last_error or "")


def test_without_its_account_nothing_is_tried_and_nothing_is_lost(
    sqlite: str, server: MailServer, configure: Configure
) -> None:
    number = mailbox()
    configure(email__contas__outra__host="x.exemplo.com.br", email__contas__outra__sender="a@exemplo.com.br")
    with transaction() as db:
        db.get_one(Destino, number).opcoes = '{"conta": "sumida"}'
    fire()
    drain(number)
    assert (only().estado, only().tentativas) == (Estado.PENDENTE, 0)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["--url", "ana"], "não é um endereço de e-mail"),
        (["--url", "a@b.com.br\r\nBcc: x@y.z"], "caracteres inválidos"),
        (["--url", "a@b.com.br", "--segredo", "x"], "a senha é da conta"),
        (["--url", "a@b.com.br", "--opcao", "cor=azul"], "não tem a opção 'cor'"),
        (["--url", "a@b.com.br", "--topico", "x"], "não tem tópico"),
    ],
)
def test_what_a_person_says_of_it_is_judged(
    sqlite: str, server: MailServer, capsys: pytest.CaptureFixture[str], typed: list[str], said: str
) -> None:
    assert main(["destinos", "criar", "--tipo", "email", "--nome", "x", "--eventos", "alerta_aberto", *typed]) == 2
    assert said in capsys.readouterr().err


def test_an_account_that_is_not_there_is_a_warning(sqlite: str, capsys: pytest.CaptureFixture[str]) -> None:
    typed = ["--nome", "x", "--url", "a@b.com.br", "--eventos", "alerta_aberto"]
    assert main(["destinos", "criar", "--tipo", "email", *typed]) == 0
    assert "Aviso: A conta de e-mail 'padrao' não está na configuração" in capsys.readouterr().err


def test_a_wider_deadline_than_that_of_webhooks_is_its_own(sqlite: str, server: MailServer) -> None:
    assert destination(mailbox()).timeout == 30
    assert kind.kinds()["email"].task(lento=True) == "entregas.drenar_email"


def test_what_a_person_reads_is_written_while_others_are_under_way(
    banco: str, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pumps, "GATHER_SECONDS", 3600)
    server.answers["data"] = ["", never]
    boxes = [mailbox("ana@exemplo.com.br"), mailbox("bia@exemplo.com.br")]
    fire(1)
    serve("entregas.drenar_email", boxes)
    try:
        wait_until(lambda: Estado.ENTREGUE in [one.estado for one in deliveries()])
        assert len(server.mails) == 1
    finally:
        server.over.set()
        pumps.end(60)
    assert {one.estado for one in deliveries()} == {Estado.ENTREGUE}
