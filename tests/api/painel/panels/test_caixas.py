"""Boxes in their card: only what answered is said to answer, and what did not makes the card red or amber."""

import pytest

from api.painel.panel import Sinal
from api.painel.panels import caixas
from core.caller import Caller
from core.clock import SYSTEM
from flows.sat.panorama import Panorama


@pytest.mark.parametrize(
    ("answers", "alerts", "sinal", "resumo"),
    [
        ({}, 0, Sinal.NEUTRO, "nenhuma"),
        ({"ok": 1}, 0, Sinal.BEM, "1 respondendo"),
        ({"ok": 3}, 0, Sinal.BEM, "3 respondendo"),
        ({"ok": 3}, 2, Sinal.ATENCAO, "2 com alerta"),
        ({"ok": 2, "ocupada": 1}, 0, Sinal.ATENCAO, "1 de 3 com problema"),
        ({"ok": 2, "ocupada": 1}, 1, Sinal.ATENCAO, "1 de 3 com problema"),
        ({"ok": 1, "ocupada": 1, "inalcancavel": 1}, 0, Sinal.FALHA, "2 de 3 com problema"),
        ({"ok": 1, "recusado": 1}, 0, Sinal.FALHA, "1 de 2 com problema"),
        ({"parada": 1}, 0, Sinal.FALHA, "1 de 1 com problema"),
        ({None: 1, "inalcancavel": 1}, 0, Sinal.FALHA, "1 de 2 com problema"),
    ],
)
def test_the_worst_answer_gives_the_sign(
    answers: dict[str | None, int], alerts: int, sinal: Sinal, resumo: str
) -> None:
    found = Panorama(answers, alerts, ())
    assert (caixas._sinal(found), caixas._resumo(found)) == (sinal, resumo)


@pytest.mark.parametrize(
    ("answers", "sinal", "resumo"),
    [
        ({None: 1}, Sinal.NEUTRO, "1 ainda não consultada"),
        ({None: 4}, Sinal.NEUTRO, "4 ainda não consultadas"),
        ({"ok": 3, None: 1}, Sinal.BEM, "3 respondendo, 1 ainda não consultada"),
    ],
)
def test_a_box_that_nobody_has_asked_yet_is_not_said_to_answer(
    answers: dict[str | None, int], sinal: Sinal, resumo: str
) -> None:
    found = Panorama(answers, 0, ())
    assert (caixas._sinal(found), caixas._resumo(found)) == (sinal, resumo)


def test_a_user_meets_no_box() -> None:
    seen = caixas.ler(Caller(7), SYSTEM)
    assert (seen.sinal, seen.resumo) == (Sinal.NEUTRO, "nenhuma")


def test_there_is_a_word_and_a_sign_for_a_box_that_was_not_asked_and_for_each_answer() -> None:
    words = {answer: word for answer, (word, _) in caixas.RESULTADOS.items()}
    seen = caixas.ler(Caller(7), SYSTEM).dados
    assert seen["palavras"] == words
    assert (seen["palavras"][None], seen["sinais"][None]) == ("ainda não consultada", Sinal.NEUTRO)
    assert seen["sinais"]["ocupada"] is Sinal.ATENCAO
