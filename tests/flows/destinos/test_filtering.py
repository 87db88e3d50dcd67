"""A filter is tried on an event before it decides anything."""

import pytest
from support.deliveries import change, deliveries, fire, owned, webhook

from core.caller import Caller
from core.errors import NotFound, UsageError
from flows.destinos.changing import Change
from flows.destinos.changing import change as change_destination
from flows.destinos.filtering import try_filter

URL = "https://receptor.example/x"
LARGE = '{"dados.n":{"$gte":1}}'


def test_the_newest_event_of_its_name_is_judged_and_nothing_is_owed(banco: str) -> None:
    number = webhook(URL, nome="erp")
    fire(2)
    owed = len(deliveries())
    tried = try_filter("erp", "alerta_aberto", filtro=LARGE)
    assert (tried.passa, tried.assinado, tried.filtro) == (True, True, {"dados.n": {"$gte": 1}})
    (one,) = tried.condicoes
    assert (one.caminho, one.operador, one.esperado, one.encontrado, one.vale) == ("dados.n", "$gte", 1, (1,), True)
    change(number, filtro=LARGE)
    assert not try_filter("erp", "alerta_aberto", dados={"n": 0}).passa
    assert try_filter("erp", "alerta_aberto", filtro="", dados={"n": 0}).passa
    assert try_filter("erp", "alerta_resolvido", dados={"n": 1}).assinado is False
    assert len(deliveries()) == owed


def test_an_event_of_another_user_is_not_shown(sqlite: str) -> None:
    number = webhook(URL, "nfe_importada", nome="erp")
    ana = owned(number, "ana")
    fire(evento="nfe_importada", segredo="de outro")
    with pytest.raises(NotFound, match="diga os dados"):
        try_filter("erp", "nfe_importada", caller=Caller(usuario_id=ana))
    with pytest.raises(NotFound):
        try_filter("erp", "nfe_importada", dados={}, caller=Caller(usuario_id=ana + 1))


@pytest.mark.parametrize(
    ("evento", "filtro", "part"), [("nada", LARGE, "Evento desconhecido"), ("alerta_aberto", "{", "não é JSON")]
)
def test_a_mistake_is_told(sqlite: str, evento: str, filtro: str, part: str) -> None:
    webhook(URL, nome="erp")
    with pytest.raises(UsageError, match=part):
        try_filter("erp", evento, filtro=filtro, dados={})


def test_a_filter_is_changed_and_taken_away(sqlite: str) -> None:
    webhook(URL, nome="erp")
    assert change_destination("erp", Change(filtro=LARGE)).destino.filtro == {"dados.n": {"$gte": 1}}
    assert change_destination("erp", Change(nome="erp")).destino.filtro == {"dados.n": {"$gte": 1}}
    assert change_destination("erp", Change(filtro="")).destino.filtro == {}


def test_all_events_of_a_user_are_none_of_the_operator_s(sqlite: str) -> None:
    owned(webhook(URL, "*", nome="erp"), "ana")
    assert try_filter("erp", "nfe_importada", dados={}).assinado is True
    assert try_filter("erp", "alerta_aberto", dados={}).assinado is False
