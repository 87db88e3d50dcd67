"""What people see of events: those there are, and those that happened."""

from support.deliveries import fire, owned, webhook

from core.caller import Caller
from events.catalog import CATALOG
from events.outbox import disparar_webhook
from flows.eventos import views


def test_every_event_of_the_catalogue_is_told_with_its_fields() -> None:
    found = {one.evento: one for one in views.kinds()}
    assert found.keys() == CATALOG.keys()
    assert "chave_acesso" in found["nfe_importada"].campos
    assert found["nfe_importada"].rotulo == "NFe Importada"


def test_a_user_meets_the_events_of_users() -> None:
    names = {one.evento for one in views.kinds(Caller(1))}
    assert "nfe_importada" in names
    assert "alerta_aberto" not in names


def test_what_happened_is_told_in_pages_the_newest_first(banco: str) -> None:
    ids = fire(3)
    first = views.recorded(limite=2)
    assert [one.webhook_id for one in first] == ids[:0:-1]
    assert [one.webhook_id for one in views.recorded(first.depois)] == ids[:1]


def test_a_user_meets_only_his_own(sqlite: str) -> None:
    fire(1)
    ana = owned(webhook("https://exemplo.com/"), "ana", eventos=("nfe_importada",))
    own = disparar_webhook("nfe_importada", {}, usuario=ana)
    assert [one.webhook_id for one in views.recorded(caller=Caller(ana))] == [own]
    assert views.recorded(caller=Caller(ana + 1)).itens == ()
