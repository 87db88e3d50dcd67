"""A mail server: what the shop's user and the people on duty are told, to be read in a browser."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from core.text import plural
from sandbox.demo.part import LOOPBACK, Part, Stage, Typed

if TYPE_CHECKING:
    from sandbox.server import SandboxServer

USER, DESTINATION = "demonstracao", "demo-plantao"
LOGIN, SENDER = "esteira", "Esteira <avisos@esteira.example>"
READER, ON_DUTY = "demonstracao@loja.example", "plantao@esteira.example"


class Correio(Part):
    """The mail server, and the pages of its mailboxes."""

    name = "correio"
    about = "servidor de e-mail"
    ports = 2
    # the other speaks SMTP
    watched = (1,)
    look = ("email contas", "usuarios avisos demonstracao")

    def servers(self, stage: Stage) -> "Sequence[SandboxServer]":
        from sandbox.mail import Mailboxes, MailServer

        server = MailServer(LOGIN, stage.text_secret(self.name))
        return [server, Mailboxes(server)]

    def settings(self, stage: Stage) -> Mapping[str, Any]:
        account = {"host": LOOPBACK, "port": stage.ports[self.name][0], "security": "none", "sender": SENDER}
        return {"email": account | {"user": LOGIN, "password": stage.text_secret(self.name)}}

    def pages(self, stage: Stage, api: str) -> Sequence[str]:
        return (f"{stage.url(self.name, 1)}/  os e-mails que chegaram",)

    def commands(self, stage: Stage) -> Sequence[Typed]:
        kind = ("--tipo", "email", "--nome", DESTINATION, "--url", ON_DUTY)
        return [
            Typed(("usuarios", "criar", USER, "--nome", "Demonstração", "--substituir")),
            Typed(("usuarios", "avisos", USER, "--email", READER)),
            Typed(("destinos", "criar", *kind, "--eventos", "alerta_aberto,alerta_resolvido", "--substituir")),
        ]

    def told(self, states: Sequence[Mapping[str, Any]]) -> str:
        (state,) = states
        amount, boxes = plural(state["mensagens"], "e-mail", "e-mails"), plural(state["caixas"], "caixa", "caixas")
        return f"{amount} em {boxes}"


PART = Correio()
