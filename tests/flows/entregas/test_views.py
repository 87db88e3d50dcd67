"""What people see of deliveries: pages, one with its attempts, and nothing of another user's."""

from dataclasses import fields, is_dataclass

import pytest
from support.deliveries import SECRET, change_delivery, deliveries, fire, only, owned, webhook

from core.caller import Caller
from core.errors import NotFound, UsageError
from events.delivery.drain import drain
from events.outbox import disparar_webhook
from flows.entregas import again, views
from sandbox import faults
from sandbox.receiver import ReceiverServer

URL = "https://exemplo.com/x"


def test_a_page_tells_the_newest_first_and_where_it_goes_on(banco: str) -> None:
    webhook(URL)
    fire(3)
    first = views.deliveries(limite=2)
    assert ([one.id for one in first], first.depois) == ([3, 2], 2)
    rest = views.deliveries(limite=2, depois=first.depois)
    assert ([one.id for one in rest], rest.depois) == ([1], None)


def test_a_state_can_be_asked_for(banco: str) -> None:
    webhook(URL)
    fire(2)
    assert len(views.deliveries("pendente").itens) == 2
    assert views.deliveries("entregue").itens == ()
    assert views.counts() == {"pendente": 2}
    with pytest.raises(UsageError, match="Estado desconhecido") as caught:
        views.deliveries("perdido")
    assert caught.value.campo == "estado"


@pytest.mark.usefixtures("loopback")
def test_one_delivery_is_told_with_its_body_and_every_attempt(banco: str) -> None:
    with ReceiverServer({"/x": SECRET}) as receiver:
        receiver.faults.queue(faults.status(503, "em manutenção"))
        destino = webhook(f"{receiver.url}/x", nome="loja")
        (webhook_id,) = fire(1)
        drain(destino)
    found = views.delivery(only().id)
    assert (found.entrega.webhook_id, found.entrega.destino, found.entrega.tipo) == (webhook_id, "loja", "webhook")
    assert (found.entrega.estado, found.entrega.tentativas) == ("pendente", 1)
    assert found.entrega.proxima_tentativa is not None
    assert '"n": 0' in found.corpo or '"n":0' in found.corpo
    (attempt,) = found.historico
    assert (attempt.tentativa, attempt.status_code, attempt.sucesso) == (1, 503, False)
    assert views.of_event(webhook_id) == (found.entrega,)


def test_only_what_waits_has_a_next_attempt(sqlite: str) -> None:
    webhook(URL)
    fire(1)
    change_delivery(only().id, estado="esgotado")
    assert views.delivery(only().id).entrega.proxima_tentativa is None


@pytest.mark.parametrize("number", [0, 999, -1, 2**63, 10**30])
def test_a_number_that_is_none_is_not_found(sqlite: str, number: int) -> None:
    for act in (views.delivery, again.resend):
        with pytest.raises(NotFound, match="Não há entrega") as caught:
            act(number)
        assert (caught.value.exit_code, caught.value.veja) == (2, "entregas")


def test_a_user_meets_only_the_deliveries_of_his_destinations(sqlite: str) -> None:
    mine, yours = webhook(URL), webhook(URL)
    ana, rui = (owned(one, name, eventos=("nfe_importada",)) for one, name in ((mine, "ana"), (yours, "rui")))
    for user in (ana, rui):
        disparar_webhook("nfe_importada", {}, usuario=user)
    (number,) = (row.id for row in deliveries() if row.destino_id == mine)
    assert [one.id for one in views.deliveries(caller=Caller(ana))] == [number]
    assert views.delivery(number, Caller(ana)).entrega.destino_id == mine
    for act in (lambda: views.delivery(number, Caller(rui)), lambda: again.resend(number, Caller(rui))):
        with pytest.raises(NotFound):
            act()


def test_a_read_model_is_plain(sqlite: str) -> None:
    webhook(URL)
    fire(1)
    found = views.delivery(only().id)
    for one in (found, found.entrega, *found.historico):
        assert is_dataclass(one)
        kinds = {type(getattr(one, field.name)).__module__.partition(".")[0] for field in fields(one)}
        assert kinds <= {"builtins", "datetime", "flows"}
