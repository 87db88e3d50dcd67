"""The flows of the run on three nodes: what is owed; and the outside, which counts what arrived."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy import Engine

from bench.chegadas import Flow
from bench.rede import Network
from sandbox.ntfy import NtfyServer
from sandbox.questor import QuestorServer
from sandbox.receiver import ReceiverServer
from sandbox.server import SandboxServer

PATHS = ("/webhook/a", "/webhook/b")
ALERTS, ORDERS = "alertas", "ordens"
TOKEN, LOT = "chave-da-bancada", "bancada"  # pragma: allowlist secret
ANSWER_SECONDS, LEAST_PER_SECOND = 0.3, 6


class Outside:
    """The servers, and what each flow owes."""

    def __init__(self, network: Network) -> None:
        from support.deliveries import SECRET

        from sandbox.faults import slow

        self.receiver = ReceiverServer(dict.fromkeys(PATHS, SECRET))
        self.ntfy = NtfyServer(burst=10**6, refill_seconds=0.001)
        self.questor = QuestorServer(TOKEN)
        self.servers: tuple[SandboxServer, ...] = (self.receiver, self.ntfy, self.questor)
        for server in self.servers:
            server.listen = server.host = network.outside
        # something is under way at every moment
        self.receiver.faults.always(slow(ANSWER_SECONDS))
        self.questor.limites.capacidade = LEAST_PER_SECOND
        self.ids: set[str] = set()
        self.alerts: set[str] = set()
        self.orders: set[str] = set()
        self.documents: set[str] = set()

    @contextmanager
    def serving(self) -> Iterator["Outside"]:
        """Serve until the end of the block."""
        with ExitStack() as stack:
            for server in self.servers:
                stack.enter_context(server)
            yield self

    def settings(self, erp: str) -> Mapping[str, str]:
        """Return the settings that lead here."""
        return {
            "ESTEIRA_QUESTOR__TOKEN": TOKEN,
            "ESTEIRA_QUESTOR__BASE_URL": self.questor.url,
            "ESTEIRA_QUESTOR__WINDOW": "sempre",
            "ESTEIRA_QUESTOR__AGREED_WITH_VENDOR": "bancada",
            "ESTEIRA_QUESTOR__MAX_BATCH_ITEMS": "4",
            "ESTEIRA_QUESTOR__MAX_CONCURRENCY": "4",
            "ESTEIRA_QUESTOR__TOTAL_TIMEOUT": "15",
            "ESTEIRA_FILA__URL": erp,
            "ESTEIRA_FILA__TEMPLATE": "OS {id_os}.",
            "ESTEIRA_FILA__LEASE_SECONDS": "30",
            "ESTEIRA_DELIVERIES__NTFY_BURST": "100000",
            "ESTEIRA_DELIVERIES__NTFY_REFILL_SECONDS": "0.001",
        }

    def subscribe(self, folder: Path, documents: int, erp: Engine) -> None:
        """Make the destinations, the lot and the queue table."""
        from support.deliveries import ntfy, webhook
        from support.questor import lot

        from connectors.oracle import ddl
        from core.settings.fila import FilaColumns
        from sandbox.questor.documentos import documento

        self.destinations = {path: webhook(self.receiver.url + path, nome=path) for path in PATHS}
        self.destinations[ALERTS] = ntfy(self.ntfy.url, ALERTS, "alerta_resolvido", nome=ALERTS)
        self.destinations[ORDERS] = ntfy(self.ntfy.url, ORDERS, "ordem_servico_notificada", nome=ORDERS)
        with erp.begin() as connection:
            connection.exec_driver_sql(ddl.create("postgresql", ddl.DEFAULT_TABLE, FilaColumns()))
            for statement in ddl.relay("postgresql", ddl.DEFAULT_TABLE, FilaColumns()):
                connection.exec_driver_sql(statement)
        made = [documento("nfe", number) for number in range(1, documents + 1)]
        self.documents = {one.identidade for one in made}
        lot(folder / "xml", made, LOT)

    def owe(self, number: int, erp: Engine) -> None:
        """Let something happen: an event for the webhooks; each fourth time one for ntfy and an order of the ERP."""
        from events import disparar_webhook

        self.ids.add(disparar_webhook("alerta_aberto", {"n": number, "mensagem": f"aberto {number}."}))
        if number % 4 == 0:
            disparar_webhook("alerta_resolvido", {"n": number, "mensagem": f"resolvido {number}."})
            self.alerts.add(str(number))
            with erp.begin() as connection:
                row = f"INSERT INTO hsm_fila_notificacao (id_os, mensagem) VALUES ({number}, 'x')"
                connection.exec_driver_sql(row)
            self.orders.add(str(number))

    def flows(self, in_flight: Mapping[str, int]) -> list[Flow]:
        """Return every flow as it stands."""
        hooks = [
            Flow(f"webhook {path}", self.ids, self.receiver.arrivals(path), in_flight.get(path, 0)) for path in PATHS
        ]
        return [
            *hooks,
            Flow("ntfy, alertas", self.alerts, self._numbers(ALERTS, r"resolvido (\d+)\."), in_flight.get(ALERTS, 0)),
            Flow("ntfy, ordens da fila", self.orders, self._numbers(ORDERS, r"OS (\d+)\."), in_flight.get(ORDERS, 0)),
            Flow("Questor", self.documents, dict(self.questor.posts), in_flight.get(LOT, 0)),
        ]

    def _numbers(self, topic: str, pattern: str) -> Counter[str]:
        texts = (one["message"] for one in self.ntfy.messages(topic))
        return Counter(found[1] for text in texts if (found := re.search(pattern, text)))

    def path_of(self, destino_id: int) -> str:
        """Return the flow of a destination."""
        return next(name for name, number in self.destinations.items() if number == destino_id)

    @property
    def complete(self) -> bool:
        """Whether nothing is missing any more."""
        return not any(flow.missing for flow in self.flows({}))
