"""SAT and MFE boxes: check one, check all that are due, check all soon."""

from typing import Any

from flows.sat import boxes, check
from tasks.base import task

# A check lasts as long as the slowest box of the settings may take (at most 90 s).
LIMITS = {"soft_time_limit": 150, "time_limit": 165}


@task("sat.verificar_caixa", queue="sat", **LIMITS)
def verificar_caixa(nome: str) -> dict[str, Any]:
    """Check one box now."""
    found = check.verificar(nome)
    return {"caixa": found.caixa, "resultado": found.resultado, "alertas": [a.codigo for a in found.ativos]}


@task("sat.varrer", queue="sat", **LIMITS)
def varrer() -> dict[str, Any]:
    """Check every box that is due."""
    return {"verificadas": len(check.verificar_vencidas())}


@task("sat.iniciar", queue="sat")
def iniciar() -> dict[str, Any]:
    """Make every box due: each is checked once right after start."""
    return {"caixas": boxes.check_all_soon()}
