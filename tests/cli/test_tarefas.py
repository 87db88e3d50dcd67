"""`esteira tarefas executar`, as it is typed or as cron runs it. docs/reference/contracts/integracoes.md §5.1."""

import json
from pathlib import Path

import pytest
from conftest import Configure
from sqlalchemy import select
from support.deliveries import deliveries, fire, webhook
from support.forked import Forked
from support.past import happened
from support.ports import wait_until
from support.typed import Run

from cli.tarefas import TODAS
from core.clock import SYSTEM
from flows import retencao
from flows.sefaz import rodada
from sandbox import faults
from sandbox.receiver import ReceiverServer
from storage import tidying
from storage.models.agenda import AgendaDia
from storage.models.eventos import Estado
from storage.session import reading


def rows() -> list[AgendaDia]:
    with reading() as db:
        return list(db.scalars(select(AgendaDia).order_by(AgendaDia.id)))


def test_without_a_name_all_three_are_done_in_that_order(run: Run) -> None:
    assert TODAS == ("consultas_sefaz", "limpeza_logs", "enviar_relatorios")
    code, out, said = run("tarefas executar --json")
    assert (code, said) == (0, "")
    assert [one["tarefa"] for one in json.loads(out)] == list(TODAS)
    assert {one["situacao"] for one in json.loads(out)} == {"feita"}


@pytest.mark.parametrize("name", ["limpeza", "", "consultas_sefaz,limpeza_logs", "sefaz.varrer"])
def test_an_unknown_name_is_an_error_and_runs_nothing(run: Run, name: str) -> None:
    code, out, said = run("tarefas", "executar", "--task", name)
    assert (code, out) == (2, "")
    assert "limpeza_logs" in said
    assert rows() == []


def test_what_was_done_is_said_with_its_figures_and_then_by_whom(run: Run) -> None:
    destino = webhook("https://recebe.example/x")
    happened(SYSTEM.now().replace(year=2020), (destino, Estado.ENTREGUE), attempts=3)
    code, out, _ = run("tarefas executar --task limpeza_logs")
    assert code == 0
    assert "tentativas: 3" in out
    code, out, _ = run("tarefas executar --task limpeza_logs")
    assert code == 0
    assert "já foi feita em" in out
    assert "(comando)" in out
    again = json.loads(run("tarefas executar --task limpeza_logs --de-novo --json")[1])
    assert [one["situacao"] for one in again] == ["feita"]


def test_one_that_fails_is_said_keeps_no_other_from_its_work_and_is_owed_still(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retencao, "limpar", lambda *_: 1 / 0)
    code, out, said = run("tarefas executar")
    assert code == 70
    assert "consultas_sefaz: feita" in out
    assert "limpeza_logs: falhou: erro interno (ZeroDivisionError)" in said
    assert [(one.estado, one.tentativas) for one in rows() if one.tarefa == "limpeza_logs"] == [("pendente", 1)]


def test_a_database_that_is_tidied_later_costs_nothing_that_is_done(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tidying, "tidy", lambda: 1 / 0)
    assert run("tarefas executar --task limpeza_logs")[0] == 70
    monkeypatch.undo()
    assert [one.estado for one in rows()] == ["pendente"]


def test_what_is_owed_to_destinations_leaves_without_workers(run: Run, receiver: ReceiverServer) -> None:
    webhook(f"{receiver.url}/x")
    sent = fire(3)
    code, out, said = run("tarefas executar --task limpeza_logs")
    assert (code, said) == (0, "")
    assert "entregas: 3 saíram." in out
    assert [one.webhook_id for one in receiver.requests] == sent
    assert "entregas" not in run("tarefas executar --task limpeza_logs")[1]


def test_a_delivery_that_fails_is_told_and_owed_for_later(run: Run, receiver: ReceiverServer) -> None:
    receiver.faults.always(faults.status(503))
    webhook(f"{receiver.url}/x")
    fire()
    code, out, said = run("tarefas executar --task limpeza_logs --json")
    assert (code, len(json.loads(out))) == (0, 1)
    assert "entregas: 1 tentativa falhou" in said
    assert [one.estado for one in deliveries()] == [Estado.PENDENTE]


@pytest.mark.slow
def test_cron_and_beat_at_once_do_the_work_once(banco: str, configure: Configure, tmp_path: Path) -> None:
    """Four processes: two as cron starts them, two as workers that got beat's message."""
    configure(core__database_url=banco)
    destino = webhook("https://recebe.example/x")
    for _ in range(5):
        happened(SYSTEM.now().replace(year=2020), (destino, Estado.ENTREGUE), attempts=3)
    worker = (
        "from beat_schedule import jobs; from core.agenda import work_of; from flows.agenda import owing, running\n"
        "job = jobs()[0]; work_of(job.tarefa); ready()\n"
        "for task, number in owing.due([job]):\n"
        "    while told := running.look(number, task, work_of(task)):\n"
        "        if told.situacao != 'restam':\n"
        "            print(told.situacao)\n"
    )
    cron = "from cli.main import main; ready(); main(['tarefas', 'executar', '--task', 'limpeza_logs', '--json'])"
    begin = (
        "import pathlib, sys, time\n"
        "def ready():\n"
        "    pathlib.Path(sys.argv[1]).touch()\n"
        "    while not pathlib.Path('ja').exists(): time.sleep(0.001)\n"
    )
    running = [
        Forked(begin + program, f"pronto-{number}", knowing=("cli.main", "cli.tarefas", "flows.agenda.running"))
        for number, program in enumerate([worker, cron, worker, cron])
    ]
    wait_until(lambda: len(list(tmp_path.glob("pronto-*"))) == 4)
    Path("ja").touch()
    assert [one.wait() for one in running] == [0] * 4
    told = [one.said() for one in running]
    (row,) = rows()
    assert row.estado == "feita"
    assert json.loads(row.contagem or "{}")["tentativas"] == 15
    assert sum('"feita"' in one or "feita" in one.splitlines() for one in told) == 1, told


def test_companies_that_could_not_be_consulted_are_an_exit_code_for_cron(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rodada, "rodar", lambda: rodada.Rodada(consultas=3, falhas=1))
    code, out, said = run("tarefas executar")
    assert code == 5
    assert "consultas_sefaz: falhou: 1 consulta parou por um erro" in said
    assert "limpeza_logs: feita" in out
