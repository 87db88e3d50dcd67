"""What defining an event does: it enters the catalogue, and says to whom it may be told."""

from dataclasses import FrozenInstanceError
from typing import Any

import pytest

from events.catalog import payload
from events.catalog.payload import EMAIL, Payload, known, subscribable


@pytest.fixture
def catalogue(monkeypatch: pytest.MonkeyPatch) -> dict[str, type[Payload]]:
    """A catalogue of this test's own."""
    made: dict[str, type[Payload]] = {}
    monkeypatch.setattr(payload, "CATALOG", made)
    return made


def test_a_class_with_a_name_is_an_event_and_one_without_is_none(catalogue: dict[str, type[Payload]]) -> None:
    class Base(Payload):
        pass

    class Chegou(Base):
        evento, rotulo = "chegou", "Chegou"

    class Variante(Chegou):
        pass

    assert catalogue == {"chegou": Chegou}
    assert (known("chegou"), known("partiu")) == (True, False)


def test_which_kinds_of_destination_may_subscribe(catalogue: dict[str, type[Payload]]) -> None:
    class Comum(Payload):
        evento, rotulo = "comum", "Comum"

    class DePessoas(Payload):
        evento, rotulo, so_para = "de_pessoas", "De pessoas", frozenset({EMAIL})

    class Sempre(Payload):
        evento, rotulo, sempre = "sempre", "Sempre", True

    class SempreDePessoas(Payload):
        evento, rotulo, sempre, so_para = "sempre_de_pessoas", "Sempre", True, frozenset({EMAIL})

    assert len(catalogue) == 4
    assert subscribable() == subscribable("webhook") == ["comum"]
    assert subscribable(EMAIL) == ["comum", "de_pessoas"]


def test_a_payload_is_said_by_name_whole_and_once(catalogue: dict[str, type[Payload]]) -> None:
    class Chegou(Payload):
        evento, rotulo = "chegou", "Chegou"

        chave: str
        itens: list[dict[str, Any]]
        valor: str = "0"

    made = Chegou(chave="k", itens=[{"a": 1}])
    assert made.dados() == {"chave": "k", "itens": [{"a": 1}], "valor": "0"}
    with pytest.raises(TypeError):
        Chegou(itens=[])  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        Chegou("k", [])  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        made.chave = "outra"  # type: ignore[misc]


def test_unless_it_says_otherwise_an_event_is_the_operators_told_to_all_and_in_no_order(
    catalogue: dict[str, type[Payload]],
) -> None:
    class Chegou(Payload):
        evento, rotulo = "chegou", "Chegou"

    assert (Chegou.do_usuario, Chegou.sempre, Chegou.so_para, Chegou.etiquetas) == (False, False, frozenset(), ())
    assert Chegou.tells(EMAIL, {})
    assert Chegou().entidade is None


def test_every_event_of_the_product_has_a_name_that_a_row_has_room_for() -> None:
    assert all(0 < len(name) <= 50 and kind.rotulo for name, kind in payload.CATALOG.items())
