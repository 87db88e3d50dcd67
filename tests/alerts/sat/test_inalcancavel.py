"""Whether a box, or a whole shop, cannot be reached: by how often and since when its checks failed."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from alerts import Contexto
from alerts.judgement import CRITICAL, Judgement
from alerts.sat.inalcancavel import (
    CONSELHO,
    PARADA,
    SEM_RESPOSTA,
    Failures,
    Loja,
    Witness,
    loja_is_down,
    of_box,
    of_loja,
    remedy,
)
from core.settings.sat import BoxSettings, Thresholds

T0 = datetime(2030, 3, 4, 15, tzinfo=UTC)
SAO_PAULO, MANAUS = ZoneInfo("America/Sao_Paulo"), ZoneInfo("America/Manaus")
HUB = BoxSettings(name="pdv-1", host="10.0.0.5")
LOCAL = BoxSettings(name="pdv-2", kind="local", library="/opt/sat/libsat.so", activation_code="12345678")
HEARD = BoxSettings(name="pdv-3", kind="agente", usuario="ana")


def judged(checks: Failures, contexto: Contexto | None = None, box: BoxSettings = HUB) -> Judgement:
    given = contexto or Contexto(T0, SAO_PAULO, Thresholds())
    return of_box(box, checks, given, {"loja": "12"}, calado=False)


@pytest.mark.parametrize(
    ("falhas", "limites", "active"),
    [
        (0, Thresholds(), False),
        (2, Thresholds(), False),
        (3, Thresholds(), True),
        (900, Thresholds(), True),
        (4, Thresholds(unreachable_times=5), False),
        (5, Thresholds(unreachable_times=5), True),
        # without limits the first failure is told
        (0, None, False),
        (1, None, True),
    ],
)
def test_it_is_told_after_so_many_failures_in_a_row(falhas: int, limites: Thresholds | None, active: bool) -> None:
    one = judged(Failures(falhas, T0, "Fora do ar."), Contexto(T0, SAO_PAULO, limites))
    assert (one.ativo, one.valores) == (active, {"falhas": falhas})


@pytest.mark.parametrize(("zone", "clock"), [(SAO_PAULO, "12:00"), (MANAUS, "11:00")])
def test_it_says_since_when_on_the_shop_s_clock_and_what_was_said_last(zone: ZoneInfo, clock: str) -> None:
    one = judged(Failures(3, T0, "O SATHub recusou a conexão."), Contexto(T0 + timedelta(hours=5), zone))
    assert one.mensagem == f"Sem resposta utilizável desde 04/03/2030 {clock}. O SATHub recusou a conexão. {CONSELHO}"
    assert (one.objeto, one.codigo, one.severidade) == ("pdv-1", "inalcancavel", CRITICAL)
    assert (one.causa, one.rotulos, one.calado) == (SEM_RESPOSTA, {"loja": "12"}, False)


def test_where_nobody_knows_since_when_none_is_said() -> None:
    said = judged(Failures(3, None, "Fora do ar.")).mensagem
    assert said == f"Sem resposta utilizável. Fora do ar. {CONSELHO}"


def test_a_box_that_is_asked_no_more_is_another_kind_of_fault_with_another_remedy() -> None:
    one = judged(Failures(3, T0, "O código de ativação está errado.", parada=True))
    assert one.causa == PARADA
    assert one.mensagem == (
        f"A caixa não é mais consultada desde 04/03/2030 12:00: O código de ativação está errado. {remedy(HUB)}"
    )
    assert CONSELHO not in one.mensagem


def test_what_the_last_check_could_not_tell_and_whether_nobody_is_told_are_handed_on() -> None:
    one = of_box(HUB, Failures(3, T0, desconhecido="não perguntei"), Contexto(T0, SAO_PAULO), {}, calado=True)
    assert (one.desconhecido, one.calado) == ("não perguntei", True)
    assert judged(Failures(3, T0)).desconhecido is None


@pytest.mark.parametrize(
    ("box", "where", "command"),
    [
        (HUB, "na configuração do próprio SATHub", "esteira sat reativar pdv-1"),
        (LOCAL, "(activation_code, library)", "esteira sat reativar pdv-2"),
        (HEARD, "na máquina do agente", None),
    ],
)
def test_a_parked_box_is_put_right_where_its_code_is(box: BoxSettings, where: str, command: str | None) -> None:
    said = remedy(box)
    assert where in said
    assert (command in said) if command else ("reativar" not in said)


@pytest.mark.parametrize(("falhas", "failed"), [(0, False), (2, False), (3, True), (4, True)])
def test_a_witness_failed_once_it_failed_often_enough(falhas: int, failed: bool) -> None:
    assert Witness(falhas, T0, T0, 3).failed is failed


def member(falhas: int, since: int | None = None, asked: int | None = 10) -> Witness:
    return Witness(
        falhas, None if since is None else T0 + timedelta(minutes=since), asked and T0 + timedelta(minutes=asked), 3
    )


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ([], None),
        ([member(5, 0)], None),
        ([member(3, 0), member(2, 1)], True),
        ([member(2, 0), member(2, 1)], False),
        ([member(3, 0), member(0)], False),
        ([member(3, 5), member(1, 6), member(0, asked=4)], True),
        ([member(3, 5), member(1, 6), member(0, asked=5)], False),
        # as many as were not asked since: enough; one fewer: too few
        ([member(3, 5), member(1, 6), member(0, asked=None), member(0, asked=1)], True),
        ([member(3, 5), member(1, 6), member(0, asked=None), member(0, asked=1), member(0, asked=1)], False),
        ([member(900, -3000), member(0), member(1, 9)], False),
        ([member(900, -3000), member(3, 2), member(2, 3), member(0, asked=1)], True),
        # nobody knows since when
        ([member(3), member(3)], False),
    ],
    ids=str,
)
def test_when_a_shop_is_down(members: list[Witness], expected: bool | None) -> None:
    assert loja_is_down(members) is expected


@pytest.mark.parametrize("ativo", [True, False])
def test_a_shop_is_told_as_one_with_how_many_and_since_when(ativo: bool) -> None:
    one = of_loja(Loja("loja:12", "12", 4), ativo=ativo, since=T0, zone=MANAUS, rotulos={"uf": "AM"})
    assert (one.objeto, one.codigo, one.severidade, one.ativo) == ("loja:12", "inalcancavel", CRITICAL, ativo)
    assert one.mensagem.startswith("Nenhuma das 4 caixas da loja 12 responde desde 04/03/2030 11:00. ")
    assert (one.resolvido, one.valores) == ("Caixas da loja 12 respondem de novo.", {"caixas": 4})
    assert (one.rotulos, one.calado) == ({"uf": "AM"}, False)
