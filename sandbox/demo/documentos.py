"""A shop whose fiscal documents come in, some out of order and one broken, and its system that is told of them."""

import base64
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from core.text import plural
from sandbox.demo.part import Part, Stage, Typed

if TYPE_CHECKING:
    from sandbox.server import SandboxServer

USER, DESTINATION, CAMINHO = "demonstracao", "demo-documentos", "/webhook/documentos"
EVENTS = "nfe_importada,cte_importado,documento_atualizado,erro_importacao"
# What comes first: an event waits for its document.
EARLY, REST = "documentos/antes", "documentos/depois"
NOTES, CANCELLED = 6, 4


class Documentos(Part):
    """The system of a shop, and the folders in which its documents arrive."""

    name = "documentos"
    about = "loja que importa documentos fiscais"
    look = ("documentos listar", "documentos totais", "documentos logs")

    def servers(self, stage: Stage) -> "Sequence[SandboxServer]":
        from sandbox.receiver import ReceiverServer

        self._write(stage)
        return [ReceiverServer({CAMINHO: self._secret(stage)})]

    def commands(self, stage: Stage) -> Sequence[Typed]:
        from sandbox.documentos.comum import EMITENTE

        where = ("--tipo", "webhook", "--nome", DESTINATION, "--url", stage.url(self.name) + CAMINHO, "--segredo", "-")
        hook = ("destinos", "criar", *where, "--eventos", EVENTS, "--usuario", USER, "--substituir")
        folders = [str(stage.path(name)) for name in (EARLY, REST)]
        return [
            Typed(("usuarios", "criar", USER, "--nome", "Demonstração", "--substituir")),
            Typed(
                ("empresas", "criar", EMITENTE.documento, "--usuario", USER, "--nome", EMITENTE.nome, "--substituir")
            ),
            Typed(hook, stdin=self._secret(stage) + "\n"),
            Typed(("importar", *folders, "--usuario", USER, "--fila")),
        ]

    def told(self, states: Sequence[Mapping[str, Any]]) -> str:
        return plural(states[0]["verificados"], "aviso recebido", "avisos recebidos")

    def _secret(self, stage: Stage) -> str:
        return "whsec_" + base64.b64encode(stage.secret(self.name)).decode()

    def _write(self, stage: Stage) -> None:
        """Make up the documents of today; they are there before the server says that it serves."""
        from core.clock import SYSTEM
        from sandbox.documentos.comum import BRASILIA
        from sandbox.documentos.conhecimentos import conhecimento
        from sandbox.documentos.cupons import cupom
        from sandbox.documentos.eventos import evento
        from sandbox.documentos.notas import nota

        now = SYSTEM.now().astimezone(BRASILIA).replace(microsecond=0)
        notes = [nota(number, quando=now) for number in range(1, NOTES + 1)]
        texts = {f"{REST}/nfe-{number}.xml": one.xml for number, one in enumerate(notes, 1)} | {
            f"{EARLY}/cancelamento.xml": evento(notes[CANCELLED - 1], quando=now),
            f"{REST}/nfce.xml": nota(1, modelo="65", destinatario=None, quando=now).xml,
            f"{REST}/cte.xml": conhecimento(1, quando=now, notas=[notes[0].chave]).xml,
            f"{REST}/cfe.xml": cupom(1, quando=now).xml,
            f"{REST}/cortada.xml": notes[0].xml[:700],
        }
        for name, content in texts.items():
            path = stage.path(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


PART = Documentos()
