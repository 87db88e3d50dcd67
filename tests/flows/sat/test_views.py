"""What people see of boxes: pages by name, labels, open alerts, the changes of one, what is watched."""

import pytest
from conftest import Configure
from support.boxes import with_boxes

from alerts import state
from alerts.judgement import Judgement
from core.caller import Caller
from core.clock import SYSTEM
from core.errors import NotFound
from flows.sat import views
from flows.sat.boxes import prepare
from storage.models.sat import Caixa
from storage.session import transaction


@pytest.fixture(autouse=True)
def three(configure: Configure, banco: str) -> None:
    """Three boxes in two states; one was checked and has two open alerts."""
    with_boxes(
        configure,
        {"name": "b", "host": "10.0.0.2", "uf": "CE", "loja": "12"},
        {"name": "a", "host": "10.0.0.1", "uf": "SP"},
        {"name": "c", "kind": "local", "library": "/lib.so", "activation_code": "12345678", "uf": "CE"},
    )
    prepare()
    with transaction() as db:
        db.query(Caixa).filter_by(nome="b").one().resultado = "ok"
        judged = [Judgement("b", codigo, "aviso", True, "Errado.") for codigo in ("relogio", "rede")]
        state.apply(db, "sat", judged, SYSTEM.now())
        state.apply(db, "questor", [Judgement("b", "parado", "aviso", True, "Outro.")], SYSTEM.now())


def names(**asked: object) -> list[str]:
    return [one.nome for one in views.boxes(**asked)]  # type: ignore[arg-type]


def test_boxes_come_by_name_with_their_last_result_and_their_own_alerts() -> None:
    a, b, c = views.boxes()
    assert (a.nome, a.endereco, a.resultado, a.alertas) == ("a", "10.0.0.1:5000", None, ())
    assert (b.resultado, b.alertas, b.loja) == ("ok", ("relogio", "rede"), "12")
    assert (c.tipo, c.endereco) == ("local", "/lib.so")


def test_labels_choose() -> None:
    assert names(rotulos={"uf": "CE"}) == ["b", "c"]
    assert names(rotulos={"uf": "CE", "loja": "12"}) == ["b"]
    assert names(rotulos={"uf": "RJ"}) == []


def test_a_page_goes_on_after_a_name() -> None:
    first = views.boxes(limite=2)
    assert ([one.nome for one in first], first.depois) == (["a", "b"], "b")
    assert names(limite=2, depois=first.depois) == ["c"]
    assert names(depois="aa") == ["b", "c"]


def test_boxes_are_the_operator_s() -> None:
    assert names(caller=Caller(1)) == []
    with pytest.raises(NotFound):
        views.history("a", caller=Caller(1))


def test_a_box_without_changes_has_an_empty_history_and_an_unknown_one_none() -> None:
    assert views.history("a").itens == ()
    with pytest.raises(NotFound, match="Caixa desconhecida") as caught:
        views.history("nenhuma-assim")
    assert caught.value.veja == "caixas"


def test_what_is_watched_is_told_whatever_the_settings_say(configure: Configure) -> None:
    configure(sat__boxes="[]")
    boxes, alerts = views.watched()
    assert [(one.nome, one.alertas) for one in boxes] == [("a", ()), ("b", ("relogio", "rede")), ("c", ())]
    assert [(one.caixa, one.codigo) for one in alerts] == [("b", "relogio"), ("b", "rede")]
