"""A ledger in each home, and both systems."""

import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr
from support.mongo import MongoServer

from connectors.milvus import Milvus
from connectors.ploomes import Ploomes
from core.clock import FixedClock
from core.fiscal import digitos_cnpj, normalizar_documento
from core.pace import Counted, Free
from core.settings.milvus import ContaMilvus
from core.settings.ploomes import ContaPloomes
from core.settings.sync import CLIENTES_PM, FLOWS, ContaSync
from flows.sync.ledger import mongo_client
from flows.sync.ledger.item import CLIENTES, Item, Situacao
from flows.sync.ledger.opening import open_ledger
from flows.sync.ledger.shape import Ledger
from flows.sync.ledger.sql import SqlLedger
from flows.sync.results import Report
from flows.sync.run import run
from flows.sync.sides import Sides, both
from sandbox.milvus import MilvusServer
from sandbox.ploomes import PloomesServer

KEY = "chave-de-exemplo-1"  # pragma: allowlist secret
NOON = datetime(2026, 7, 14, 15, 0, tzinfo=UTC)
TAG, OTHER = 40001, 40002
Configure = Callable[..., None]


@pytest.fixture(scope="session")
def mongo_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MongoServer]:
    """A MongoDB on loopback, or the one of `MONGODB_URL`."""
    with MongoServer(tmp_path_factory.mktemp("mongo")) as running:
        yield running


@pytest.fixture
def mongo(mongo_server: MongoServer) -> Iterator[str]:
    """The address of an empty database of that server."""
    yield mongo_server.url()
    mongo_client.close()


class World:
    """Both systems as an office has them, the clock, and what the tests do by hand."""

    def __init__(self, ploomes: PloomesServer, milvus: MilvusServer, clock: FixedClock) -> None:
        self.ploomes, self.milvus, self.clock = ploomes, milvus, clock
        self._documents = documents()

    def contact_free(self) -> str:
        """Return a document that nobody has."""
        return next(self._documents)

    def contact(self, documento: str | None = None, **more: Any) -> dict[str, Any]:
        """Add a contact, by default with a document of its own."""
        given = next(self._documents) if documento is None else documento
        return self.ploomes.add("Contacts", Name="Padaria Estrela", TypeId=1, Register=given, **more)

    def task(self, contact: dict[str, Any] | None, tag: int | None = TAG, **more: Any) -> dict[str, Any]:
        """Add a task of a contact."""
        return self._work("Tasks", contact, tag, Title="Instalar", Description="<p>Levar cabos</p>", **more)

    def interaction(self, contact: dict[str, Any] | None, tag: int | None = TAG, **more: Any) -> dict[str, Any]:
        """Add an interaction of a contact."""
        return self._work("InteractionRecords", contact, tag, Content="Pediu visita", **more)

    def _work(self, entity: str, contact: dict[str, Any] | None, tag: int | None, **more: Any) -> dict[str, Any]:
        tags = [] if tag is None else [{"TagId": tag}]
        return self.ploomes.add(entity, ContactId=contact and contact["Id"], Tags=tags, **more)

    def run(self, fluxo: str, **more: Any) -> Report:
        """Run a flow once, a moment later."""
        self.clock.advance(120)
        return run(fluxo, "padrao", clock=self.clock, **more)

    def settled(self, *fluxos: str, rounds: int = 12) -> None:
        """Run flows again and again, as beat does, until nothing is under way."""
        quiet = False
        while not quiet:
            reports = [self.run(fluxo) for fluxo in fluxos or FLOWS]
            under_way = (Situacao.PENDENTE, Situacao.ENVIANDO, Situacao.DESCONHECIDO, Situacao.ESTACIONADO)
            quiet = not any(state in under_way for _, state, _ in self.ledger.counts()) and reports[-1].estado == "bem"
            rounds -= 1
            assert rounds >= 0, self.ledger.counts()
            self.clock.advance(900)

    @property
    def ledger(self) -> Ledger:
        return open_ledger("padrao")

    def documents_of_clients(self) -> list[str]:
        return sorted(normalizar_documento(row["cnpj_cpf"]) for row in self.milvus.clientes)

    def references(self) -> list[str]:
        """Return the reference of each ticket."""
        return sorted(str(row["descricao"]).splitlines()[-1] for row in self.milvus.chamados)


def documents() -> Iterator[str]:
    """Yield CNPJs with right check digits."""
    for number in itertools.count(10_000_001):
        base = f"{number:08d}0001"
        yield base + digitos_cnpj(base)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture(params=["sql", "mongo"])
def livro(request: pytest.FixtureRequest) -> str:
    """The address of the ledger: none for our own database."""
    return str(request.getfixturevalue("mongo")) if request.param == "mongo" else ""


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody pause before a request is made again."""
    for kind in (Ploomes, Milvus):
        given: Any = kind.__init__.__kwdefaults__
        monkeypatch.setitem(given, "policy", replace(given["policy"], first_pause=0.0))


@pytest.fixture
def base(sqlite: str) -> str:
    """Our own database."""
    return sqlite


@pytest.fixture
def world(base: str, livro: str, clock: FixedClock, configure: Configure) -> Iterator[World]:
    """An office with both systems, over a ledger in each home."""
    tags = [{"id": TAG, "label": "INSTALAÇÃO", "category": "Instalação"}, {"id": OTHER, "label": "ENTREGA"}]
    more = {"sync__ledger_url": livro} if livro else {}
    with PloomesServer(KEY, clock) as ploomes, MilvusServer(KEY, clock) as milvus:
        for tag, nome in ((TAG, "INSTALAÇÃO"), (OTHER, "ENTREGA")):
            ploomes.add("Tags", Id=tag, Name=nome)
        configure(
            ploomes__base_url=ploomes.url,
            ploomes__user_key=KEY,
            ploomes__per_minute="0",
            milvus__base_url=milvus.url,
            milvus__token=KEY,
            milvus__per_minute="0",
            milvus__listings_per_minute="0",
            sync__tags=json.dumps(tags),
            sync__min_milvus_id="0",
            sync__start="2026-07-01T00:00:00",
            **more,
        )
        yield World(ploomes, milvus, clock)


@pytest.fixture
def sides(world: World) -> Iterator[Sides]:
    """Both systems of that office, open."""
    with both("padrao", clock=world.clock) as opened:
        yield opened


def offline(clock: FixedClock, *, dry: bool = False, **settings: Any) -> Sides:
    """Return two systems that nobody may ask, for what is decided without them."""
    conta = ContaSync.model_validate({"cutoff": "2026-07-01T00:00:00-03:00", **settings})
    nowhere, key = "http://127.0.0.1:9", SecretStr(KEY)
    ploomes = Ploomes("padrao", ContaPloomes(base_url=nowhere, user_key=key))
    milvus = Milvus("padrao", ContaMilvus(base_url=nowhere, token=key))
    return Sides("padrao", conta, ploomes, milvus, SqlLedger("padrao"), Counted(Free), clock, dry)


def line(**said: Any) -> Item:
    """Return a line of the ledger that was not tried yet, but for what is said of it."""
    untried = {"tentado": False, "procuras": 0, "tentativas": 0, "motivo": None, "erro": None}
    sides = {"ploomes_id": None, "milvus_id": None, "milvus_token": None, "ligado": None, "resumo": None}
    times = {"due_at": NOON, "criado_em": NOON, "mudado_em": NOON}
    usual = {"id": 1, "livro": CLIENTES, "fluxo": CLIENTES_PM, "chave": "1", "situacao": Situacao.PENDENTE}
    return Item(**(usual | untried | sides | times | said))
