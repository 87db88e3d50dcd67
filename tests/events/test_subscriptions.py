import pytest
from support.deliveries import change, deliveries, fire, webhook

from core.clock import SYSTEM
from core.errors import UsageError
from events import subscriptions
from events.catalog import CATALOG, subscribable
from flows.entregas.recovering import recover
from storage.models.eventos import Delivery
from storage.session import transaction


@pytest.mark.parametrize("evento", subscribable())
def test_all_events_are_every_event_there_is(sqlite: str, evento: str) -> None:
    webhook("https://exemplo.com/x", "*")
    fire(1, evento)
    assert len(deliveries()) == 1


def test_all_events_are_those_of_later_versions_too(sqlite: str, monkeypatch: pytest.MonkeyPatch) -> None:
    destino = webhook("https://exemplo.com/x", "*")
    monkeypatch.setitem(CATALOG, "evento_novo", CATALOG["alerta_aberto"])
    assert "evento_novo" in subscriptions.names(["*"])
    assert subscriptions.names(["teste"]) == ["teste"]
    fire()
    assert [row.destino_id for row in deliveries()] == [destino]


def test_what_all_events_missed_is_recovered(sqlite: str) -> None:
    destino = webhook("https://exemplo.com/x", "*")
    change(destino, ativo=False)
    before = SYSTEM.now()
    fire(2)
    with transaction() as db:
        assert db.query(Delivery).count() == 0
    assert recover(destino, before, tudo=True) == 2


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["*", "alerta_aberto"], "já quer dizer todos"),
        (["alerta"], "Evento desconhecido: alerta"),
        ([""], "ao menos um"),
        (["alerta_aberto", "alerta_aberto"], "uma vez só"),
    ],
)
def test_a_mistake_in_the_names_is_told(names: list[str], told: str) -> None:
    with pytest.raises(UsageError, match=told.replace("*", r"\*")):
        subscriptions.checked(names)


def test_a_user_is_offered_what_a_user_may_name() -> None:
    with pytest.raises(UsageError, match="Conhecidos: ") as refused:
        subscriptions.checked(["nada"], "email", of_user=True)
    assert "resumo_diario" in str(refused.value)
    assert "alerta_aberto" not in str(refused.value)
