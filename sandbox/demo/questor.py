"""The Questor of an office, and a small lot of documents on its way there."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from core.text import plural
from sandbox.demo.part import Part, Stage, Typed

if TYPE_CHECKING:
    from sandbox.server import SandboxServer

CONTA = LOTE = "demonstracao"
FOLDER = "xml"
DOCUMENTS = {"nfe": 12, "nfce": 8, "cte": 4}


class Questor(Part):
    """The office's server."""

    name = "questor"
    about = "Questor de um escritório"
    look = ("questor listar", f"questor estado {LOTE} --conta {CONTA}")

    def servers(self, stage: Stage) -> "Sequence[SandboxServer]":
        from sandbox.questor import QuestorServer

        self._write(stage)
        return [QuestorServer(stage.text_secret(self.name))]

    def settings(self, stage: Stage) -> Mapping[str, Any]:
        conta = {
            "token": stage.text_secret(self.name),
            "base_url": stage.url(self.name),
            "window": ["sempre"],
            "agreed_with_vendor": "demonstração",
        }
        return {"questor": {"contas": {CONTA: conta}}}

    def commands(self, stage: Stage) -> Sequence[Typed]:
        scan = ("questor", "varrer", str(stage.path(FOLDER)), "--nome", LOTE, "--conta", CONTA)
        return [Typed(scan), Typed(("questor", "enviar", LOTE, "--conta", CONTA, "--fila"))]

    def told(self, states: Sequence[Mapping[str, Any]]) -> str:
        return plural(states[0]["guardados"], "documento guardado", "documentos guardados")

    def _write(self, stage: Stage) -> None:
        """Make up the documents; they are there before the server says that it serves."""
        from sandbox.questor.documentos import documento

        folder = stage.path(FOLDER)
        folder.mkdir(exist_ok=True)
        for tipo, amount in DOCUMENTS.items():
            for number in range(1, amount + 1):
                (folder / f"{tipo}-{number:02d}.xml").write_text(documento(tipo, number).texto, encoding="utf-8")


PART = Questor()
