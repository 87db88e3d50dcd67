"""What no flow judges by itself: destinations, lots, accounts and scheduled tasks become alerts like any other."""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from conftest import Configure
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError
from support.deliveries import change, fire, webhook
from support.questor import account, lot

from alerts import sources
from alerts.judgement import CRITICAL, Judgement
from alerts.moment import Moment
from claims import last_times
from core.clock import SYSTEM, FixedClock
from flows.alertas import runs
from flows.alertas.acknowledging import acknowledge
from flows.alertas.judging import judge
from flows.alertas.reminding import remind
from flows.destinos.switching import pause, resume
from storage.models.alertas import Alerta
from storage.models.destinos import Destino
from storage.models.eventos import Delivery, Event
from storage.models.questor import QuestorConta, QuestorLote
from storage.models.sync import SyncFluxo
from storage.session import reading, transaction

Told = list[tuple[str, str, str]]


@pytest.fixture
def clock(banco: str) -> FixedClock:
    return FixedClock(SYSTEM.now())


def told() -> Told:
    """Return what was told of alerts: event, object and code."""
    with reading() as db:
        rows = db.scalars(select(Event).where(Event.nome.startswith("alerta_")).order_by(Event.id)).all()
    said = [(row.nome, json.loads(row.corpo)["dados"]) for row in rows]
    return [(nome, dados["objeto"], dados["codigo"]) for nome, dados in said if "objeto" in dados]


def messages() -> list[str]:
    with reading() as db:
        rows = db.scalars(select(Event).where(Event.nome.startswith("alerta_")).order_by(Event.id)).all()
    return [str(json.loads(row.corpo)["dados"].get("mensagem")) for row in rows]


def opened() -> list[tuple[str, str, str]]:
    with reading() as db:
        rows = db.scalars(select(Alerta).where(Alerta.resolvido_em.is_(None)).order_by(Alerta.id)).all()
    return [(row.fonte, row.objeto, row.codigo) for row in rows]


def pass_time(clock: FixedClock, periods: Mapping[str, float] = {}, **elapsed: float) -> None:
    """Judge every minute for a while."""
    ends = clock.now() + timedelta(**elapsed)
    while clock.now() < ends:
        judge(periods, clock)
        clock.advance(60)


def test_every_source_is_a_folder_and_every_condition_a_file() -> None:
    found = {name: len(conditions) for name, conditions in sources.sources().items()}
    assert found.items() >= {"entregas": 4, "fluxos": 2, "questor": 4}.items()


def test_a_destination_that_is_switched_off_is_an_alert_until_it_is_on_again(clock: FixedClock) -> None:
    number = webhook("https://exemplo.com.br/x", nome="Plantão")
    judge({}, clock)
    assert opened() == []
    change(number, desligado_em=clock.now(), desligado_motivo="sem nenhum sucesso há cinco dias")
    judge({}, clock)
    judge({}, clock)
    assert told() == [("alerta_aberto", f"destino:{number}", "desligado")]
    assert "sem nenhum sucesso há cinco dias" in messages()[0]
    clock.advance(86_400)
    assert remind(clock) == 1
    assert len(acknowledge(f"destino:{number}", "entregas", clock=clock)) == 1
    clock.advance(86_400)
    assert remind(clock) == 0
    resume(str(number))
    judge({}, clock)
    assert told()[-1] == ("alerta_resolvido", f"destino:{number}", "desligado")
    assert messages()[-1] == "Resolvido: O destino Plantão está ligado de novo."


def test_a_failing_destination_is_an_alert(clock: FixedClock) -> None:
    number = webhook("https://exemplo.com.br/x", nome="Plantão")
    change(number, falhando_desde=clock.now() - timedelta(hours=25), avisado_em=clock.now())
    judge({}, clock)
    assert told() == [("alerta_aberto", f"destino:{number}", "falhando")]
    assert "há 1 dia e 1 hora" in messages()[0]
    change(number, falhando_desde=None, avisado_em=None)
    judge({}, clock)
    assert messages()[-1] == "Resolvido: O destino Plantão voltou a receber."


def test_a_destination_is_told_of_others_and_not_of_itself(clock: FixedClock) -> None:
    numbers = [webhook(f"https://exemplo.com.br/{n}", nome=f"d{n}") for n in range(2)]
    change(numbers[0], avisado_em=clock.now(), falhando_desde=clock.now())
    judge({}, clock)
    clock.advance(86_400)
    remind(clock)
    with reading() as db:
        assert set(db.scalars(select(Delivery.destino_id))) == {numbers[1]}


def test_a_pause_that_was_forgotten_is_told(clock: FixedClock) -> None:
    number = webhook("https://exemplo.com.br/x")
    pause(str(number))
    pass_time(clock, minutes=3)
    assert told() == []
    clock.advance(timedelta(days=7).total_seconds())
    judge({}, clock)
    assert told() == [("alerta_aberto", f"destino:{number}", "pausado")]


def test_deliveries_that_the_rules_block_are_told(clock: FixedClock) -> None:
    number = webhook("https://exemplo.com.br/x")
    fire(2)
    with transaction() as db:
        db.execute(update(Delivery).values(estado="bloqueado"))
    judge({}, clock)
    assert told() == [("alerta_aberto", f"destino:{number}", "bloqueado")]
    assert "2 entregas bloqueadas" in messages()[-1]


def test_a_destination_that_is_removed_leaves_no_alert(clock: FixedClock) -> None:
    number = webhook("https://exemplo.com.br/x")
    change(number, desligado_em=clock.now())
    judge({}, clock)
    with transaction() as db:
        db.delete(db.get_one(Destino, number))
    judge({}, clock)
    assert opened() == []
    assert len(told()) == 1


@pytest.fixture
def lote(clock: FixedClock, tmp_path: Any, configure: Configure) -> int:
    """A lot that somebody wants sent."""
    configure(**account("http://127.0.0.1:1", window='["sab 08:00-12:00"]'))
    return lot(tmp_path / "xml", [], "janeiro")


def set_lot(**values: object) -> None:
    with transaction() as db:
        db.execute(update(QuestorLote).values(**values))


def test_a_stopped_lot_is_an_alert_until_it_goes_on(lote: int, clock: FixedClock) -> None:
    judge({}, clock)
    set_lot(parado_em=clock.now(), parado_motivo="A chave de acesso foi recusada.")
    judge({}, clock)
    assert opened() == [("questor", "janeiro", "parado")]
    assert "A chave de acesso foi recusada." in messages()[0]
    set_lot(parado_em=None)
    judge({}, clock)
    assert told() == [(name, "janeiro", "parado") for name in ("alerta_aberto", "alerta_resolvido")]


def test_a_lot_outside_its_window_for_days_is_told(lote: int, clock: FixedClock) -> None:
    clock.advance(timedelta(days=3).total_seconds() - 60)
    judge({}, clock)
    assert told() == []
    clock.advance(120)
    judge({}, clock)
    assert told() == [("alerta_aberto", "janeiro", "sem_andamento")]
    set_lot(ritmo_em=clock.now())
    judge({}, clock)
    assert told()[-1] == ("alerta_resolvido", "janeiro", "sem_andamento")


@pytest.mark.parametrize(
    "values",
    [{"enviar": False}, {"concluido_em": SYSTEM.now()}, {"pausado_em": SYSTEM.now()}],
    ids=["not asked for", "done", "paused"],
)
def test_a_lot_that_nobody_waits_for_is_no_alert(lote: int, clock: FixedClock, values: dict[str, object]) -> None:
    set_lot(**values)
    clock.advance(timedelta(days=6).total_seconds())
    judge({}, clock)
    assert told() == []


def test_a_lot_that_is_paused_for_long_is_told(lote: int, clock: FixedClock) -> None:
    set_lot(pausado_em=clock.now())
    clock.advance(timedelta(days=8).total_seconds())
    judge({}, clock)
    assert told() == [("alerta_aberto", "janeiro", "pausado")]


def test_an_account_whose_server_does_not_answer_is_told_after_a_while(lote: int, clock: FixedClock) -> None:
    with transaction() as db:
        db.add(QuestorConta(conta="padrao", limite=1.0, falhas=9, espera=60, aberto_ate=clock.now(), itens=1))
    pass_time(clock, minutes=15)
    assert told() == []
    pass_time(clock, minutes=5)
    assert told() == [("alerta_aberto", "conta:padrao", "esperando")]
    with transaction() as db:
        db.execute(update(QuestorConta).values(aberto_ate=None))
    judge({}, clock)
    assert told()[-1] == ("alerta_resolvido", "conta:padrao", "esperando")


def test_an_account_that_waits_for_a_moment_is_told_to_nobody(lote: int, clock: FixedClock) -> None:
    with transaction() as db:
        db.add(QuestorConta(conta="padrao", limite=1.0, falhas=9, espera=60, aberto_ate=clock.now(), itens=1))
    pass_time(clock, minutes=10)
    with transaction() as db:
        db.execute(update(QuestorConta).values(aberto_ate=None))
    judge({}, clock)
    assert (told(), opened()) == ([], [])


PERIODS = {"sat.varrer": 5.0, "questor.avancar": 60.0, "manutencao.limpar": 86_400.0}


@pytest.fixture
def runner(clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Runs tasks by name, as if each were a process of its own."""

    def run(*names: str) -> None:
        for name in names:
            monkeypatch.setattr(runs, "_noted", {})
            runs.note(name, clock)

    return SimpleNamespace(run=run)


def test_a_task_that_has_not_run_for_three_periods_is_told_and_its_return_too(
    clock: FixedClock, runner: SimpleNamespace
) -> None:
    for _ in range(10):
        runner.run("sat.varrer", "questor.avancar")
        pass_time(clock, PERIODS, minutes=1)
    assert told() == []
    for _ in range(2):
        runner.run("sat.varrer")
        pass_time(clock, PERIODS, minutes=1)
    assert told() == []
    for _ in range(3):
        runner.run("sat.varrer")
        pass_time(clock, PERIODS, minutes=1)
    assert told() == [("alerta_aberto", "questor.avancar", "parado")]
    assert "deveria rodar a cada 1 minuto" in messages()[0]
    runner.run("sat.varrer", "questor.avancar")
    judge(PERIODS, clock)
    assert told()[1:] == [("alerta_resolvido", "questor.avancar", "parado")]


def test_after_everything_was_off_nothing_is_told_before_it_had_time_to_run(
    clock: FixedClock, runner: SimpleNamespace
) -> None:
    runner.run(*PERIODS)
    pass_time(clock, PERIODS, minutes=2)
    clock.advance(timedelta(days=30).total_seconds())
    pass_time(clock, PERIODS, minutes=2)
    assert told() == []
    runner.run("sat.varrer", "questor.avancar")
    pass_time(clock, PERIODS, minutes=2)
    assert told() == []


def test_after_everything_was_off_a_flow_of_the_sync_has_time_to_run(clock: FixedClock, configure: Configure) -> None:
    configure(sync__cutoff="2026-01-01")
    with transaction() as db:
        row = {"conta": "padrao", "fluxo": "clientes-pm", "due_at": clock.now(), "precisa_de_alguem": False}
        db.add(SyncFluxo(**row, bem_em=clock.now()))
    judge({}, clock)
    clock.advance(timedelta(hours=12).total_seconds())
    pass_time(clock, minutes=29)
    assert told() == []
    pass_time(clock, minutes=2)
    assert told() == [("alerta_aberto", "padrao/clientes-pm", "parado")]
    # once it is told, a pause of all is no end of it
    clock.advance(timedelta(hours=12).total_seconds())
    pass_time(clock, minutes=2)
    assert len(told()) == 1


def test_a_clock_that_was_ahead_hides_no_task_that_does_not_run(clock: FixedClock, runner: SimpleNamespace) -> None:
    runner.run(*PERIODS)
    pass_time(clock, PERIODS, minutes=2)
    clock.advance(timedelta(days=30).total_seconds())
    judge(PERIODS, clock)
    runner.run(*PERIODS)
    clock.advance(-timedelta(days=30).total_seconds())
    pass_time(clock, PERIODS, minutes=2)
    assert told() == []
    for _ in range(3):
        runner.run("sat.varrer")
        pass_time(clock, PERIODS, minutes=1)
    assert told() == [("alerta_aberto", "questor.avancar", "parado")]


def test_a_worker_whose_clock_is_some_minutes_ahead_is_not_taken_for_one_that_is_away(
    clock: FixedClock, runner: SimpleNamespace
) -> None:
    for _ in range(10):
        clock.advance(300)
        runner.run(*PERIODS)
        clock.advance(-300)
        pass_time(clock, PERIODS, minutes=1)
    assert told() == []


def test_a_task_that_never_ran_is_told(clock: FixedClock) -> None:
    pass_time(clock, {"sat.varrer": 5.0}, minutes=4)
    assert told() == [("alerta_aberto", "sat.varrer", "parado")]


def test_a_run_is_noted_now_and_then_only(clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    noted: list[str] = []
    monkeypatch.setattr(runs, "_noted", {})
    monkeypatch.setattr(last_times, "note", lambda nome, _clock: noted.append(nome))
    for _ in range(50):
        runs.note("sat.varrer", clock)
        runs.note("questor.avancar", clock)
    assert noted == ["tarefa:sat.varrer", "tarefa:questor.avancar"]


def test_a_condition_that_fails_hides_no_other(clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    from alerts.entregas import pausado

    number = webhook("https://exemplo.com.br/x")
    change(number, desligado_em=clock.now())
    monkeypatch.setattr(pausado, "judge", lambda moment: 1 / 0)
    judge({}, clock)
    assert told() == [("alerta_aberto", f"destino:{number}", "desligado")]


def broken_statement(moment: Moment) -> list[Judgement]:
    moment.db.execute(text("SELECT nada FROM lugar_nenhum"))
    return []


def unwritable(_: Moment) -> list[Judgement]:
    """Say something that no row can take."""
    return [Judgement("x", "y", CRITICAL, ativo=True, mensagem=cast("str", None), calado=True)]


# `bloqueado` is judged before `desligado`, and `agenda` before `entregas`.
@pytest.mark.parametrize("place", ["alerts.entregas.bloqueado", "alerts.agenda.perdida"])
@pytest.mark.parametrize("fault", [broken_statement, unwritable])
def test_a_fault_of_one_condition_costs_neither_its_source_nor_the_others(
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
    place: str,
    fault: Callable[[Moment], list[Judgement]],
) -> None:
    monkeypatch.setattr(f"{place}.judge", fault)
    number = webhook("https://exemplo.com.br/x")
    change(number, desligado_em=clock.now())
    judge({}, clock)
    assert told() == [("alerta_aberto", f"destino:{number}", "desligado")]
    with reading() as db:
        assert last_times.last(db, runs.JUDGED) == clock.now()
    change(number, desligado_em=None)
    judge({}, clock)
    assert told()[1:] == [("alerta_resolvido", f"destino:{number}", "desligado")]


def test_where_no_source_can_be_judged_nothing_is_noted_as_judged(clock: FixedClock) -> None:
    rename = "ALTER TABLE {} RENAME TO {}"
    with transaction() as db:
        db.execute(text(rename.format("alerta", "guardada")))
    try:
        with pytest.raises(DBAPIError):
            judge({}, clock)
    finally:
        with transaction() as db:
            db.execute(text(rename.format("guardada", "alerta")))
    with reading() as db:
        assert last_times.last(db, runs.JUDGED) is None


def test_a_judge_of_sources_loads_nothing_of_satcfe() -> None:
    program = "import sys; from flows.alertas import judging, reminding; sys.exit('satcfe' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
