"""What is owed at a glance."""

from datetime import timedelta

from support.deliveries import change_delivery, deliveries, fire, webhook

from core.caller import Caller
from core.capped import Capped
from core.clock import SYSTEM, FixedClock
from flows.entregas.panorama import panorama
from storage.models.eventos import Estado


def test_what_waits_what_stopped_and_since_when_the_oldest_is_late(banco: str) -> None:
    webhook("https://a.example/")
    fire(5)
    now = SYSTEM.now()
    late, flying, spent, kept, fresh = (one.id for one in deliveries())
    change_delivery(late, due_at=now - timedelta(minutes=5))
    change_delivery(flying, estado=Estado.ENVIANDO, lease_token="alguém", due_at=now + timedelta(minutes=1))
    change_delivery(spent, estado=Estado.ESGOTADO)
    change_delivery(kept, estado=Estado.RETIDO)
    change_delivery(fresh, due_at=now + timedelta(minutes=9))
    found = panorama(clock=FixedClock(now))
    assert (found.a_fazer, found.em_voo) == (Capped(3), Capped(1))
    assert found.paradas == {"esgotado": Capped(1), "retido": Capped(1), "bloqueado": Capped()}
    assert found.vencida_desde == now - timedelta(minutes=5)


def test_nothing_is_late_before_its_time_and_a_user_sees_none(banco: str) -> None:
    assert panorama().vencida_desde is None
    webhook("https://a.example/")
    fire(1)
    for one in deliveries():
        change_delivery(one.id, due_at=SYSTEM.now() + timedelta(hours=1))
    assert panorama().vencida_desde is None
    assert panorama(Caller(1)).a_fazer == Capped()
