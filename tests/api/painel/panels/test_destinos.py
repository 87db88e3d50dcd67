"""Destinations in their card: what stops one is said by its gravest reason, and each button says what came of it."""

from collections.abc import Mapping

import pytest
from support.deliveries import change, change_delivery, deliveries, destination, fire, owned, webhook

from api.painel.panel import Sinal
from api.painel.panels import destinos
from core.caller import OPERATOR, Caller
from core.clock import SYSTEM
from core.errors import Conflict, NotFound
from flows.destinos.panorama import panorama
from flows.usuarios.tokens import Quem
from storage.models.eventos import Estado

NOW = SYSTEM.now()
CHEFE = Quem(1, "chefe", True, None)
OFF: Mapping[str, object] = {"desligado_em": NOW, "desligado_motivo": "HTTP 410"}
OPEN: Mapping[str, object] = {"circuito_espera": 30, "falhas_seguidas": 12}
FAILING: Mapping[str, object] = {"falhando_desde": NOW}


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ({}, (Sinal.BEM, "ativo")),
        (FAILING, (Sinal.ATENCAO, "falhando")),
        ({**FAILING, **OPEN}, (Sinal.FALHA, "não responde")),
        ({"pausado_em": NOW}, (Sinal.NEUTRO, "pausado")),
        ({"pausado_em": NOW, **FAILING, **OPEN}, (Sinal.NEUTRO, "pausado")),
        ({"ativo": False}, (Sinal.NEUTRO, "inativo")),
        (OFF, (Sinal.FALHA, "desligado pela Esteira")),
        ({**OFF, "pausado_em": NOW}, (Sinal.FALHA, "desligado pela Esteira")),
    ],
)
def test_a_destination_is_shown_by_what_stops_it(
    sqlite: str, values: Mapping[str, object], shown: tuple[Sinal, str]
) -> None:
    change(webhook("https://exemplo.com/x"), **{"total_execucoes": 0, **values})
    (one,) = panorama().destinos
    assert destinos.sinal(one) == shown


@pytest.mark.parametrize(
    ("each", "sinal", "resumo"),
    [
        ([], Sinal.NEUTRO, "nenhum"),
        ([{}], Sinal.BEM, "1 sem falhas"),
        ([{}, {"pausado_em": NOW}], Sinal.BEM, "2 sem falhas"),
        ([{}, FAILING], Sinal.ATENCAO, "1 com problema"),
        ([OPEN, FAILING], Sinal.FALHA, "2 com problema"),
        ([OFF, {}], Sinal.FALHA, "1 com problema"),
    ],
)
def test_the_card_says_how_many_are_in_trouble_and_by_the_worst_how_grave_it_is(
    sqlite: str, each: list[Mapping[str, object]], sinal: Sinal, resumo: str
) -> None:
    for place, values in enumerate(each):
        change(webhook("https://exemplo.com/x", nome=f"d{place}"), **{"total_execucoes": 0, **values})
    seen = destinos.ler(OPERATOR, SYSTEM)
    assert (seen.sinal, seen.resumo) == (sinal, resumo)


def test_a_user_sees_and_touches_only_what_is_his(sqlite: str) -> None:
    mine, other = webhook("https://exemplo.com/x", nome="meu"), webhook("https://exemplo.com/x", nome="outro")
    ana = Quem(owned(mine, "ana"), "ana", False, None)
    assert destinos.ler(ana.caller, SYSTEM).resumo == "1 sem falhas"
    assert destinos.ler(Caller(ana.id + 1), SYSTEM).resumo == "nenhum"
    assert destinos.pausar(ana, str(mine)) == "meu está em pausa: os eventos dele ficam retidos."
    for act in (destinos.pausar, destinos.retomar, destinos.testar):
        with pytest.raises(NotFound):
            act(ana, str(other))


@pytest.mark.parametrize(
    ("kept", "said"),
    [(0, "0 entregas retidas voltam"), (1, "1 entrega retida volta"), (2, "2 entregas retidas voltam")],
)
def test_who_turns_one_on_again_is_told_how_much_had_waited(sqlite: str, kept: int, said: str) -> None:
    number = webhook("https://exemplo.com/x")
    destinos.pausar(CHEFE, str(number))
    fire(kept)
    assert destinos.retomar(CHEFE, str(number)) == f"Destino ligado de novo; {said} à fila."
    assert destination(number).pausado_em is None


def test_a_test_that_failed_is_told_as_a_conflict_with_its_reason(sqlite: str) -> None:
    number = webhook("https://127.0.0.1:9/x", nome="ERP")
    with pytest.raises(Conflict, match="ERP não recebeu o teste: endereço não permitido"):
        destinos.testar(CHEFE, str(number))


@pytest.mark.parametrize("alvo", ["0", "-1", "x", "", "1.5", "²", "１", "9" * 18, "9" * 19, "9" * 200])
def test_a_number_that_no_delivery_has_is_not_there(sqlite: str, alvo: str) -> None:
    with pytest.raises(NotFound):
        destinos.reenviar(CHEFE, alvo)


def test_a_delivery_that_was_given_up_is_due_again(sqlite: str) -> None:
    webhook("https://exemplo.com/x")
    fire()
    (row,) = deliveries()
    change_delivery(row.id, estado=Estado.ESGOTADO, tentativas=9, finished_at=NOW)
    assert destinos.reenviar(CHEFE, str(row.id)) == f"A entrega {row.id} volta à fila, com o mesmo webhook-id."
    (again,) = deliveries()
    assert (again.estado, again.tentativas) == (Estado.PENDENTE, 0)
