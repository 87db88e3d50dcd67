"""Webhooks as their flow makes and changes them: so many of a user; what came back as it was shown stays as it is."""

import pytest
from support.deliveries import change, destination

from core.caller import OPERATOR, Caller
from core.errors import Conflict, NotFound, UsageError
from events import subscriptions
from flows.destinos import webhooks
from flows.destinos.webhooks import Dito, WebhookView
from flows.usuarios import managing


@pytest.fixture
def ana(sqlite: str) -> Caller:
    return Caller(managing.criar("ana").id)


def hook(caller: Caller, *eventos: str) -> WebhookView:
    said = Dito(nome="ERP", url="https://erp.exemplo.com.br/x", eventos=eventos or ("nfe_importada",))
    return webhooks.criar(said, caller)


def renamed(shown: WebhookView, caller: Caller) -> WebhookView:
    """Send a webhook back as it was shown, but for its name."""
    said = Dito(
        nome="Outro",
        url=shown.url,
        eventos=shown.eventos_list,
        ativo=shown.ativo,
        headers_customizados=shown.headers_customizados,
        filtro=shown.filtro,
        timeout=int(shown.timeout),
        retry_count=shown.retry_count,
    )
    return webhooks.alterar(shown.id, said, caller)


def test_all_events_of_a_user_are_shown_as_those_that_come_to_a_user(ana: Caller) -> None:
    mine, operators = hook(ana, "*").eventos_list, hook(OPERATOR, "*").eventos_list
    assert sorted(mine) == sorted(subscriptions.of_users("webhook"))
    assert {"alerta_aberto", *mine} <= set(operators)


@pytest.mark.parametrize("whose", ["a user", "the operator"])
def test_all_events_stay_all_there_will_be_when_a_webhook_is_sent_back(ana: Caller, whose: str) -> None:
    caller = ana if whose == "a user" else OPERATOR
    shown = hook(caller, "*")
    assert renamed(shown, caller).nome == "Outro"
    assert destination(shown.id).eventos == ["*"]


def test_other_events_than_those_shown_take_their_place(ana: Caller) -> None:
    shown = hook(ana, "*")
    changed = webhooks.alterar(shown.id, Dito(eventos=shown.eventos_list[1:]), ana)
    assert changed.eventos_list == shown.eventos_list[1:]
    assert destination(shown.id).eventos == list(shown.eventos_list[1:])


def test_what_the_settings_made_is_taken_back_and_is_nobody_s_to_say(ana: Caller) -> None:
    """An attempt of three seconds, sixteen of them."""
    number = hook(ana).id
    change(number, timeout=3.0, retry_count=16)
    changed = renamed(webhooks.mostrar(number, ana), ana)
    assert (changed.nome, changed.timeout, changed.retry_count) == ("Outro", 3, 16)
    for said, campo in ((Dito(timeout=4), "timeout"), (Dito(retry_count=12), "retry_count")):
        with pytest.raises(UsageError) as refused:
            webhooks.alterar(number, said, ana)
        assert refused.value.campo == campo


def test_a_user_has_room_for_so_many_and_the_operator_for_any(ana: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "MOST_OF_ONE", 2)
    first, _ = hook(ana), hook(ana)
    with pytest.raises(Conflict, match="até 2 webhooks"):
        hook(ana)
    assert webhooks.listar(caller=ana).count == 2
    hook(Caller(managing.criar("bia").id))
    for _ in range(3):
        hook(OPERATOR)
    webhooks.remover(first.id, ana)
    assert hook(ana).ativo


def test_of_one_that_is_not_there_it_is_told_first_what_nobody_may_say(ana: Caller) -> None:
    theirs = hook(Caller(managing.criar("bia").id)).id
    for number in (theirs, 987_654):
        with pytest.raises(UsageError) as refused:
            webhooks.alterar(number, Dito(timeout=2**70), ana)
        assert refused.value.campo == "timeout"
        with pytest.raises(NotFound):
            webhooks.alterar(number, Dito(timeout=20), ana)
