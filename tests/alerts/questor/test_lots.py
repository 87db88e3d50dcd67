"""What a lot is to its conditions: wanted, going, when something of it last moved, what its alerts are about."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from alerts.judgement import WARNING, Judgement
from alerts.moment import Moment
from alerts.questor.lots import Lot, lots
from storage.models.alertas import OBJECT_LIMIT
from storage.models.questor import QuestorLote
from storage.session import reading, transaction

NOW = datetime(2026, 3, 10, 15, tzinfo=UTC)
BEGUN = NOW - timedelta(days=9)


def lot(conta: str = "padrao", nome: str = "2025", **columns: Any) -> Lot:
    unset = dict.fromkeys(("varrido_em", "ritmo_em", "pausado_em", "parado_em", "parado_motivo", "concluido_em"))
    return Lot(**{"conta": conta, "nome": nome, "enviar": True, "criado_em": BEGUN, **unset, **columns})


@pytest.mark.parametrize(
    ("columns", "wanted", "going"),
    [
        ({}, True, True),
        ({"enviar": False}, False, False),
        ({"concluido_em": NOW}, False, False),
        ({"pausado_em": NOW}, True, False),
        ({"parado_em": NOW}, True, False),
        ({"pausado_em": NOW, "parado_em": NOW}, True, False),
        ({"pausado_em": NOW, "concluido_em": NOW}, False, False),
    ],
)
def test_a_lot_is_wanted_until_it_is_done_and_goes_while_nothing_holds_it(
    columns: dict[str, Any], wanted: bool, going: bool
) -> None:
    one = lot(**columns)
    assert (one.wanted, one.going) == (wanted, going)


@pytest.mark.parametrize(
    ("columns", "moved"),
    [
        ({}, BEGUN),
        ({"varrido_em": BEGUN + timedelta(days=1)}, BEGUN + timedelta(days=1)),
        ({"varrido_em": BEGUN + timedelta(days=1), "ritmo_em": NOW}, NOW),
        # scanned once more after the last document went
        ({"varrido_em": NOW, "ritmo_em": BEGUN + timedelta(days=1)}, NOW),
        ({"varrido_em": BEGUN - timedelta(days=1)}, BEGUN),
    ],
)
def test_it_moved_when_it_was_made_scanned_or_had_a_document_accepted_whichever_was_last(
    columns: dict[str, Any], moved: datetime
) -> None:
    assert lot(**columns).moved_at == moved


@pytest.mark.parametrize(
    ("conta", "nome", "objeto"),
    [
        ("padrao", "2025", "2025"),
        ("matriz", "2025", "matriz/2025"),
        ("m" * 100, "n" * 100, f"{'m' * 100}/{'n' * 69}"),
    ],
)
def test_a_lot_of_another_account_names_it_as_far_as_there_is_room(conta: str, nome: str, objeto: str) -> None:
    assert lot(conta, nome).objeto == objeto
    assert len(objeto) <= OBJECT_LIMIT


def test_a_judgement_has_the_whole_names_as_labels() -> None:
    one = lot("m" * 100, "n" * 100).judged("parado", WARNING, ativo=True, mensagem="Parou.", resolvido="Foi.")
    assert one == Judgement(
        f"{'m' * 100}/{'n' * 69}",
        "parado",
        WARNING,
        True,
        "Parou.",
        resolvido="Foi.",
        rotulos={"conta": "m" * 100, "lote": "n" * 100},
    )


@pytest.mark.usefixtures("sqlite")
def test_every_lot_is_looked_at_the_oldest_first_whether_it_is_wanted_or_not() -> None:
    with transaction() as db:
        for nome, enviar in (("b", True), ("a", False)):
            db.add(QuestorLote(nome=nome, pasta="/lotes", criado_em=BEGUN, enviar=enviar))
            db.flush()
    with reading() as db:
        assert list(lots(Moment(db, NOW))) == [lot(nome="b"), lot(nome="a", enviar=False)]
