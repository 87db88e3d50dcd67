"""The CRM of a company that sells: customers come, and what was promised to them becomes tasks and notes."""

import itertools
from collections.abc import Iterator

from core.clock import SYSTEM, Clock
from core.fiscal import digitos_cnpj, formatar_documento
from sandbox.busy import Busy
from sandbox.ploomes import PloomesServer

INSTALACAO, ENTREGA = 40001, 40002
NAMES = ("Padaria Estrela", "Mercado Central", "Oficina do Beto", "Farmácia Nova", "Papelaria Lápis", "Açougue Bom")
WORK = (
    ("Instalar o ponto de venda", INSTALACAO),
    ("Entregar bobinas", ENTREGA),
    ("<p>Instalar <b>duas</b> caixas</p>", INSTALACAO),
)


class CrmServer(Busy, PloomesServer):
    """A customer, then a task and an interaction with a tag, one after the other."""

    def __init__(self, user_key: str, every: float = 10.0, clock: Clock = SYSTEM) -> None:
        super().__init__(user_key, clock)
        self.every = every
        for number, name in ((INSTALACAO, "INSTALAÇÃO"), (ENTREGA, "ENTREGA")):
            self.add("Tags", Id=number, Name=name)
        self._days = self._story()

    async def happen(self) -> None:
        """Let the next thing happen."""
        next(self._days)

    def _story(self) -> Iterator[None]:
        for number in itertools.count(1):
            base = f"{number:08d}0001"
            cnpj = formatar_documento(base + digitos_cnpj(base))
            name = f"{NAMES[number % len(NAMES)]} {number}"
            customer = self.add("Contacts", Name=name, LegalName=f"{name} Ltda", TypeId=1, CNPJ=cnpj)["Id"]
            yield
            said, tag = WORK[number % len(WORK)]
            self.add("Tasks", Title=f"Pedido {number}", Description=said, ContactId=customer, Tags=[{"TagId": tag}])
            yield
            self.add("InteractionRecords", Content=said, ContactId=customer, Tags=[{"TagId": tag}])
            yield
