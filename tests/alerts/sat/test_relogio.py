"""The box's clock against the shop's.

docs/reference/contracts/sat.md §4.3.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import satcfe.alertas
from hypothesis import given
from hypothesis import strategies as st

from alerts import AlertaDivergenciaHorarios, Contexto, avaliar, checar
from connectors.sat.status import StatusOperacional, parse
from sandbox.sat_wire import status_line

NOON = datetime(2026, 3, 10, 15, tzinfo=UTC)
SAO_PAULO = "America/Sao_Paulo"


def judged(resposta: StatusOperacional, now: datetime = NOON, zone: str = SAO_PAULO) -> AlertaDivergenciaHorarios:
    """Judge an answer at this instant in a shop of this zone."""
    alerta = AlertaDivergenciaHorarios(resposta)
    alerta.contexto = Contexto(now, ZoneInfo(zone))
    assert alerta.checar() is alerta.ativo
    return alerta


def box(at: datetime = NOON, zone: str = SAO_PAULO) -> StatusOperacional:
    """Return the answer of a box whose clock shows this instant in this zone."""
    return parse(status_line(agora=at, zona=zone))


@pytest.mark.parametrize(
    ("ahead", "active", "seconds"),
    [
        (0, False, 0),
        (1, False, 1),
        (3599, False, 3599),
        (3600, False, 3600),
        (3600.999999, False, 3600),
        (3601, True, 3601),
        (3601.5, True, 3601),
        (10_800, True, 10_800),
        (-1, False, -1),
        (-3600, False, -3600),
        (-3600.999999, False, -3600),
        (-3601, True, -3601),
        (-0.5, False, 0),
        (86_400 * 365, True, 86_400 * 365),
    ],
)
def test_the_difference_and_its_limit(ahead: float, active: bool, seconds: int) -> None:
    alerta = judged(box(), NOON + timedelta(seconds=ahead))
    assert (alerta.ativo, alerta.divergencia) == (active, seconds)
    assert alerta.valores == {"segundos": seconds}


@given(st.floats(-90_000, 90_000).map(lambda seconds: timedelta(seconds=seconds)))
def test_satcfe_says_the_same_of_one_clock(ahead: timedelta) -> None:
    now = NOON + ahead
    ours = judged(box(), now)
    theirs = satcfe.alertas.AlertaDivergenciaHorarios(ours.resposta)
    theirs._dataref = ours.contexto.na_loja
    assert theirs.checar() is ours.ativo
    assert theirs.divergencia == ours.divergencia


INSTANTS = [
    "2026-03-10T15:00:00+00:00",
    "2026-03-11T02:59:59+00:00",
    "2026-03-11T03:00:00+00:00",
    "2025-12-31T23:59:59-03:00",
    "2026-01-01T00:00:00-03:00",
    "2026-01-01T00:00:00+00:00",
    "2018-12-25T12:00:00+00:00",
    "2019-02-17T01:30:00+00:00",
    "2019-02-17T02:30:00+00:00",
    "2018-11-04T03:00:00+00:00",
]


@pytest.mark.usefixtures("worker_zone")
@pytest.mark.parametrize("zone", [SAO_PAULO, "America/Fortaleza", "America/Manaus", "America/Noronha"])
@pytest.mark.parametrize("instant", INSTANTS)
def test_a_right_clock_is_right_wherever_the_worker_is_and_at_any_hour(instant: str, zone: str) -> None:
    now = datetime.fromisoformat(instant)
    alerta = judged(box(now, zone), now, zone)
    assert (alerta.divergencia, alerta.ativo) == (0, False)


@pytest.mark.usefixtures("worker_zone")
@pytest.mark.parametrize("late", [3600, 3601, -3600, -3601])
def test_a_wrong_clock_is_wrong_wherever_the_worker_is(late: int) -> None:
    midnight = datetime(2026, 3, 11, 3, tzinfo=UTC)
    alerta = judged(box(midnight - timedelta(seconds=late)), midnight)
    assert (alerta.divergencia, alerta.ativo) == (late, abs(late) > 3600)


def test_without_a_context_the_shop_is_in_sao_paulo() -> None:
    class Cliente:
        def consultar_status_operacional(self) -> StatusOperacional:
            return box(datetime.now(UTC))

    assert checar(Cliente()) == []


@pytest.mark.parametrize(
    ("box_zone", "shop_zone", "seconds"),
    [("America/Manaus", SAO_PAULO, 3600), ("America/Noronha", SAO_PAULO, -3600), ("UTC", SAO_PAULO, -10_800)],
)
def test_a_box_set_to_another_zone_differs_by_it(box_zone: str, shop_zone: str, seconds: int) -> None:
    assert judged(box(NOON, box_zone), NOON, shop_zone).divergencia == seconds


@pytest.mark.parametrize(("zone", "seconds"), [(SAO_PAULO, 0), ("America/Fortaleza", -3600)])
def test_daylight_saving_time_counts_in_old_captures(zone: str, seconds: int) -> None:
    summer = datetime(2018, 12, 25, 12, tzinfo=UTC)
    assert judged(box(summer, SAO_PAULO), summer, zone).divergencia == seconds


@pytest.mark.parametrize("sent", ["", "00000000000000", "20260230120000", "lixo"])
def test_a_clock_that_is_not_told_is_no_alert(sent: str) -> None:
    alerta = judged(parse(status_line(DH_ATUAL=sent)))
    assert (alerta.ativo, alerta.divergencia, alerta.valores) == (False, 0, {"segundos": None})
    assert alerta.mensagem() == "O equipamento não informa o seu horário."


@pytest.mark.parametrize("sent", ["00010101000000", "99991231235959"])
def test_the_ends_of_the_calendar(sent: str) -> None:
    alerta = judged(parse(status_line(DH_ATUAL=sent)))
    assert alerta.ativo
    assert "dias" in alerta.mensagem()


@pytest.mark.parametrize(
    ("ahead", "said"),
    [
        (0, "O relógio do equipamento está certo."),
        (
            3601,
            "está atrasado 1 hora e 1 segundo (equipamento 10/03/2026 12:00, loja 10/03/2026 13:00), desde",
        ),
        (
            -7200,
            "está adiantado 2 horas (equipamento 10/03/2026 12:00, loja 10/03/2026 10:00), desde",
        ),
        (
            86_400 * 2,
            "está atrasado 2 dias (equipamento 10/03/2026 12:00, loja 12/03/2026 12:00), desde 12/03/2026 12:00. Conf",
        ),
    ],
)
def test_the_message_says_by_how_much_in_which_direction_and_what_to_do(ahead: int, said: str) -> None:
    assert said in judged(box(), NOON + timedelta(seconds=ahead)).mensagem()


def test_the_limit_can_be_changed_as_satcfe_documents(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AlertaDivergenciaHorarios, "tolerancia_em_segundos", 60)
    assert [judged(box(), NOON + timedelta(seconds=ahead)).ativo for ahead in (60, 61)] == [False, True]


def test_the_judgement_takes_the_zone_of_its_context() -> None:
    resposta = box(NOON, "Asia/Tokyo")
    found = {zone: avaliar(resposta, Contexto(NOON, ZoneInfo(zone))) for zone in (SAO_PAULO, "Asia/Tokyo")}
    active = {zone: [one.codigo for one in judgements if one.ativo] for zone, judgements in found.items()}
    assert active == {SAO_PAULO: ["relogio"], "Asia/Tokyo": []}
