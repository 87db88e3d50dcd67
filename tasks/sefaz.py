"""SEFAZ: consult a service for a company, and every company whose time has come; send what recipients say of notes."""

from dataclasses import asdict
from typing import Any

from core import messages
from core.queues import Queue
from tasks.base import DEFAULT, task

EVENTS, IMPORT = "sefaz.enviar_eventos", "sefaz.importar_pendentes"
# A little less than beat's period.
SEND_SECONDS = 55.0


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


@task(EVENTS, SEFAZ)
def enviar_eventos(empresa_id: int) -> dict[str, Any]:
    """Send the events that a company owes as the recipient of notes."""
    from flows.sefaz.manifestacoes import envio

    return asdict(envio.enviar(empresa_id))


@task("sefaz.manifestar", DEFAULT)
def manifestar() -> dict[str, Any]:
    """Make the Ciências owed that are due by themselves; have owed events sent, and what was asked for imported."""
    from flows.sefaz import importacoes_pedidas
    from flows.sefaz.manifestacoes import ciencia, manifestar

    owed, due, asked = ciencia.dever(), manifestar.com_devidas(), importacoes_pedidas.devidas()
    messages.send_all(
        [*((EVENTS, [empresa_id]) for empresa_id in due), *((IMPORT, [consulta_id]) for consulta_id in asked)],
        expires=SEND_SECONDS,
    )
    return {"ciencias": owed, "empresas": len(due), "importacoes": len(asked)}


@task(IMPORT, SEFAZ)
def importar_pendentes(consulta_id: int) -> dict[str, Any]:
    """Take in what a consultation brought and is not whole in the store yet, where somebody asked for that."""
    from flows.sefaz import importacoes_pedidas

    found = list(importacoes_pedidas.importar(consulta_id))
    return {"importados": sum(one.importado for one in found), "pendentes": sum(not one.importado for one in found)}


@task("sefaz.completar", SEFAZ)
def completar() -> dict[str, Any]:
    """Ask for what is missing of companies, and for what people want of them, as far as this hour's count goes."""
    from flows.sefaz import rodada

    return asdict(rodada.completar())


@task("sefaz.varrer", SEFAZ)
def varrer() -> dict[str, Any]:
    """Consult every company whose time has come; a message stands for all of them."""
    from flows.sefaz import rodada

    return asdict(rodada.rodar())
