"""SAT and MFE boxes: check one, check all that are due."""

from typing import Any

from core.queues import Queue
from tasks.base import task

# A round takes no box after 45 s, and the slowest box may take 90 s; one that is asked to stop waits for those boxes.
SAT = Queue(
    name="sat",
    worker="sat",
    processes=2,
    about="Verifica as caixas SAT e MFE",
    longest=150,
    ends_in=lambda: 97,
    needs="It has to reach the SATHubs of the shops. A box of kind `local` needs its library and device here.",
)


@task("sat.verificar_caixa", SAT)
def verificar_caixa(nome: str) -> dict[str, Any]:
    """Check one box now."""
    from flows.sat import check

    found = check.verificar(nome)
    return {"caixa": found.caixa, "resultado": found.resultado, "alertas": [a.codigo for a in found.ativos]}


@task("sat.varrer", SAT)
def varrer() -> dict[str, Any]:
    """Check every box that is due."""
    from flows.sat import check

    return {"verificadas": len(check.verificar_vencidas())}
