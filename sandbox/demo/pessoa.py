"""People who sign in with a browser, and whose programs ask the API: one of the staff, one who sees the own."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sandbox.demo.part import Part, Stage, Typed

if TYPE_CHECKING:
    from sandbox.server import SandboxServer

STAFF, USER = "equipe", "demonstracao"


class Pessoa(Part):
    """The people of the demonstration; they have no server."""

    name = "pessoa"
    about = "pessoas que entram pelo navegador"
    ports = 0
    look = (f"tokens criar {USER}", "agenda")

    def servers(self, stage: Stage) -> "Sequence[SandboxServer]":
        return ()

    def pages(self, stage: Stage, api: str) -> Sequence[str]:
        password = self._password(stage)
        return (
            f"{api}/painel/  a linha toda: usuário {STAFF}, senha {password}",
            f"{api}/painel/  o que é de um usuário: usuário {USER}, senha {password}",
            f"{api}/admin/  as tabelas: usuário {STAFF}",
        )

    def commands(self, stage: Stage) -> Sequence[Typed]:
        return [
            Typed(("usuarios", "criar", STAFF, "--nome", "Equipe", "--staff", "--substituir")),
            Typed(("usuarios", "criar", USER, "--nome", "Demonstração", "--substituir")),
            *(
                Typed(("usuarios", "senha", name, "--senha", "-"), stdin=self._password(stage) + "\n")
                for name in (STAFF, USER)
            ),
        ]

    def _password(self, stage: Stage) -> str:
        return stage.text_secret(self.name)[:16].lower()


PART = Pessoa()
