"""The demonstration's outside in this process: its servers are asked directly, and stopped and started one by one.

In the place of the ERP's file there is an Oracle over its own wire.
"""

import json
import random
import re
import threading
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Engine, insert

from bench import installation  # noqa: F401 - it lets the test support be found
from core.settings.fila import FilaColumns
from sandbox.crm import CrmServer
from sandbox.demo import fila as erp
from sandbox.demo import ntfy, part
from sandbox.mail import MailServer
from sandbox.milvus import MilvusServer
from sandbox.ntfy import NtfyServer
from sandbox.oracle.server import OracleServer
from sandbox.questor import QuestorServer
from sandbox.receiver import ReceiverServer
from sandbox.sefaz import SefazServer
from sandbox.server import SandboxServer
from workers.ports import free_ports

USER, PASSWORD = "hsm", "palavra-da-bancada"  # pragma: allowlist secret
# How long a server stays away, in seconds.
AWAY = (3.0, 10.0)
QUIET = 10.0**9
CIENCIA = "210210"
TEMPLATE = "OS #{id_os}: {mensagem}"


class World:
    """All parts, and what arrived at each. `settings` and `commands` are the installation's side of it."""

    def __init__(self, folder: Path, seed: int) -> None:
        folder.mkdir(parents=True)
        ports = {name: free_ports(one.ports) for name, one in part.parts().items()}
        self.stage = part.Stage(str(folder), ports, f"bancada {seed}")
        self.servers = {name: list(one.servers(self.stage)) for name, one in part.parts().items() if name != "erp"}
        for name, servers in self.servers.items():
            for server, port in zip(servers, ports[name], strict=True):
                server.port = port
        self.oracle = OracleServer({USER: PASSWORD})
        # all are counted at the end
        self.mail.mails = deque()
        self._away: list[threading.Timer] = []

    @property
    def receiver(self) -> ReceiverServer:
        """Who is told of alerts."""
        return cast("ReceiverServer", self.servers["receptor"][0])

    @property
    def shop(self) -> ReceiverServer:
        """Who is told of documents."""
        return cast("ReceiverServer", self.servers["documentos"][0])

    @property
    def ntfy(self) -> NtfyServer:
        """The phones."""
        return cast("NtfyServer", self.servers["ntfy"][0])

    @property
    def mail(self) -> MailServer:
        """The mailboxes."""
        return cast("MailServer", self.servers["correio"][0])

    @property
    def crm(self) -> CrmServer:
        """Ploomes."""
        return cast("CrmServer", self.servers["central"][0])

    @property
    def desk(self) -> MilvusServer:
        """Milvus."""
        return cast("MilvusServer", self.servers["central"][1])

    @property
    def questor(self) -> QuestorServer:
        """The office."""
        return cast("QuestorServer", self.servers["questor"][0])

    @property
    def sefaz(self) -> SefazServer:
        """The authority."""
        return cast("SefazServer", self.servers["sefaz"][0])

    @contextmanager
    def serving(self) -> Iterator["World"]:
        """Serve until the end of the block."""
        with ExitStack() as stack:
            stack.enter_context(self.oracle)
            for server in self._all():
                stack.enter_context(server)
            stack.callback(self.steady)
            yield self

    def _all(self) -> list[SandboxServer]:
        return [server for servers in self.servers.values() for server in servers]

    def stumble(self, draw: random.Random) -> bool:
        """Let one server, or the sessions of the queue's database, go away; the server is back a little later."""
        name = draw.choice([*(name for name, servers in self.servers.items() if servers), "oracle"])
        if name == "oracle":
            self.oracle.kill_sessions()
            return True
        server = draw.choice(self.servers[name])
        server.stop()
        timer = threading.Timer(draw.uniform(*AWAY), server.run)
        timer.start()
        self._away.append(timer)
        return True

    def steady(self) -> None:
        """Wait until all are there again."""
        for timer in self._away:
            timer.join()
        self._away.clear()

    def settings(self) -> dict[str, str]:
        """Return the settings that lead here, as variables of the environment."""
        tables: dict[str, Any] = {}
        for one in part.parts().values():
            for section, values in one.settings(self.stage).items():
                tables.setdefault(section, {}).update(values)
        queue = {"dsn": self.oracle.dsn, "user": USER, "password": PASSWORD, "template": TEMPLATE, "lease_seconds": 15}
        tables["fila"] = {"contas": {erp.CONTA: queue}}
        # at the usual pace of a desk the tickets of such a run take longer than the run
        for conta in tables["milvus"]["contas"].values():
            conta["listings_per_minute"] = conta["per_minute"] = 0
        return {
            f"ESTEIRA_{section}__{key}".upper(): value if isinstance(value, str) else json.dumps(value)
            for section, values in tables.items()
            for key, value in values.items()
        }

    def commands(self) -> list[dict[str, Any]]:
        """Return what the parts want typed."""
        typed = [one for piece in part.parts().values() for one in piece.commands(self.stage)]
        return [{"words": one.words, "stdin": one.stdin} for one in typed if one.words[:2] != ("fila", "migrar")]

    def open_queue(self) -> Engine:
        """Make the queue table, prepared; return its database."""
        from connectors.oracle import ddl
        from connectors.oracle.engine import open_engine
        from core.settings.fila import FilaSettings

        engine = open_engine(FilaSettings.current().contas[erp.CONTA], "bancada")
        with engine.begin() as connection:
            connection.exec_driver_sql(ddl.create("oracle", ddl.DEFAULT_TABLE, FilaColumns()))
            for statement in ddl.relay("oracle", ddl.DEFAULT_TABLE, FilaColumns()):
                connection.exec_driver_sql(statement)
        return engine

    def order(self, engine: Engine, number: int) -> None:
        """Let the ERP have one more order."""
        from flows.fila import accounts

        table = accounts.opened(erp.CONTA).layout.table
        with engine.begin() as connection:
            connection.execute(insert(table), [{"os": number, "message": "revisão"}])

    def rest(self) -> None:
        """Let nothing new happen."""
        self.crm.every = QUIET

    def told(self, pattern: str) -> dict[str, Counter[str]]:
        """Return how often each number that a pattern finds came by ntfy, mail and ticket."""
        texts = {
            "ntfy": [str(one["message"]) for one in self.ntfy.messages(ntfy.TOPIC)],
            "e-mail": [str(body.get_content()) for mail in list(self.mail.mails) if (body := _plain(mail))],
            "Milvus": [str(row["descricao"]) for row in list(self.desk.chamados)],
        }
        return {
            name: Counter(found[1] for one in all_ if (found := re.search(pattern, one)))
            for name, all_ in texts.items()
        }

    def orders(self) -> Counter[str]:
        """Return how often each order reached a phone."""
        texts = (str(one["message"]) for one in self.ntfy.messages(erp.TOPIC))
        return Counter(found[1] for one in texts if (found := re.search(r"OS #(\d+)", one)))

    def documents(self) -> Counter[str]:
        """Return how often a document's import was told, by its key."""
        named = ("nfe_importada", "cte_importado")
        told = (json.loads(one.body) for one in list(self.shop.requests) if one.verified and one.evento in named)
        return Counter(str(one["dados"]["chave_acesso"]) for one in told)

    def fired(self) -> Counter[str]:
        """Return how often each number that was fired over the API came to the shop."""
        bodies = (json.loads(one.body)["dados"] for one in list(self.shop.requests) if one.verified)
        return Counter(str(one["bancada"]) for one in bodies if "bancada" in one)

    def acknowledged(self) -> Counter[str]:
        """Return how often each note was acknowledged at SEFAZ."""
        return Counter(one.campos["chNFe"] for one in list(self.sefaz.registrados) if one.tipo == CIENCIA)

    def clients(self) -> tuple[set[str], Counter[str]]:
        """Return the documents of Ploomes' contacts, and how often each is a client of Milvus."""
        wanted = {_digits(one["CNPJ"]) for one in self._rows("Contacts") if one.get("CNPJ")}
        return wanted, Counter(_digits(row["cnpj_cpf"]) for row in list(self.desk.clientes))

    def tickets(self, entity: str) -> tuple[set[str], Counter[str]]:
        """Return the records of Ploomes that become tickets, and how often each did."""
        wanted = {str(one["Id"]) for one in self._rows(entity) if one.get("Tags")}
        texts = (str(row["descricao"]) for row in list(self.desk.chamados))
        return wanted, Counter(found[1] for one in texts if (found := re.search(rf"ploomes/{entity}/(\d+)", one)))

    def _rows(self, entity: str) -> Sequence[Mapping[str, Any]]:
        return list(self.crm.rows[entity].values())


def _plain(mail: Any) -> Any:
    return mail.message.get_body(("plain", "html"))


def _digits(text: object) -> str:
    return "".join(one for one in str(text) if one.isalnum())
