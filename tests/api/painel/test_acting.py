"""What is done from the page: only an action of a card that who asks has, to something that is named shortly."""

import pytest
from support.deliveries import destination, webhook

from api.painel import acting
from core.errors import NotFound
from flows.usuarios.tokens import Quem

CHEFE, ANA = Quem(1, "chefe", True, None), Quem(2, "ana", False, None)


@pytest.mark.parametrize(
    ("cartao", "acao", "waits"),
    [
        ("destinos", "testar", True),
        ("destinos", "pausar", False),
        ("destinos", "nada", False),
        ("sefaz", "testar", False),
        ("nada", "testar", False),
    ],
)
def test_only_a_trial_waits_for_somebody_else_s_server(cartao: str, acao: str, waits: bool) -> None:
    assert acting.waits(cartao, acao) is waits


@pytest.mark.parametrize(
    ("quem", "cartao", "acao", "alvo"),
    [
        (CHEFE, "nada", "repetir", "1@padrao"),
        (CHEFE, "sync", "nada", "1@padrao"),
        (CHEFE, "sync", "repetir", ""),
        (CHEFE, "sync", "repetir", "x" * 201),
        (CHEFE, "caixas", "pausar", "1"),
        # a card that users have not got
        (ANA, "sync", "repetir", "1@padrao"),
        (ANA, "questor", "pausar", "1"),
        (ANA, "alertas", "reconhecer", "1"),
    ],
)
def test_what_is_not_there_and_what_is_not_theirs_is_told_in_the_same_words(
    quem: Quem, cartao: str, acao: str, alvo: str
) -> None:
    with pytest.raises(NotFound) as told:
        acting.act(quem, cartao, acao, alvo)
    assert str(told.value) == acting.UNKNOWN


def test_what_may_be_asked_for_is_the_flow_s_to_judge() -> None:
    """A name as long as one may be comes to it."""
    with pytest.raises(NotFound, match="Não há pendência com o número"):
        acting.act(CHEFE, "sync", "repetir", "x" * acting.LONGEST)


def test_who_pressed_the_button_is_told_what_was_done(sqlite: str) -> None:
    number = webhook("https://exemplo.com/x", nome="ERP")
    said = acting.act(CHEFE, "destinos", "pausar", str(number))
    assert said == "ERP está em pausa: os eventos dele ficam retidos."
    assert destination(number).pausado_em is not None
