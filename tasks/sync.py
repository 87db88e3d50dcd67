"""Ploomes and Milvus in step: one task for each flow."""

from typing import Any

from core import messages
from core.queues import Queue
from core.settings.sync import CLIENTES_MP, CLIENTES_PM, INTERACOES, TAREFAS
from tasks.base import task

# A list is read to its end; what is sent beside it stops at the account's own limit.
LONGEST, UNDER_WAY = 1700, 130

SYNC = Queue(
    name="sync",
    worker="sync",
    processes=2,
    about="Mantém Ploomes e Milvus em dia",
    longest=LONGEST,
    ends_in=lambda: UNDER_WAY,
)


def _run(fluxo: str, conta: str | None) -> dict[str, Any]:
    """Run a flow of one account, or of all whose time has come; what the time did not do goes on at once."""
    from flows.sync import hinted, results, run

    reports = run.run_due(fluxo) if conta is None else [run.run(fluxo, conta)]
    for report in reports:
        # what a webhook tells of during a run is not read by that one
        more = report.restam or (report.estado == results.WELL and hinted.waiting(report.conta, fluxo))
        if more and not report.failed:
            messages.send(f"sync.{fluxo.replace('-', '_')}", [report.conta])
    return {report.conta: report.as_dict() for report in reports}


@task("sync.clientes_pm", SYNC)
def clientes_pm(conta: str | None = None) -> dict[str, Any]:
    """Create the clients of Ploomes that Milvus lacks."""
    return _run(CLIENTES_PM, conta)


@task("sync.clientes_mp", SYNC)
def clientes_mp(conta: str | None = None) -> dict[str, Any]:
    """Create the clients of Milvus that Ploomes lacks."""
    return _run(CLIENTES_MP, conta)


@task("sync.tarefas", SYNC)
def tarefas(conta: str | None = None) -> dict[str, Any]:
    """Open a ticket for each task with one of our tags."""
    return _run(TAREFAS, conta)


@task("sync.interacoes", SYNC)
def interacoes(conta: str | None = None) -> dict[str, Any]:
    """Open a ticket for each interaction with one of our tags."""
    return _run(INTERACOES, conta)
