"""Above 20 documents in ten minutes one mail tells of all: rows decide, and nothing is lost in between."""

import csv
import io
import json
import tracemalloc
from collections.abc import Iterator
from datetime import timedelta

import pytest
from conftest import Configure
from sqlalchemy import update
from support.deliveries import deliveries, fire, make_due, owned
from support.smtp import SENDER, MailServer, dies

from core.clock import SYSTEM
from events import Disparo, disparar_varios
from events.delivery.drain import drain
from events.delivery.email import folding, inside
from events.email.aviso import avisos
from flows.destinos.creating import NewDestination, create
from flows.entregas import again, retention, views
from storage.models.email import ResumoEmail
from storage.models.eventos import Delivery, Estado, Event
from storage.session import reading, transaction

NFE, CTE, ERRO = "nfe_importada", "cte_importado", "erro_importacao"


@pytest.fixture
def server(configure: Configure) -> Iterator[MailServer]:
    with MailServer() as running:
        configure(email__host=running.host, email__port=str(running.port), email__security="none", email__sender=SENDER)
        yield running


@pytest.fixture
def mailbox(sqlite: str, server: MailServer) -> tuple[int, int]:
    """A user's mailbox: its number, and the user's."""
    return made()


@pytest.fixture
def either(banco: str, server: MailServer) -> tuple[int, int]:
    """The same on each database."""
    return made()


def made() -> tuple[int, int]:
    number = create(NewDestination("email", "ana", "ana@exemplo.com.br", ("alerta_aberto",))).destino.id
    return number, owned(number, "ana", eventos=(NFE, CTE, ERRO))


def imported(user: int, amount: int, evento: str = NFE, first: int = 1) -> None:
    field = {NFE: "numero_nf", CTE: "numero_ct", ERRO: "arquivo_nome"}[evento]
    disparar_varios(
        [
            Disparo(evento, {**avisos()[evento].exemplo, field: str(number)}, user)
            for number in range(first, first + amount)
        ]
    )


def later(seconds: float) -> None:
    """Let time go by for what is recorded."""
    then = SYSTEM.now() - timedelta(seconds=seconds)
    with transaction() as db:
        db.execute(update(Event).values(occurred_at=then))
        db.execute(update(Delivery).values(created_at=then))


def forget_old() -> None:
    """Delete the events that are older than the settings keep."""
    for _ in retention.events(SYSTEM.now()):
        pass


def states(number: int) -> dict[str, int]:
    found = [row.estado for row in deliveries(number)]
    return {state: found.count(state) for state in set(found)}


def summary(number: int) -> Delivery:
    """Return the delivery of the one summary."""
    with reading() as db:
        (entrega,) = db.query(ResumoEmail.entrega_id).all()
        return db.get_one(Delivery, entrega[0])


def lines(raw: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(raw), delimiter=";"))


def test_twenty_go_one_by_one(mailbox: tuple[int, int], server: MailServer) -> None:
    number, user = mailbox
    imported(user, 18)
    imported(user, 2, CTE)
    drain(number)
    assert states(number) == {Estado.ENTREGUE: 20}
    assert len(server.mails) == 20


def test_one_more_and_one_mail_tells_of_all(either: tuple[int, int], server: MailServer) -> None:
    number, user = either
    imported(user, 60)
    imported(user, 3, CTE, first=900)
    drain(number)
    assert server.mails == []
    assert states(number) == {Estado.RESUMIDO: 63, Estado.PENDENTE: 1}
    owed = summary(number)
    assert timedelta(minutes=9) < owed.due_at - owed.created_at <= timedelta(minutes=10)
    make_due()
    drain(number)
    (mail,) = server.mails
    message = mail.message
    assert message["Subject"] == "📦 63 documentos importados"
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert "e mais 13" in plain.get_content()
    assert "e mais 13" in html.get_content()
    assert "Olá, ana." in plain.get_content()
    (file,) = message.iter_attachments()
    told = lines(file.get_content().lstrip("\ufeff"))
    assert [row[1] for row in told[1:]] == [str(n) for n in range(1, 61)] + ["900", "901", "902"]
    assert states(number) == {Estado.RESUMIDO: 63, Estado.ENTREGUE: 1}


def test_those_that_went_out_already_stay_and_the_rest_is_folded(either: tuple[int, int], server: MailServer) -> None:
    number, user = either
    imported(user, 15)
    drain(number)
    assert len(server.mails) == 15
    imported(user, 10, first=16)
    drain(number)
    assert states(number) == {Estado.ENTREGUE: 15, Estado.RESUMIDO: 10, Estado.PENDENTE: 1}
    make_due()
    drain(number)
    assert server.mails[-1].message["Subject"] == "📦 10 documentos importados"


def test_what_comes_until_it_leaves_is_in_it_and_what_comes_later_is_in_the_next(
    mailbox: tuple[int, int], server: MailServer
) -> None:
    number, user = mailbox
    imported(user, 30)
    drain(number)
    imported(user, 5, first=31)
    drain(number)
    assert states(number) == {Estado.RESUMIDO: 35, Estado.PENDENTE: 1}
    make_due()
    drain(number)
    imported(user, 7, first=36)
    drain(number)
    make_due()
    drain(number)
    assert [mail.message["Subject"] for mail in server.mails] == [
        "📦 35 documentos importados",
        "📦 7 documentos importados",
    ]


def test_ten_minutes_later_they_go_one_by_one_again(mailbox: tuple[int, int], server: MailServer) -> None:
    number, user = mailbox
    imported(user, 30)
    drain(number)
    make_due()
    drain(number)
    later(601)
    imported(user, 1, first=31)
    drain(number)
    assert [mail.message["Subject"][:2] for mail in server.mails] == ["📦 ", "✅ "]


def test_a_summary_is_the_same_at_each_attempt(either: tuple[int, int], server: MailServer) -> None:
    number, user = either
    server.answers["data"] = [dies, ""]
    imported(user, 25)
    drain(number)
    make_due()
    drain(number)
    assert server.mails == []
    # it may have arrived: what comes now is in another one
    imported(user, 3, first=26)
    drain(number)
    make_due()
    drain(number)
    assert [mail.message["Subject"] for mail in server.tried] == [
        "📦 25 documentos importados",
        "📦 25 documentos importados",
        "📦 3 documentos importados",
    ]
    assert len({mail.message["Message-ID"] for mail in server.tried}) == 2


def test_one_that_may_have_arrived_is_not_told_again(mailbox: tuple[int, int], server: MailServer) -> None:
    number, user = mailbox
    server.answers["data"] = [dies, ""]
    imported(user, 1)
    drain(number)
    imported(user, 24, first=2)
    drain(number)
    assert states(number) == {Estado.RESUMIDO: 24, Estado.PENDENTE: 2}
    make_due()
    drain(number)
    assert sorted(mail.message["Subject"] for mail in server.mails) == [
        "✅ NFe 1 importada com sucesso",
        "📦 24 documentos importados",
    ]


def test_what_waited_for_a_server_for_long_is_one_mail(mailbox: tuple[int, int], server: MailServer) -> None:
    number, user = mailbox
    imported(user, 50)
    later(86_400)
    drain(number)
    assert summary(number).due_at <= SYSTEM.now()
    drain(number)
    assert [mail.message["Subject"] for mail in server.mails] == ["📦 50 documentos importados"]


def test_what_a_mail_that_is_owed_tells_of_is_not_deleted_before_it_arrived(
    either: tuple[int, int], server: MailServer
) -> None:
    number, user = either
    imported(user, 25)
    drain(number)
    later(91 * 86_400)
    forget_old()
    make_due()
    drain(number)
    assert [mail.message["Subject"] for mail in server.mails] == ["📦 25 documentos importados"]
    forget_old()
    assert deliveries(number) == []


def test_other_notices_go_out_beside_it(mailbox: tuple[int, int], server: MailServer) -> None:
    number, user = mailbox
    imported(user, 25)
    imported(user, 25, ERRO)
    fire(2)
    disparar_varios([Disparo("alerta_aberto", {"mensagem": "x"}, somente=number)])
    for _ in range(4):
        drain(number)
    assert len(server.mails) == 1
    make_due()
    for _ in range(3):
        drain(number)
    assert sorted(mail.message["Subject"] for mail in server.mails[1:]) == [
        "❌ 25 erros na importação de documentos fiscais",
        "📦 25 documentos importados",
    ]


def test_another_user_s_documents_count_for_nobody_else(mailbox: tuple[int, int], server: MailServer) -> None:
    number, user = mailbox
    other = create(NewDestination("email", "bia", "bia@exemplo.com.br", ("alerta_aberto",))).destino.id
    rival = owned(other, "bia", eventos=(NFE,))
    imported(rival, 40)
    imported(user, 3)
    drain(other)
    drain(number)
    assert states(number) == {Estado.ENTREGUE: 3}


def test_a_process_that_dies_while_it_folds_has_done_nothing(
    either: tuple[int, int], server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, user = either
    imported(user, 25)

    def killed(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(folding.ROWS, "take_away", killed)
    with pytest.raises(RuntimeError):
        drain(number)
    monkeypatch.undo()
    with reading() as db:
        assert db.query(ResumoEmail).count() == 0
    assert {row.estado for row in deliveries(number)} <= {Estado.PENDENTE, Estado.ENVIANDO}
    assert len(deliveries(number)) == 25


def test_which_ones_went_into_it_can_be_read(either: tuple[int, int], server: MailServer) -> None:
    number, user = either
    imported(user, 22)
    drain(number)
    one, whole = deliveries(number)[0].id, summary(number).id
    assert views.delivery(one).resumida_em == whole
    assert views.delivery(whole).resumidas == 22
    assert views.delivery(whole).resumida_em is None
    inside = views.deliveries(resumo=whole)
    assert [row.id for row in inside] == [row.id for row in reversed(deliveries(number)[:22])]
    assert json.loads(views.delivery(one).corpo)["dados"]["numero_nf"] == "1"


def test_one_that_is_sent_again_by_hand_goes_by_itself(mailbox: tuple[int, int], server: MailServer) -> None:
    number, user = mailbox
    imported(user, 22)
    drain(number)
    later(601)
    again.resend(deliveries(number)[0].id)
    drain(number)
    assert server.mails[-1].message["Subject"] == "✅ NFe 1 importada com sucesso"


def test_of_very_many_the_file_has_the_first(
    mailbox: tuple[int, int], server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, user = mailbox
    monkeypatch.setattr(inside, "LINES", 30)
    imported(user, 100)
    drain(number)
    make_due()
    drain(number)
    message = server.mails[-1].message
    assert message["Subject"] == "📦 100 documentos importados"
    plain = message.get_body(("plain",))
    assert plain is not None
    assert "e mais 70: as 30 primeiras linhas estão no anexo" in plain.get_content()
    (file,) = message.iter_attachments()
    assert len(lines(file.get_content())) == 31


def test_a_summary_takes_little_memory_whatever_the_events_bring(either: tuple[int, int], server: MailServer) -> None:
    """A token is enough to record events of a mebibyte each, a hundred in a minute."""
    number, user = either
    large = {**avisos()[NFE].exemplo, "emit_nome": "ã" * 250_000, "mais": ["a" * 500_000]}
    for place in range(40):
        disparar_varios([Disparo(NFE, {**large, "numero_nf": str(place)}, user)])
    drain(number)
    assert states(number) == {Estado.RESUMIDO: 40, Estado.PENDENTE: 1}
    make_due()
    tracemalloc.start()
    try:
        drain(number)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    (mail,) = server.mails
    (file,) = mail.message.iter_attachments()
    assert [row[1] for row in lines(file.get_content())[1:]] == [str(place) for place in range(40)]
    assert most < 24 * 1024 * 1024


def test_of_events_with_too_much_to_tell_the_first_are_told_and_all_are_counted(
    mailbox: tuple[int, int], server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, user = mailbox
    monkeypatch.setattr(inside, "WHOLE", 10_000)
    monkeypatch.setattr(inside, "ROWS", 3)
    disparar_varios([Disparo(NFE, {"numero_nf": "1", "dest_nome": "a" * 5_000}, user)] * 30)
    drain(number)
    make_due()
    drain(number)
    plain = server.mails[-1].message.get_body(("plain",))
    assert plain is not None
    assert "30 documentos importados" in plain.get_content()
    assert "as 4 primeiras linhas estão no anexo" in plain.get_content()
    assert "Valor Total (" not in plain.get_content()


def test_a_summary_that_cannot_be_read_takes_in_no_more(either: tuple[int, int], server: MailServer) -> None:
    number, user = either
    imported(user, 25)
    drain(number)
    with transaction() as db:
        db.execute(update(Event).where(Event.nome == NFE).values(corpo=b"{"))
    make_due()
    with pytest.raises(ValueError, match="property name"):
        drain(number)
    with reading() as db:
        assert db.query(ResumoEmail.fechado_em).scalar() is not None
    assert states(number)[Estado.RESUMIDO] == 25
