"""The events of an alert, from its row: what each says, and to whom it is not told."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from alerts import telling
from storage.models.alertas import Alerta

NOW = datetime(2026, 3, 10, 15, tzinfo=UTC)


def alert(**columns: Any) -> Alerta:
    row = {"fonte": "sat", "objeto": "pdv-3", "codigo": "rede", "severidade": "critico", "mensagem": "Está sem rede."}
    return Alerta(**{**row, "aberto_em": NOW, "rotulos": None, **columns})


@pytest.mark.parametrize(("worse", "said"), [(False, "Está sem rede."), (True, "Agravou: Está sem rede.")])
def test_what_got_worse_is_told_as_that(worse: bool, said: str) -> None:
    told = telling.opened(alert(), worse=worse)
    assert (told.evento, told.dados["mensagem"], told.dados["agravado"]) == ("alerta_aberto", said, worse)


def test_a_reminder_says_that_it_is_still_so() -> None:
    told = telling.reminded(alert())
    assert (told.evento, told.dados["mensagem"]) == ("alerta_lembrete", "Ainda aberto: Está sem rede.")


@pytest.mark.parametrize(
    ("well", "said"),
    [
        ("O equipamento está com rede de novo.", "Resolvido: O equipamento está com rede de novo."),
        # a guest may have no words for it
        ("", "Resolvido: rede não vale mais para pdv-3."),
    ],
)
def test_an_end_says_what_is_well_again_and_when(well: str, said: str) -> None:
    over = NOW + timedelta(hours=1)
    told = telling.closed(alert(), well, over)
    assert (told.evento, told.dados["mensagem"]) == ("alerta_resolvido", said)
    assert (told.dados["aberto_em"], told.dados["resolvido_em"]) == (NOW.isoformat(), over.isoformat())


def test_every_event_names_what_it_is_about_and_is_numbered_by_it() -> None:
    row = alert()
    for told in (telling.opened(row, worse=False), telling.reminded(row), telling.closed(row, "", NOW)):
        about = {name: told.dados[name] for name in ("fonte", "objeto", "codigo", "severidade", "aberto_em")}
        assert about == {
            "fonte": "sat",
            "objeto": "pdv-3",
            "codigo": "rede",
            "severidade": "critico",
            "aberto_em": NOW.isoformat(),
        }
        assert told.entidade == "sat:pdv-3"


@pytest.mark.parametrize(
    ("rotulos", "loja", "labels"),
    [
        (None, "", {}),
        ('{"loja": "12", "rota": "norte"}', "12", {"loja": "12", "rota": "norte"}),
        ('{"uf": "CE"}', "", {"uf": "CE"}),
    ],
)
def test_labels_travel_and_the_usual_ones_are_always_there(
    rotulos: str | None, loja: str, labels: dict[str, str]
) -> None:
    told = telling.opened(alert(rotulos=rotulos), worse=False).dados
    assert (told["loja"], told["grupo"], told["rotulos"]) == (loja, "", labels)
    assert labels.items() <= told.items()


@pytest.mark.parametrize(
    ("fonte", "objeto", "left_out"),
    [
        ("entregas", "destino:7", 7),
        # a box may be called as it likes, and is no destination
        ("sat", "destino:7", None),
        ("entregas", "fila:7", None),
        ("questor", "conta:padrao", None),
    ],
)
def test_a_destination_is_not_told_of_itself(fonte: str, objeto: str, left_out: int | None) -> None:
    row = alert(fonte=fonte, objeto=objeto)
    told = (telling.opened(row, worse=True), telling.reminded(row), telling.closed(row, "", NOW))
    assert [one.exceto for one in told] == [left_out] * 3
