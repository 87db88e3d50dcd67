"""An ERP whose database gets orders, and the ntfy topic that announces them."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from core.text import counted, plural
from sandbox.demo.part import Part, Stage, Typed

if TYPE_CHECKING:
    from sandbox.server import SandboxServer

CONTA, DATABASE = "demonstracao", "erp.db"
DESTINATION, TOPIC = "demo-ordens", "hsm_os"


class Erp(Part):
    """The ERP of a workshop."""

    name = "erp"
    about = "ERP com ordens de serviço"
    look = ("fila estado",)

    def servers(self, stage: Stage) -> "Sequence[SandboxServer]":
        from sandbox.erp import ErpServer

        return [ErpServer(stage.path(DATABASE))]

    def settings(self, stage: Stage) -> Mapping[str, Any]:
        conta = {"url": f"sqlite:///{stage.path(DATABASE)}", "template": "OS #{id_os}: {mensagem} ({nm_setor})"}
        return {"fila": {"contas": {CONTA: conta}}}

    def commands(self, stage: Stage) -> Sequence[Typed]:
        where = ("--tipo", "ntfy", "--nome", DESTINATION, "--url", stage.url("ntfy"), "--topico", TOPIC)
        return [
            Typed(("destinos", "criar", *where, "--eventos", "ordem_servico_notificada", "--substituir")),
            Typed(("fila", "migrar", "--conta", CONTA, "--aplicar")),
        ]

    def told(self, states: Sequence[Mapping[str, Any]]) -> str:
        return f"{plural(states[0]['ordens'], 'ordem', 'ordens')}, {counted(states[0]['processadas'], 'avisada')}"


PART = Erp()
