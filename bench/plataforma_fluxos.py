"""What each flow of the demonstration owes during the run of the whole platform, and what of it arrived outside."""

import csv
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from bench.chegadas import Flow
from bench.mundo import World
from sandbox.demo import correio, documentos, ntfy, receptor
from sandbox.demo import fila as erp
from sandbox.demo import questor as office
from sandbox.documentos.comum import BRASILIA, Pessoa, cnpj
from sandbox.documentos.conhecimentos import conhecimento
from sandbox.documentos.notas import nota

if TYPE_CHECKING:
    from support.line import Line

EVENT_SECONDS, ORDER_SECONDS, API_SECONDS = 3.0, 4.0, 4.0
FOLDER_SECONDS, COMPANY_SECONDS = 45.0, 60.0
NOTES, FREIGHTS, ISSUED = 12, 3, 6
# So many documents of the lot for each minute, and what the office's server takes a second.
LOT_PER_MINUTE, OFFICE_PER_SECOND = 60, 4
FIRST, SAID = 1001, r"bancada (\d+)\."
OFFICE = "Questor"
TICKETS = {"Tasks": "tarefas", "InteractionRecords": "interações"}


class Feed:
    """Lets things happen in every flow until the end of its block; `chores` are what the caller's thread does."""

    def __init__(self, world: World, line: "Line", minutes: float) -> None:
        from flows.usuarios import tokens

        self.world, self._line = world, line
        self.queue = world.open_queue()
        self.token = tokens.criar("demonstracao").token
        self.done: dict[str, set[str]] = {name: set() for name in ("eventos", "ordens", "API")}
        # Begun, and cut before it was known whether it had happened.
        self.maybe: dict[str, set[str]] = {name: set() for name in self.done}
        self.ids: set[str] = set()
        self.documents: set[str] = set()
        self.issued: set[str] = {key for key, one in world.sefaz.notas.items() if one.situacao == "1"}
        self.lot: set[str] = set()
        self._folders, self._companies = 0, 0
        self._chores = {self._folder: FOLDER_SECONDS, self._company: COMPANY_SECONDS}
        self._next = dict.fromkeys(self._chores, time.monotonic())
        self._over = threading.Event()
        self._threads = [
            threading.Thread(target=self._again, args=(name, every, act))
            for name, every, act in (
                ("eventos", EVENT_SECONDS, self._event),
                ("ordens", ORDER_SECONDS, self._order),
                ("API", API_SECONDS, self._call),
            )
        ]
        self._make_lot(int(minutes * LOT_PER_MINUTE))

    def __enter__(self) -> "Feed":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _again(self, name: str, every: float, act: Callable[[int], None]) -> None:
        number = 0
        while not self._over.wait(every):
            number += 1
            self.maybe[name].add(str(number))
            with suppress(Exception):  # whatever was cut: the next number is another try
                act(number)
                self.maybe[name].remove(str(number))
                self.done[name].add(str(number))

    def _event(self, number: int) -> None:
        from events import disparar_webhook

        self.ids.add(disparar_webhook("alerta_aberto", {"n": number, "mensagem": f"bancada {number}."}))

    def _order(self, number: int) -> None:
        self.world.order(self.queue, number)

    def _call(self, number: int) -> None:
        """Fire an event over the API, with a key, until it is told that it was."""
        from fiscal_api_client import FiscalAPIClient, FiscalAPIError

        base = f"http://127.0.0.1:{self._line.ports['api']}"
        with FiscalAPIClient(base, self.token) as client:
            while True:
                try:
                    client.disparar_evento(
                        "documento_atualizado", {"bancada": number}, idempotency_key=f"bancada-{number}"
                    )
                    return
                except FiscalAPIError:
                    if self._over.wait(1.0):
                        raise

    def chores(self) -> None:
        """Do what is due of what is typed."""
        for chore, every in self._chores.items():
            if time.monotonic() >= self._next[chore]:
                self._next[chore] = time.monotonic() + every
                chore()

    def _type(self, *commands: tuple[str, ...]) -> None:
        """Type these commands, again where something was away."""
        from cli.typed import type_all

        while type_all([{"words": words, "stdin": ""} for words in commands]):
            time.sleep(1.0)

    def _folder(self) -> None:
        """Let a folder of documents be imported."""
        self._folders += 1
        first, folder = FIRST + 100 * self._folders, self.world.stage.path(f"documentos/{self._folders}")
        now = self.world.receiver.clock.now().astimezone(BRASILIA).replace(microsecond=0)
        made = [nota(first + number, quando=now) for number in range(NOTES)]
        made += [conhecimento(first + number, quando=now, notas=[made[0].chave]) for number in range(FREIGHTS)]
        folder.mkdir(parents=True)
        for number, one in enumerate(made):
            (folder / f"{number}.xml").write_bytes(one.xml)
        self._type(("importar", str(folder), "--usuario", "demonstracao", "--fila"))
        self.documents |= {one.chave for one in made}

    def _company(self) -> None:
        """Let a company come with its certificate, to which notes were issued."""
        self._companies += 1
        company = Pessoa(cnpj(99300000 + self._companies), f"Empresa {self._companies} Ltda")
        server, folder = self.world.sefaz, self.world.stage.path(f"sefaz/{self._companies}")
        server.comecar(company.documento)
        server.comecar(company.documento, "cte")
        issued = [server.emitir(company.documento) for _ in range(ISSUED)]
        mine = ("--empresa", company.documento, "--usuario", "demonstracao")
        self._type(
            ("empresas", "criar", company.documento, "--usuario", "demonstracao", "--uf", company.uf, "--substituir"),
            ("certificados", "importar", str(self._certificate(company, folder))),
            ("sefaz", "automatizar", *mine),
            ("sefaz", "ciencia", *mine, "--ligar"),
            ("sefaz", "consultar", *mine, "--fila"),
        )
        self.issued |= {one.feita.chave for one in issued}

    def _certificate(self, company: Pessoa, folder: Path) -> Path:
        folder.mkdir(parents=True)
        given = self.world.sefaz.autoridade.cliente(company.documento, nome=company.nome.upper(), senha="segredo")
        (folder / "a1.pfx").write_bytes(given.pfx)
        with (folder / "tabela.csv").open("w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file, delimiter=";")
            rows.writerow(("arquivo", "empresa", "senha", "usuario", "nome"))
            rows.writerow(("a1.pfx", company.documento, "segredo", "demonstracao", company.nome))
        return folder / "tabela.csv"

    def _make_lot(self, amount: int) -> None:
        from sandbox.questor.documentos import documento

        folder = self.world.stage.path("lote")
        folder.mkdir()
        self.world.questor.limites.capacidade = OFFICE_PER_SECOND
        for number in range(FIRST, FIRST + amount):
            made = documento("nfe", number)
            self.lot.add(made.identidade)
            (folder / f"{number}.xml").write_text(made.texto, encoding="utf-8")
        whose = ("--conta", office.CONTA)
        self._type(
            ("questor", "varrer", str(folder), "--nome", "bancada", *whose),
            ("questor", "enviar", "bancada", *whose, "--fila"),
        )

    def flows(self, held: Mapping[str, int]) -> list[Flow]:
        """Return every flow as it stands; `held` is what was under way at the cuts, by destination."""
        world, numbers = self.world, destinations()
        told, kept = world.told(SAID), deliveries()
        names = {"ntfy": ntfy.DESTINATION, "e-mail": correio.DESTINATION, "Milvus": "demo-chamados"}

        def flying(name: str) -> int:
            return held.get(f"destino {numbers.get(name)}", 0)

        hooks = {
            receptor.DESTINATION: (world.receiver, receptor.CAMINHO),
            documentos.DESTINATION: (world.shop, documentos.CAMINHO),
        }
        own = self.ids | kept.get(receptor.DESTINATION, set())
        wanted = {receptor.DESTINATION: own, documentos.DESTINATION: kept.get(documentos.DESTINATION, set())}
        imported = self._of(self.documents, world.documents())
        shop = flying(documentos.DESTINATION)
        return [
            *(
                Flow(f"webhook {name}", wanted[name], server.arrivals(path), flying(name))
                for name, (server, path) in hooks.items()
            ),
            *(self._known(f"alertas por {way}", "eventos", told[way], flying(name)) for way, name in names.items()),
            self._known("fila Oracle → ntfy", "ordens", world.orders(), flying(erp.DESTINATION)),
            self._known("API → webhook", "API", world.fired(), shop),
            Flow("importação NF-e/CT-e → webhook", self.documents, imported, shop),
            Flow("SEFAZ → Ciência da Operação", self.issued, world.acknowledged(), 0),
            *self._synced(),
            Flow("Questor, envios", self.lot, self._of(self.lot, world.questor.posts), held.get(OFFICE, 0)),
            Flow("Questor, guardados", self.lot, self._of(self.lot, dict.fromkeys(world.questor.guardados, 1)), 0),
        ]

    def _synced(self) -> list[Flow]:
        """Return what became of the CRM's records; none of it may come twice."""
        wanted, clients = self.world.clients()
        tickets = [Flow(f"Ploomes → {said} no Milvus", *self.world.tickets(name), 0) for name, said in TICKETS.items()]
        return [Flow("Ploomes → clientes no Milvus", wanted, self._of(wanted, clients), 0), *tickets]

    def _known(self, title: str, name: str, arrived: Mapping[str, int], in_flight: int) -> Flow:
        found = {one: times for one, times in arrived.items() if one not in self.maybe[name]}
        return Flow(title, frozenset(self.done[name]), found, in_flight)

    def _of(self, wanted: set[str], arrived: Mapping[str, int]) -> Mapping[str, int]:
        return {one: times for one, times in list(arrived.items()) if one in wanted}

    def summary(self, held: Mapping[str, int]) -> str:
        """Say in a line how much is owed and how much is missing."""
        try:
            flows = self.flows(held)
        except Exception as fault:  # noqa: BLE001 - the database may be away at this moment
            return f"não se sabe agora ({type(fault).__name__})"
        missing = {flow.name: len(flow.missing) for flow in flows if flow.missing}
        owed = sum(len(flow.expected) for flow in flows)
        return f"{owed} esperados, faltam {sum(missing.values())}: {missing}"

    def tell_alerts(self) -> None:
        """Print the alerts that are open at the end."""
        from flows.alertas.views import alerts

        found = Counter(f"{one.fonte} {one.codigo}" for one in alerts())
        print(f"alertas abertos no fim: {dict(found) or 'nenhum'}", flush=True)


def destinations() -> dict[str, int]:
    """Return the number of each destination."""
    from sqlalchemy import select

    from storage.models.destinos import Destino
    from storage.session import reading

    with reading() as db:
        return {row[0]: row[1] for row in db.execute(select(Destino.nome, Destino.id))}


def deliveries() -> dict[str, set[str]]:
    """Return the ids of the events that each destination is owed, by its name."""
    from sqlalchemy import select

    from storage.models.destinos import Destino
    from storage.models.eventos import Delivery, Event
    from storage.session import reading

    query = (
        select(Destino.nome, Event.message_id)
        .join(Delivery, Delivery.destino_id == Destino.id)
        .join(Event, Delivery.event_id == Event.id)
    )
    found: dict[str, set[str]] = {}
    with reading() as db:
        for name, message_id in db.execute(query):
            found.setdefault(name, set()).add(message_id)
    return found
