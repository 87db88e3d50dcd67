"""The beat table: each scheduled name has a task, on the queue it says, and no message outlives its period
by much."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from conftest import Configure

from beat_schedule import jobs, schedule
from core import celery_app, queues
from core.agenda import Job, work_of
from core.clock import FixedClock
from core.errors import Misconfigured
from flows.agenda import owing


def test_the_table_that_runs_is_the_one_of_this_tree_wherever_it_is_started(tmp_path: Path) -> None:
    """A copy that an installation made would go on with the entries of the day it was made."""
    program = "import beat_schedule; print(beat_schedule.__file__)"
    told = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert Path(told.stdout.strip()) == Path(__file__).parent.parent / "beat_schedule.py"


@pytest.mark.parametrize(("name", "entry"), schedule().items())
def test_an_entry_is_sound(name: str, entry: dict[str, object]) -> None:
    assert entry["task"] in celery_app.app.tasks
    assert queues.queue_of(name) is not None
    options, often = entry["options"], entry["schedule"]
    assert isinstance(options, dict)
    assert isinstance(often, timedelta)
    assert "queue" not in options
    # no backlog of hours, and no clock that is some seconds off drops it
    assert options["expires"] < max(often.total_seconds(), 61)
    assert options["expires"] >= 60 or (name == "entregas.varrer" and options["expires"] < often.total_seconds())


@pytest.mark.parametrize("job", jobs(), ids=lambda job: job.nome)
def test_a_job_has_a_task_that_says_what_it_does(job: Job) -> None:
    assert queues.queue_of(job.tarefa) is not None
    assert callable(work_of(job.tarefa))
    assert job.tarefa not in schedule()
    assert len(job.nome) <= 60


def test_the_jobs_are_those_of_the_contract_at_its_times() -> None:
    """docs/reference/contracts/integracoes.md §5.2."""
    times = {"limpeza_logs": "02:00", "certificados_vencendo": "07:00", "enviar_relatorios": "08:00"}
    assert {job.nome: job.hora for job in jobs()}.items() <= times.items()
    assert schedule()["sefaz.varrer"]["schedule"] == timedelta(minutes=30)


@pytest.mark.parametrize("zone", ["America/Sao_Paulo", "America/Rio_Branco"])
def test_the_house_is_kept_at_two_in_the_morning_of_the_installation(
    configure: Configure, sqlite: str, zone: str
) -> None:
    configure(core__timezone=zone)
    at_two = datetime(2026, 3, 2, 2, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    (told,) = schedule()["agenda.avancar"]["args"]
    table = [Job(**one) for one in told if one["nome"] == "limpeza_logs"]
    clock = FixedClock(at_two - timedelta(hours=3))
    owing.due(table, clock)
    clock.instant = at_two - timedelta(seconds=90)
    assert owing.due(table, clock) == []
    clock.instant = at_two + timedelta(seconds=1)
    assert [task for task, _ in owing.due(table, clock)] == ["manutencao.limpar"]


def test_times_and_windows_are_settings_and_an_empty_one_turns_a_job_off(configure: Configure) -> None:
    configure(agenda__limpeza_logs="03:15", agenda__limpeza_logs_janela="90", agenda__consultas_sefaz_minutos="0")
    assert [(job.hora, job.janela) for job in jobs() if job.nome == "limpeza_logs"] == [("03:15", 90)]
    assert "sefaz.varrer" not in schedule()
    configure(agenda__limpeza_logs="")
    assert [job.hora for job in jobs() if job.nome == "limpeza_logs"] == [""]


@pytest.mark.parametrize("wrong", ["8:00", "24:00", "08:60", "oito", "08:00:00", " "])
def test_a_time_that_is_none_is_said_by_its_key(configure: Configure, wrong: str) -> None:
    configure(agenda__enviar_relatorios=wrong)
    with pytest.raises(Misconfigured, match=r"agenda\.enviar_relatorios: deve ser um horário como 08:00"):
        jobs()


def test_what_beat_sends_can_be_sent() -> None:
    json.dumps([entry.get("args") for entry in schedule().values()])
