"""What is wrong with a flow is told by its last run."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from conftest import Configure

from alerts import sources
from alerts.judgement import CRITICAL, WARNING, Judgement
from alerts.moment import Moment
from alerts.sync import a_conferir, estacionados, parado, recusado
from alerts.sync.flows import flows, judged
from storage.models.limites import JUDGING_SINCE, Marca
from storage.models.sync import SyncFluxo
from storage.session import reading, transaction

NOW = datetime(2026, 7, 14, 12, tzinfo=UTC)
Judge = Callable[[Moment], Any]


def ago(**time: float) -> datetime:
    return NOW - timedelta(**time)


def ran(fluxo: str = "clientes-pm", conta: str = "padrao", **columns: Any) -> None:
    """Write where a flow stands."""
    with transaction() as db:
        row = {"conta": conta, "fluxo": fluxo, "due_at": NOW, "precisa_de_alguem": False, **columns}
        db.add(SyncFluxo(**row))


def of(judge: Judge) -> list[Judgement]:
    with reading() as db:
        return list(judge(Moment(db, NOW)))


@pytest.fixture
def sync(sqlite: str, configure: Configure) -> None:
    """The usual account is configured; its first flow runs every five minutes, the others are off."""
    configure(sync__cutoff="2026-01-01")


@pytest.mark.usefixtures("sync")
@pytest.mark.parametrize(
    ("columns", "codes"),
    [
        ({"bem_em": ago(minutes=29)}, []),
        ({"bem_em": ago(minutes=30)}, ["parado"]),
        # by a clock that was ahead: only what was before now counts
        ({"bem_em": ago(days=-30), "falhando_desde": ago(minutes=31), "falha": "não respondeu."}, ["parado"]),
        ({"bem_em": ago(days=-30), "falhando_desde": ago(days=-30), "iniciado_em": ago(minutes=31)}, ["parado"]),
        ({"bem_em": ago(days=-30), "iniciado_em": ago(minutes=29)}, []),
        ({"falhando_desde": ago(minutes=31), "falha": "não respondeu."}, ["parado"]),
        # it failed for long, and was well in between
        ({"falhando_desde": ago(days=9), "bem_em": ago(minutes=1)}, []),
        # it never ran
        ({}, []),
        ({"bem_em": NOW, "falha": "chave recusada.", "precisa_de_alguem": True}, ["recusado"]),
        ({"bem_em": NOW, "falha": "não respondeu."}, []),
        ({"bem_em": NOW, "precisa_de_alguem": True}, []),
        ({"bem_em": NOW, "estacionado_desde": ago(hours=23)}, []),
        ({"bem_em": NOW, "estacionado_desde": ago(hours=24)}, ["estacionados"]),
        ({"bem_em": NOW, "relatorio": '{"avisos": []}'}, []),
        ({"bem_em": NOW, "relatorio": "{}"}, []),
        ({"bem_em": NOW, "relatorio": '{"avisos": ["o webhook 7 está desligado"]}'}, ["a_conferir"]),
    ],
)
def test_a_condition_is_active_at_its_limit(columns: dict[str, Any], codes: list[str]) -> None:
    ran(**columns)
    # one that is off is judged no more
    ran("clientes-mp", **{**columns, "bem_em": ago(days=9), "estacionado_desde": ago(days=9)})
    found = [one for judge in sources.sources()["sync"] for one in of(judge)]
    assert {(one.objeto, one.codigo) for one in found} == {
        ("padrao/clientes-pm", codigo) for codigo in ("a_conferir", "parado", "recusado", "estacionados")
    }
    assert all(one.mensagem and one.resolvido for one in found)
    assert [one.codigo for one in found if one.ativo] == codes


def test_flows_of_the_settings_that_are_on_and_ever_ran_are_looked_at_in_the_order_they_came(
    sqlite: str, configure: Configure
) -> None:
    for conta in ("matriz", "antiga", "filial"):
        for fluxo in ("tarefas", "clientes-mp", "clientes-pm"):
            ran(fluxo, conta)
    configure(
        sync__contas__matriz__min_milvus_id="0",
        sync__contas__filial__schedules='{"clientes_pm": 0}',
        sync__contas__filial__tags='[{"id": 7, "label": "INSTALAÇÃO"}]',
        sync__contas__nova__cutoff="2026-01-01",
    )
    with reading() as db:
        found = [(row.conta, row.fluxo) for row in flows(Moment(db, NOW))]
    assert found == [("matriz", "clientes-mp"), ("matriz", "clientes-pm"), ("filial", "tarefas")]


def test_a_judgement_is_of_a_flow_of_an_account() -> None:
    row = SyncFluxo(conta="matriz", fluxo="tarefas")
    assert judged(row, "parado", CRITICAL, ativo=True, mensagem="Parou.", resolvido="Anda.") == Judgement(
        "matriz/tarefas",
        "parado",
        CRITICAL,
        True,
        "Parou.",
        resolvido="Anda.",
        rotulos={"conta": "matriz", "fluxo": "tarefas"},
    )


@pytest.mark.parametrize(
    ("minutes", "away", "active"),
    [
        # six periods, and never less than half an hour
        (4, timedelta(minutes=29), False),
        (4, timedelta(minutes=30), True),
        (60, timedelta(hours=6, seconds=-1), False),
        (60, timedelta(hours=6), True),
    ],
)
def test_a_flow_stands_still_after_six_of_its_periods(
    sqlite: str, configure: Configure, minutes: int, away: timedelta, active: bool
) -> None:
    configure(sync__schedules=json.dumps({"clientes_pm": minutes}))
    ran(bem_em=NOW - away)
    assert [one.ativo for one in of(parado.judge)] == [active]


@pytest.mark.usefixtures("sync")
def test_only_the_flow_that_looks_at_both_systems_tells_what_it_found(configure: Configure) -> None:
    configure(sync__min_milvus_id="0")
    ran("clientes-mp", relatorio='{"avisos": ["de outro"]}')
    ran(relatorio='{"avisos": ["a etiqueta 7 sumiu", "o webhook dorme"]}')
    (one,) = of(a_conferir.judge)
    assert (one.objeto, one.ativo) == ("padrao/clientes-pm", True)
    assert one.mensagem.endswith("(`esteira diagnostico`): a etiqueta 7 sumiu; o webhook dorme.")


@pytest.mark.usefixtures("sync")
@pytest.mark.parametrize(
    ("judge", "columns", "severidade", "said"),
    [
        (
            estacionados.judge,
            {"estacionado_desde": ago(days=2, hours=1)},
            WARNING,
            "O fluxo clientes-pm da conta padrao tem itens estacionados há 2 dias e 1 hora. ",
        ),
        (
            parado.judge,
            {"bem_em": ago(hours=2), "falha": "O Milvus não respondeu."},
            CRITICAL,
            "O fluxo clientes-pm da conta padrao não roda bem há 2 horas. O Milvus não respondeu. Nada se perde",
        ),
        (
            parado.judge,
            {"bem_em": ago(hours=2)},
            CRITICAL,
            "O fluxo clientes-pm da conta padrao não roda bem há 2 horas. Veja se os workers da fila sync estão no ar.",
        ),
        (
            recusado.judge,
            {"falha": "O Ploomes recusou a chave.", "precisa_de_alguem": True},
            CRITICAL,
            "O fluxo clientes-pm da conta padrao está parado: O Ploomes recusou a chave. Corrija a chave ",
        ),
    ],
)
def test_it_says_what_the_last_run_said(judge: Judge, columns: dict[str, Any], severidade: str, said: str) -> None:
    ran(**columns)
    (one,) = of(judge)
    assert (one.ativo, one.severidade) == (True, severidade)
    assert one.mensagem.startswith(said)


@pytest.mark.usefixtures("sync")
@pytest.mark.parametrize(
    ("back", "columns", "unknown"),
    [
        (timedelta(minutes=29), {"bem_em": ago(hours=12)}, True),
        (timedelta(minutes=30), {"bem_em": ago(hours=12)}, False),
        # it ran since, and there is nothing to wait for
        (timedelta(minutes=29), {"bem_em": ago(minutes=5)}, False),
    ],
)
def test_after_all_was_off_a_flow_has_time_to_run_before_it_is_told(
    back: timedelta, columns: dict[str, Any], unknown: bool
) -> None:
    ran(**columns)
    with transaction() as db:
        db.add(Marca(nome=JUDGING_SINCE, instante=NOW - back))
    (one,) = of(parado.judge)
    assert (one.desconhecido is not None) is unknown
