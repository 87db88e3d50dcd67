"""Lots at a glance, and one by its number as a page knows it."""

from datetime import timedelta

import pytest

from core.caller import Caller
from core.clock import SYSTEM
from core.errors import NotFound
from flows.questor.panorama import SHOWN, named, panorama
from tests.flows.questor.test_views import lot

DONE = SYSTEM.now() - timedelta(hours=1)


def test_what_is_not_done_comes_first_and_of_each_the_newest(banco: str) -> None:
    for nome, done in (("a", None), ("b", DONE), ("c", None), ("d", DONE)):
        lot(nome, concluido_em=done, enviar=nome == "c")
    found = panorama()
    assert [one.andamento.lote for one in found] == ["c", "a", "d", "b"]
    assert [one.enviar for one in found] == [True, False, False, False]
    assert [one.concluido_em for one in found] == [None, None, DONE, DONE]
    assert {(one.andamento.total, one.andamento.restam) for one in found} == {(3, 2)}
    assert [one.andamento.lote for one in panorama(limite=1)] == ["c"]


def test_as_many_are_shown_as_there_is_room_for(sqlite: str) -> None:
    for number in range(SHOWN + 1):
        lot(f"lote-{number}")
    assert len(panorama()) == SHOWN


def test_a_user_meets_no_lot(sqlite: str) -> None:
    number = lot()
    assert panorama(Caller(1)) == ()
    with pytest.raises(NotFound):
        named(str(number), Caller(1))


def test_a_lot_is_found_by_its_number(sqlite: str) -> None:
    lot("outro")
    assert named(str(lot("janeiro"))).nome == "janeiro"


@pytest.mark.parametrize("number", ["0", "-1", "2", "1.0", "", "um", "¹", "１", "9" * 19, "9" * 400])
def test_what_is_no_number_of_a_lot_is_told_shortly(sqlite: str, number: str) -> None:
    """A number that no column has room for asks no database."""
    assert lot() == 1
    with pytest.raises(NotFound) as caught:
        named(number)
    assert (caught.value.veja, len(str(caught.value)) < 50) == ("lotes", True)
