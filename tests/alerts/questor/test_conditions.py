"""What is wrong with a lot of documents, or with the account it is sent to."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from conftest import Configure

from alerts.judgement import CRITICAL, WARNING, Judgement
from alerts.moment import Moment
from alerts.questor import esperando, parado, pausado, sem_andamento
from storage.models.questor import QuestorConta, QuestorLote
from storage.session import reading, transaction

# A Tuesday, at noon in São Paulo.
NOW = datetime(2026, 3, 10, 15, tzinfo=UTC)
ACCOUNT = {"questor__office": "contabil-exemplo", "questor__token": "chave-de-acesso"}
Judge = Callable[[Moment], Any]
Opened = Mapping[str, Mapping[str, datetime]]


def ago(**time: float) -> datetime:
    return NOW - timedelta(**time)


def lote(conta: str = "padrao", nome: str = "2025", **columns: Any) -> None:
    """Keep a lot that is to be sent."""
    with transaction() as db:
        row = {"conta": conta, "nome": nome, "pasta": "/lotes", "criado_em": NOW, "enviar": True, **columns}
        db.add(QuestorLote(**row))


def conta(nome: str = "padrao", aberto_ate: datetime | None = NOW) -> None:
    """Keep an account, by default one whose server does not answer."""
    with transaction() as db:
        db.add(QuestorConta(conta=nome, limite=1.0, aberto_ate=aberto_ate))


def judged(judge: Judge, abertos: Opened | None = None) -> list[Judgement]:
    with reading() as db:
        return list(judge(Moment(db, NOW, abertos or {})))


@pytest.mark.usefixtures("sqlite")
@pytest.mark.parametrize("judge", [esperando.judge, parado.judge, pausado.judge, sem_andamento.judge])
def test_without_lots_and_accounts_nothing_is_judged(judge: Judge) -> None:
    assert judged(judge) == []


@pytest.mark.usefixtures("sqlite")
@pytest.mark.parametrize(
    ("lots", "aberto_ate", "active"),
    [
        ([{}], NOW, True),
        ([{}], None, False),
        ([], NOW, False),
        ([{"conta": "matriz"}], NOW, False),
        # nobody waits for the server
        ([{"enviar": False}, {"nome": "b", "pausado_em": NOW}, {"nome": "c", "parado_em": NOW}], NOW, False),
        ([{"concluido_em": NOW}], NOW, False),
        ([{"enviar": False}, {"nome": "b"}], NOW, True),
    ],
)
def test_a_server_that_does_not_answer_matters_while_a_lot_waits_for_it(
    lots: list[dict[str, Any]], aberto_ate: datetime | None, active: bool
) -> None:
    conta(aberto_ate=aberto_ate)
    for one in lots:
        lote(**one)
    (found,) = judged(esperando.judge)
    assert (found.objeto, found.codigo, found.severidade, found.ativo) == (
        "conta:padrao",
        "esperando",
        WARNING,
        active,
    )
    assert found.rotulos == {"conta": "padrao"}


@pytest.mark.usefixtures("sqlite")
@pytest.mark.parametrize(
    ("waited", "silent"),
    [(None, True), (timedelta(minutes=15, seconds=-1), True), (timedelta(minutes=15), False)],
)
def test_a_server_that_is_restarted_is_nobody_s_business(waited: timedelta | None, silent: bool) -> None:
    conta()
    lote()
    known = {"conta:padrao": {"esperando": NOW - waited}} if waited else {}
    (found,) = judged(esperando.judge, known)
    assert (found.ativo, found.calado) == (True, silent)


@pytest.mark.usefixtures("sqlite")
def test_it_says_since_how_long_the_server_is_away() -> None:
    conta()
    lote()
    (found,) = judged(esperando.judge, {"conta:padrao": {"esperando": ago(hours=2)}})
    assert found.mensagem.startswith("O Questor da conta padrao não responde há 2 horas. ")


@pytest.mark.usefixtures("sqlite")
@pytest.mark.parametrize(
    ("columns", "active", "said"),
    [
        ({}, False, ""),
        ({"parado_em": NOW, "parado_motivo": "A pasta sumiu."}, True, "ao Questor parou: A pasta sumiu. Corrija e "),
        ({"parado_em": NOW}, True, "ao Questor parou: sem motivo escrito "),
        ({"parado_em": NOW, "pausado_em": NOW}, True, ""),
        ({"parado_em": NOW, "enviar": False}, False, ""),
        ({"parado_em": NOW, "concluido_em": NOW}, False, ""),
    ],
)
def test_a_lot_that_was_stopped_is_told_while_it_is_wanted(columns: dict[str, Any], active: bool, said: str) -> None:
    lote(**columns)
    (one,) = judged(parado.judge)
    assert (one.objeto, one.codigo, one.severidade, one.ativo) == ("2025", "parado", CRITICAL, active)
    assert said in one.mensagem
    assert "`esteira questor retomar 2025`" in one.mensagem


@pytest.mark.usefixtures("sqlite")
@pytest.mark.parametrize(
    ("columns", "active"),
    [
        ({}, False),
        ({"pausado_em": ago(days=7)}, False),
        ({"pausado_em": ago(days=7, seconds=1)}, True),
        ({"pausado_em": ago(days=90), "enviar": False}, False),
        ({"pausado_em": ago(days=90), "concluido_em": NOW}, False),
    ],
)
def test_a_pause_is_told_once_it_may_have_been_forgotten(columns: dict[str, Any], active: bool) -> None:
    lote(**columns)
    (one,) = judged(pausado.judge)
    assert (one.codigo, one.severidade, one.ativo) == ("pausado", WARNING, active)


def test_how_long_a_pause_may_last_is_a_setting_and_it_says_how_long_it_is(sqlite: str, configure: Configure) -> None:
    lote("matriz", pausado_em=ago(hours=36))
    configure(alerts__paused_days="1")
    (one,) = judged(pausado.judge)
    assert (one.objeto, one.ativo) == ("matriz/2025", True)
    assert one.mensagem.startswith("O lote 2025 está pausado há 1 dia e 12 horas e não foi todo enviado. ")


@pytest.mark.usefixtures("sqlite")
@pytest.mark.parametrize(
    ("columns", "active"),
    [
        ({"criado_em": ago(days=3)}, False),
        ({"criado_em": ago(days=3, seconds=1)}, True),
        ({"criado_em": ago(days=9), "ritmo_em": ago(days=3)}, False),
        ({"criado_em": ago(days=9), "varrido_em": ago(days=1)}, False),
        ({"criado_em": ago(days=9), "ritmo_em": ago(days=4)}, True),
        ({"criado_em": ago(days=9), "enviar": False}, False),
        ({"criado_em": ago(days=9), "pausado_em": ago(days=8)}, False),
        ({"criado_em": ago(days=9), "parado_em": ago(days=8)}, False),
    ],
)
def test_a_lot_of_which_nothing_is_accepted_is_told_while_nobody_holds_it(
    columns: dict[str, Any], active: bool
) -> None:
    lote(**columns)
    (one,) = judged(sem_andamento.judge)
    assert (one.codigo, one.severidade, one.ativo) == ("sem_andamento", WARNING, active)


def test_how_long_a_lot_may_stand_still_is_a_setting(sqlite: str, configure: Configure) -> None:
    lote(criado_em=ago(hours=13))
    configure(alerts__stalled_days="0.5")
    (one,) = judged(sem_andamento.judge)
    assert one.ativo
    assert "é aceito pelo Questor há 13 horas. " in one.mensagem


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "A conta padrao não está na configuração."),
        (ACCOUNT | {"questor__window": "sempre"}, "A janela de envio está aberta."),
        (ACCOUNT | {"questor__window": '["ter 12:00-12:01"]'}, "A janela de envio está aberta."),
        (
            ACCOUNT | {"questor__window": '["seg-sex 20:00-06:00"]'},
            "Está fora da janela de envio, que abre em 10/03/2026 20:00.",
        ),
    ],
)
def test_it_says_why_as_far_as_that_can_be_known(
    sqlite: str, configure: Configure, settings: dict[str, str], said: str
) -> None:
    lote(criado_em=ago(days=9))
    configure(**settings)
    (one,) = judged(sem_andamento.judge)
    assert f" {said} Veja `esteira questor estado 2025`." in one.mensagem
