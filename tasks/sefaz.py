"""Distribution by SEFAZ: consult a service for a company, and every company whose time has come."""

from dataclasses import asdict
from typing import Any

from core import messages
from core.queues import Queue
from tasks.base import DEFAULT, task

ONE = "sefaz.consultar_empresa"
# A little less than beat's period.
ASK_SECONDS = 1700.0


def _ends_in() -> float:
    """A call under way, the pause before it, and the storing of what it brings."""
    from core.settings.sefaz import SefazSettings

    return SefazSettings.current().total_timeout + 45


# No page is asked for after 15 minutes; the last one may wait for four answers that do not come.
SEFAZ = Queue(
    name="sefaz",
    worker="sefaz",
    processes=2,
    about="Consulta a SEFAZ pelos documentos das empresas",
    longest=1500,
    ends_in=_ends_in,
    needs="It has to reach the national environment of SEFAZ; `sefaz.ca`, where it is set, has to be there.",
)


@task("sefaz.consultar", SEFAZ)
def consultar(empresa: str, servico: str = "nfe", usuario: str | None = None) -> dict[str, Any]:
    """Ask a service for what is new of a company; during rest or block nothing is asked."""
    from flows.sefaz import consultas

    return asdict(consultas.consultar(empresa, servico, usuario))


@task(ONE, SEFAZ)
def consultar_empresa(empresa_id: int, servico: str) -> dict[str, Any]:
    """Do the same for a company by its number."""
    from flows.sefaz import consultas, varredura

    return asdict(consultas.consultar_para(varredura.dona(empresa_id), servico))


@task("sefaz.varrer", DEFAULT)
def varrer() -> dict[str, Any]:
    """Ask for every consultation that has come due by itself."""
    from flows.sefaz import varredura

    due = varredura.devidas()
    messages.send_all(((ONE, [one.dono.empresa_id, one.servico]) for one in due), expires=ASK_SECONDS)
    return {"consultas": len(due)}
