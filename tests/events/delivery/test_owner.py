"""Who owns a webhook is told by mail that it was switched off, and that it works again; nobody else is."""

from support.deliveries import deliveries, owned, webhook

from events.delivery import telling
from flows.usuarios import avisos, managing
from storage.models.destinos import Destino
from storage.models.eventos import Event
from storage.session import reading, transaction


def mailbox(username: str, *events: str) -> int:
    """Return the mailbox of a user who wants these notices."""
    avisos.mudar(username, email=f"{username}@exemplo.com.br", avisos=events)
    with reading() as db:
        found = db.query(Destino).filter_by(tipo="email", url=f"mailto:{username}@exemplo.com.br").first()
        return (found or db.query(Destino).filter_by(tipo="email").order_by(Destino.id.desc()).first()).id  # type: ignore[union-attr]


def test_the_owner_alone_is_told_and_only_where_it_is_wanted(banco: str) -> None:
    number = webhook("https://exemplo.com/x", nome="ERP")
    owned(number, "ana")
    for name in ("bia", "caio"):
        managing.criar(name)
    mine = mailbox("ana", "webhook_desligado", "webhook_recuperado")
    other = mailbox("bia", "webhook_desligado", "webhook_recuperado")
    about = telling.About(number, "webhook", "ERP")
    with transaction() as db:
        telling.switch_off(db, [about], "respondeu 410", db.get_one(Destino, number).data_criacao)
        telling.recovered(db, about)
    assert (len(deliveries(mine)), len(deliveries(other))) == (2, 0)
    with reading() as db:
        names = [one.nome for one in db.query(Event).order_by(Event.id)]
    assert names == ["destino_desligado", "webhook_desligado", "destino_recuperado", "webhook_recuperado"]


def test_a_webhook_of_the_operator_has_no_owner_to_tell(banco: str) -> None:
    number = webhook("https://exemplo.com/x", nome="ERP")
    with transaction() as db:
        telling.recovered(db, telling.About(number, "webhook", "ERP"))
    with reading() as db:
        assert [one.nome for one in db.query(Event)] == ["destino_recuperado"]
