"""The boxes at a glance: how many answered how, and which are in trouble."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from support.numeracao import add, after

from alerts.sat import FONTE
from core.caller import Caller
from flows.sat.outcome import INALCANCAVEL, OCUPADA, OK, PARADA
from flows.sat.panorama import CaixaEmApuros, Panorama, panorama
from storage.models.alertas import Alerta
from storage.models.sat import Caixa


def box(nome: str, resultado: str | None = OK, **columns: object) -> Caixa:
    return Caixa(nome=nome, sessao=1, due_at=after(0), resultado=resultado, **columns)


def alert(nome: str, codigo: str = "rede", *, fonte: str = FONTE, over: bool = False) -> Alerta:
    ended = after(1) if over else None
    when = {"aberto_em": after(0), "visto_em": after(0), "resolvido_em": ended}
    return Alerta(fonte=fonte, objeto=nome, codigo=codigo, severidade="aviso", mensagem="dito", **when)


def names(found: Panorama) -> Sequence[str]:
    return [one.nome for one in found.em_apuros]


def test_an_installation_without_boxes_has_none_in_trouble(sqlite: str) -> None:
    found = panorama()
    assert (found, found.total, found.mal) == (Panorama({}, 0, ()), 0, 0)


def test_a_user_meets_none_and_asks_no_database(tmp_path: Path) -> None:
    assert panorama(Caller(1)) == Panorama({}, 0, ())
    assert not (tmp_path / "dados").exists()


def test_boxes_are_counted_by_their_last_result_and_those_switched_off_are_not(sqlite: str) -> None:
    add(box("a"), box("b"), box("c", PARADA), box("d", OCUPADA), box("e", None), box("f", INALCANCAVEL, ativo=False))
    found = panorama()
    assert found.por_resultado == {OK: 2, PARADA: 1, OCUPADA: 1, None: 1}
    assert (found.total, found.mal) == (5, 2)
    assert names(found) == ["c", "d"]


def test_a_good_box_with_an_open_alert_is_in_trouble_behind_those_that_did_not_answer(sqlite: str) -> None:
    add(box("a"), box("b"), box("z", INALCANCAVEL), box("m", ativo=False))
    add(alert("b", "rede"), alert("b", "bateria"), alert("a", over=True), alert("a", fonte="questor"), alert("m"))
    found = panorama()
    assert [(one.nome, one.alertas) for one in found.em_apuros] == [("z", ()), ("b", ("rede", "bateria"))]
    assert found.com_alerta == 2


def test_the_alert_of_a_shop_counts_and_is_no_box(sqlite: str) -> None:
    add(box("a"))
    add(alert("loja:12"))
    found = panorama()
    assert (found.com_alerta, found.em_apuros) == (1, ())


@pytest.mark.parametrize(
    ("columns", "since"),
    [
        ({}, None),
        ({"falhando_desde": after(2)}, after(2)),
        ({"ocupada_desde": after(3)}, after(3)),
        ({"falhando_desde": after(2), "ocupada_desde": after(1)}, after(2)),
    ],
)
def test_it_is_told_since_when(sqlite: str, columns: dict[str, object], since: object) -> None:
    more = {"verificada_em": after(9), "erro": "não responde", "silenciada_ate": after(60)}
    add(box("a", INALCANCAVEL, **more, **columns))
    assert panorama().em_apuros == (
        CaixaEmApuros("a", INALCANCAVEL, after(9), since, "não responde", after(60), ()),  # type: ignore[arg-type]
    )


def test_no_more_are_shown_than_fit_and_all_are_counted(sqlite: str) -> None:
    add(*(box(f"{number:02}", PARADA) for number in range(20)))
    assert names(panorama(limite=3)) == ["00", "01", "02"]
    assert (len(panorama().em_apuros), panorama(limite=3).mal) == (12, 20)
