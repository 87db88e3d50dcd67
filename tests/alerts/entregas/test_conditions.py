"""What is wrong with a destination: off, failing, paused for long, or forbidden by the rules of addresses."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from conftest import Configure
from support.deliveries import change, webhook
from support.past import happened

from alerts.entregas import bloqueado, desligado, falhando, pausado
from alerts.entregas.destinations import Destination, destinations
from alerts.judgement import CRITICAL, WARNING, Judgement
from alerts.moment import Moment
from storage.models.eventos import Estado
from storage.session import reading

NOW = datetime(2026, 7, 14, 12, tzinfo=UTC)
CONDITIONS = {"bloqueado": bloqueado, "desligado": desligado, "falhando": falhando, "pausado": pausado}
Judge = Callable[[Moment], Any]


def judged(judge: Judge) -> list[Judgement]:
    with reading() as db:
        return list(judge(Moment(db, NOW)))


def ago(**time: float) -> datetime:
    return NOW - timedelta(**time)


@pytest.fixture
def erp(sqlite: str) -> int:
    return webhook("https://erp.exemplo.com.br/x", nome="ERP")


@pytest.mark.usefixtures("sqlite")
def test_without_a_destination_nothing_is_judged() -> None:
    assert [one for module in CONDITIONS.values() for one in judged(module.judge)] == []


def test_a_judgement_names_its_destination_by_number_and_by_name() -> None:
    one = Destination(7, "ERP", True, None, None, None, None, None)
    found = one.judged("falhando", WARNING, ativo=True, mensagem="Falha.", resolvido="Voltou.")
    assert found == Judgement(
        "destino:7", "falhando", WARNING, True, "Falha.", resolvido="Voltou.", rotulos={"destino": "ERP"}
    )


@pytest.mark.parametrize("codigo", CONDITIONS)
def test_each_condition_judges_each_destination_once_and_finds_nothing_wrong_with_a_new_one(
    erp: int, codigo: str
) -> None:
    crm = webhook("https://crm.exemplo.com.br/x", nome="CRM")
    found = judged(CONDITIONS[codigo].judge)
    assert [(one.objeto, one.codigo, one.ativo) for one in found] == [
        (f"destino:{erp}", codigo, False),
        (f"destino:{crm}", codigo, False),
    ]
    assert [one.rotulos for one in found] == [{"destino": "ERP"}, {"destino": "CRM"}]
    assert all(one.resolvido for one in found)


def test_destinations_come_in_the_order_of_their_numbers_with_what_is_known_of_them(erp: int) -> None:
    crm = webhook("https://crm.exemplo.com.br/x", nome="CRM")
    change(crm, ativo=False, pausado_em=NOW, desligado_em=NOW, desligado_motivo="410")
    with reading() as db:
        found = list(destinations(Moment(db, NOW)))
    assert found == [
        Destination(erp, "ERP", True, None, None, None, None, None),
        Destination(crm, "CRM", False, None, None, NOW, "410", NOW),
    ]


def test_what_is_blocked_is_counted_by_destination_and_nothing_else_is(erp: int) -> None:
    crm, other = (webhook(f"https://{nome}.exemplo.com.br/x", nome=nome) for nome in ("CRM", "BI"))
    for _ in range(2):
        happened(NOW, (erp, Estado.BLOQUEADO), (other, Estado.ESGOTADO))
    happened(NOW, (crm, Estado.BLOQUEADO), (other, Estado.RETIDO))
    found = judged(bloqueado.judge)
    assert [(one.ativo, one.severidade) for one in found] == [(True, WARNING), (True, WARNING), (False, WARNING)]
    assert found[0].mensagem.startswith("2 entregas bloqueadas do destino ERP: ")
    assert found[1].mensagem.startswith("1 entrega bloqueada do destino CRM: ")


@pytest.mark.parametrize(
    ("columns", "active", "said"),
    [
        ({"desligado_em": NOW, "desligado_motivo": "respondeu 410"}, True, "está desligado: respondeu 410. "),
        ({"desligado_em": NOW}, True, "está desligado: sem motivo escrito. "),
        # its owner wants nothing of it either
        ({"desligado_em": NOW, "ativo": False}, False, ""),
        ({"ativo": False}, False, ""),
    ],
)
def test_one_that_esteira_turned_off_is_told_while_its_owner_wants_it(
    erp: int, columns: dict[str, Any], active: bool, said: str
) -> None:
    change(erp, **columns)
    (one,) = judged(desligado.judge)
    assert (one.ativo, one.severidade) == (active, CRITICAL)
    assert said in one.mensagem
    assert f"`esteira destinos retomar {erp}`" in one.mensagem


@pytest.mark.parametrize(
    ("columns", "active", "said"),
    [
        ({"falhando_desde": ago(days=9)}, False, "há 9 dias"),
        ({"falhando_desde": ago(days=1), "avisado_em": NOW}, True, "há 1 dia, sem nenhum sucesso"),
        ({"falhando_desde": ago(days=5), "avisado_em": ago(days=4), "desligado_em": NOW}, False, ""),
        ({"avisado_em": NOW}, True, "há 0 segundos"),
    ],
)
def test_one_that_fails_is_told_from_its_warning_until_it_is_turned_off(
    erp: int, columns: dict[str, Any], active: bool, said: str
) -> None:
    change(erp, **columns)
    (one,) = judged(falhando.judge)
    assert (one.ativo, one.severidade) == (active, WARNING)
    assert said in one.mensagem


@pytest.mark.parametrize(
    ("off", "said"), [(None, "O destino ERP voltou a receber."), (NOW, "O destino ERP foi desligado.")]
)
def test_the_end_of_failing_says_whether_it_is_well_or_given_up(erp: int, off: datetime | None, said: str) -> None:
    change(erp, desligado_em=off)
    assert judged(falhando.judge)[0].resolvido == said


@pytest.mark.parametrize(
    ("columns", "active"),
    [
        ({"pausado_em": ago(days=7)}, False),
        ({"pausado_em": ago(days=7, seconds=1)}, True),
        ({"pausado_em": ago(days=-9)}, False),
        ({"pausado_em": ago(days=90), "ativo": False}, False),
    ],
)
def test_a_pause_is_told_once_it_may_have_been_forgotten(erp: int, columns: dict[str, Any], active: bool) -> None:
    change(erp, **columns)
    (one,) = judged(pausado.judge)
    assert (one.ativo, one.severidade) == (active, WARNING)


def test_how_long_a_pause_may_last_is_a_setting_and_it_says_how_long_it_is(erp: int, configure: Configure) -> None:
    change(erp, pausado_em=ago(days=1, hours=1))
    configure(alerts__paused_days="1")
    (one,) = judged(pausado.judge)
    assert one.ativo
    assert "está pausado há 1 dia e 1 hora; " in one.mensagem
    assert f"`esteira destinos retomar {erp}`" in one.mensagem
