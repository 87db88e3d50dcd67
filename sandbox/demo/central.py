"""A CRM and a service desk: what is agreed in one becomes tickets in the other, and so do the alerts."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from core.text import plural
from sandbox.demo.part import Part, Stage, Typed

if TYPE_CHECKING:
    from sandbox.server import SandboxServer

CONTA, DESTINATION = "demonstracao", "demo-chamados"
OWN_CNPJ, OWN_TOKEN = "11222333000181", "XDAAAA"
TAGS = ((40001, "INSTALAÇÃO", "Instalação"), (40002, "ENTREGA", "Entrega"))


class Central(Part):
    """Ploomes and Milvus."""

    name = "central"
    about = "Ploomes e Milvus"
    ports = 2
    look = ("sync estado",)

    def servers(self, stage: Stage) -> "Sequence[SandboxServer]":
        from sandbox.crm import CrmServer
        from sandbox.milvus import MilvusServer

        desk = MilvusServer(stage.text_secret("milvus"))
        own = desk.add_cliente(OWN_CNPJ, "A própria rede", token=OWN_TOKEN)
        # a desk that was used before: its categories are known
        for _, _, category in TAGS:
            desk.close_chamado(desk.add_chamado(own, "Visita do ano passado", categoria_primaria=category))
        return [CrmServer(stage.text_secret("ploomes")), desk]

    def settings(self, stage: Stage) -> Mapping[str, Any]:
        ploomes = {"base_url": stage.url(self.name, 0), "user_key": stage.text_secret("ploomes")}
        milvus = {"base_url": stage.url(self.name, 1), "token": stage.text_secret("milvus")}
        pair = {
            "ploomes": CONTA,
            "milvus": CONTA,
            "tags": [{"id": number, "label": label, "category": category} for number, label, category in TAGS],
            "start": "2024-02-24T00:00:00",
            "min_milvus_id": 1,
            "schedules": {"clientes_pm": 1, "clientes_mp": 1, "tarefas": 1, "interacoes": 1},
        }
        found = {"ploomes": ploomes, "milvus": milvus, "sync": pair}
        return {section: {"contas": {CONTA: conta}} for section, conta in found.items()}

    def commands(self, stage: Stage) -> Sequence[Typed]:
        where = ("--tipo", "milvus_chamado", "--nome", DESTINATION, "--url", stage.url(self.name, 1), "--segredo", "-")
        what = ("--opcao", f"cliente={OWN_TOKEN}", "--eventos", "alerta_aberto,alerta_resolvido", "--substituir")
        return [
            Typed(("destinos", "criar", *where, *what), stdin=stage.text_secret("milvus") + "\n"),
            Typed(("sync", "rodar", "--conta", CONTA, "--fila")),
        ]

    def told(self, states: Sequence[Mapping[str, Any]]) -> str:
        crm, desk = states
        clients = plural(desk["clientes"], "cliente", "clientes")
        tickets, contacts = (
            plural(desk["chamados"], "chamado", "chamados"),
            plural(crm["contatos"], "contato", "contatos"),
        )
        return f"{clients} e {tickets} no Milvus, {contacts} no Ploomes"


PART = Central()
