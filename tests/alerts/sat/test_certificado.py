"""The certificate's end, counted in days of the shop.

docs/reference/contracts/sat.md §4.2.
"""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import satcfe.alertas

from alerts import AlertaVencimentoCertificado, Contexto, avaliar
from connectors.sat.status import parse
from sandbox.sat_wire import status_line

NOON = datetime(2026, 3, 10, 15, tzinfo=UTC)
TODAY = date(2026, 3, 10)
SAO_PAULO = "America/Sao_Paulo"


def judged(ends: date | str | None, now: datetime = NOON, zone: str = SAO_PAULO) -> AlertaVencimentoCertificado:
    """Judge a box whose certificate ends then, at this instant in a shop of this zone."""
    alerta = AlertaVencimentoCertificado(parse(status_line(agora=now, CERT_VENCIMENTO=ends)))
    alerta.contexto = Contexto(now, ZoneInfo(zone))
    assert alerta.checar() is alerta.ativo
    return alerta


@pytest.mark.parametrize(
    ("days", "active", "left", "ended", "severity"),
    [
        (1826, False, 1826, False, "aviso"),
        (61, False, 61, False, "aviso"),
        (60, True, 60, False, "aviso"),
        (59, True, 59, False, "aviso"),
        (1, True, 1, False, "aviso"),
        (0, True, 0, False, "aviso"),
        (-1, True, 0, True, "critico"),
        (-400, True, 0, True, "critico"),
    ],
)
def test_the_days_that_are_left(days: int, active: bool, left: int, ended: bool, severity: str) -> None:
    alerta = judged(TODAY + timedelta(days=days))
    assert (alerta.ativo, alerta.dias_para_vencimento, alerta.vencido) == (active, left, ended)
    assert (alerta.severidade, alerta.valores) == (severity, {"dias": days})


@pytest.mark.parametrize("days", [61, 60, 1, 0, -1])
def test_satcfe_says_the_same(days: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(satcfe.alertas, "_get_today", lambda: TODAY)
    ours = judged(TODAY + timedelta(days=days))
    theirs = satcfe.alertas.AlertaVencimentoCertificado(ours.resposta)
    assert theirs.checar() is ours.checar()
    assert (theirs.vencido, theirs.dias_para_vencimento) == (ours.vencido, ours.dias_para_vencimento)


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (61, "vence em 61 dias (10/05/2026)"),
        (60, "vence em 60 dias (09/05/2026). Renove-o, se não for emitido pela SEFAZ."),
        (1, "vence em 1 dia (11/03/2026). Renove-o"),
        (0, "vence hoje (10/03/2026). Renove-o agora."),
        (-1, "venceu em 09/03/2026. Renove-o para voltar a emitir."),
    ],
)
def test_the_message_says_when_and_what_to_do(days: int, said: str) -> None:
    assert f"O certificado do equipamento {said}" in judged(TODAY + timedelta(days=days)).mensagem()


@pytest.mark.parametrize(
    ("now", "zone", "days"),
    [
        ("2026-03-11T02:59:59+00:00", SAO_PAULO, 60),
        ("2026-03-11T03:00:00+00:00", SAO_PAULO, 59),
        ("2026-03-11T02:59:59+00:00", "America/Fortaleza", 60),
        ("2026-03-11T03:00:00+00:00", "America/Fortaleza", 59),
        ("2026-03-11T03:59:59+00:00", "America/Manaus", 60),
        ("2026-03-11T04:00:00+00:00", "America/Manaus", 59),
        ("2026-03-10T23:59:59-03:00", SAO_PAULO, 60),
        ("2026-03-11T12:00:00+09:00", SAO_PAULO, 59),
        # São Paulo had daylight saving time then, Fortaleza had not
        ("2019-02-15T02:30:00+00:00", SAO_PAULO, 2640),
        ("2019-02-15T02:30:00+00:00", "America/Fortaleza", 2641),
    ],
)
@pytest.mark.usefixtures("worker_zone")
def test_today_is_the_shop_s_wherever_the_worker_is(now: str, zone: str, days: int) -> None:
    ends = TODAY + timedelta(days=60)
    assert judged(ends, datetime.fromisoformat(now), zone).valores == {"dias": days}


@pytest.mark.parametrize("ends", [None, "", "00000000", "20260230", "lixo"])
def test_an_end_that_is_not_told_is_no_alert(ends: str | None) -> None:
    alerta = judged(ends)
    assert (alerta.ativo, alerta.vencido, alerta.dias_para_vencimento) == (False, False, 0)
    assert alerta.valores == {"dias": None}
    assert alerta.mensagem() == "O equipamento não informa o vencimento do certificado."


@pytest.mark.parametrize("ends", [date.min, date.max])
def test_the_ends_of_the_calendar(ends: date) -> None:
    alerta = AlertaVencimentoCertificado(SimpleNamespace(CERT_VENCIMENTO=ends))
    assert alerta.checar() is (ends == date.min)
    assert alerta.mensagem()


def test_the_limit_can_be_changed_as_satcfe_documents(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AlertaVencimentoCertificado, "vencimento_em_dias", 10)
    assert [judged(TODAY + timedelta(days=days)).ativo for days in (11, 10)] == [False, True]


def test_the_judgement_of_an_expired_one_is_critical() -> None:
    def severity(days: int) -> Any:
        resposta = parse(status_line(agora=NOON, CERT_VENCIMENTO=TODAY + timedelta(days=days)))
        return {one.codigo: one.severidade for one in avaliar(resposta, Contexto(NOON))}["certificado"]

    assert (severity(0), severity(-1)) == ("aviso", "critico")
