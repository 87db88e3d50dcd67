"""Each card is a file and its template; what a button asks for is there."""

import re

import pytest

from api.painel.drawing import FOLDER
from api.painel.panel import Sinal, panels, panels_of, worst
from core.caller import OPERATOR, Caller

BUTTON = re.compile(r'botao\((cartao|"\w+"), "(\w+)"')


def test_a_card_is_a_file_and_its_template() -> None:
    drawn = {path.stem for path in (FOLDER / "panels").glob("*.html")}
    assert set(panels()) == drawn
    assert len(drawn) >= 10
    places = [panel.ordem for panel in panels().values()]
    assert places == sorted(set(places))


def test_what_a_button_asks_for_is_there_and_each_action_has_its_button() -> None:
    asked = set()
    for path in FOLDER.rglob("*.html"):
        for card, action in BUTTON.findall(path.read_text()):
            asked.add((path.stem if card == "cartao" else card.strip('"'), action))
    there = {(name, action) for name, panel in panels().items() for action in panel.acoes}
    assert asked - {("macros", "acao")} == there


def test_a_user_has_the_cards_of_what_users_own() -> None:
    assert list(panels_of(OPERATOR)) == list(panels())
    assert set(panels_of(Caller(1))) == {"destinos", "documentos", "sefaz"}


@pytest.mark.parametrize(
    ("signs", "whole"),
    [
        ([], Sinal.NEUTRO),
        ([Sinal.NEUTRO, Sinal.BEM], Sinal.BEM),
        ([Sinal.BEM, Sinal.ATENCAO], Sinal.ATENCAO),
        ([Sinal.ATENCAO, Sinal.FALHA, Sinal.BEM], Sinal.FALHA),
    ],
)
def test_the_worst_of_several_is_said(signs: list[Sinal], whole: Sinal) -> None:
    assert worst(signs) is whole
