"""The work whose units are counted: each is done once by the parts that do it, and what that took is returned."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from bench import api, fila, latency, questor_send, sat, sync
from bench.child import child
from bench.correio_server import PASSWORD, USER
from bench.counter import Counter
from bench.cpu import tree
from bench.documentos_store import owner, write
from bench.gasto import Account, Spent
from bench.installation import fresh, workers

PATIENCE_SECONDS, TENANTS, ITEMS = 300.0, 20, 5
DELIVERY_RATE, REQUESTS_WARM = 40.0, 20


def _until(condition: Callable[[], bool]) -> None:
    ends = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > ends:
            raise SystemExit("não terminou a tempo")
        time.sleep(0.1)


def _outside() -> list[int]:
    """Return the servers of a bench that run now: they only play the outside."""
    return [pid for pid in tree([os.getpid()]) if b"_server" in _command(pid)]


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def deliveries(amount: int, rate: float = DELIVERY_RATE) -> Spent:
    """Events of tenants, each to one webhook, at a steady rate."""
    with fresh("postgresql"), Counter() as counter, latency.line(counter, TENANTS) as everyone:
        before, account = counter.distinct, Account((counter.pid,))
        latency.fire(everyone, rate, amount)
        _until(lambda: counter.distinct >= before + amount)
        return account.spent().per(amount)


def boxes(amount: int) -> Spent:
    """A round over a fleet of boxes behind hubs."""
    from core import messages

    with fresh("postgresql") as folder, child("bench.hub_server", "--latencia", "0") as (port, _):
        sat.fleet(folder, port, amount)
        with workers("sat"):
            account = Account(_outside())
            messages.send("sat.varrer")
            _until(lambda: not sat.unchecked())
            return account.spent().per(amount)


def rows(amount: int) -> Spent:
    """Rows of a queue table, published; the table is a database of PostgreSQL too."""
    from flows.fila import relay

    with fila.table() as engine:
        fila.fill(engine, amount)
        account = Account()
        while relay.publish("padrao").publicadas:
            pass
        return account.spent().per(amount)


def documents(amount: int) -> Spent:
    """NF-e of some items from files into the store, with the events that tell of them."""
    with fresh("postgresql") as folder:
        from flows.documentos.asking import pedir
        from flows.documentos.importing import importar

        owner()
        (folder / "xml").mkdir()
        made = write(folder / "xml", range(1, amount + 1), ITEMS)
        (request,) = pedir([str(folder / "xml")], "bench")
        account = Account()
        importar(request)
        return account.spent().per(len(made))


def uploads(amount: int) -> Spent:
    """Documents of a lot, fifty in a request."""
    from core import messages

    part = questor_send.PARTS["lotes"]
    with fresh("postgresql") as folder, child("bench.questor_server") as (port, _):
        questor_send.configure(f"http://127.0.0.1:{port}", part.account)
        lote = questor_send.make_lot(folder, amount)
        with workers("questor", beat=True):
            account = Account(_outside())
            messages.send("questor.enviar_bloco", [lote])
            _until(lambda: questor_send.is_done(lote))
            return account.spent().per(amount)


def items(amount: int) -> Spent:
    """Contacts, tasks and interactions that become clients and tickets."""
    contacts, events = amount * 5 // 8, amount * 3 // 8
    with sync.office(contacts, events, kind="postgresql"):
        from flows.sync.run import run

        account = Account(_outside())
        made = sum(run(fluxo, "padrao").criados for fluxo in sync.FROM_PLOOMES)
        return account.spent().per(made)


def mails(amount: int) -> Spent:
    """Alerts told to one mailbox."""
    with fresh("postgresql"), child("bench.correio_server") as (port, ask):
        values = {"HOST": "127.0.0.1", "PORT": port, "SECURITY": "none", "USER": USER, "PASSWORD": PASSWORD}
        values |= {"SENDER": "bench@exemplo.com.br", "DOMAIN_BURST": 100_000}
        os.environ |= {f"ESTEIRA_EMAIL__{name}": str(value) for name, value in values.items()}
        from core.settings.load import get_settings
        from flows.destinos.creating import NewDestination, create

        get_settings.cache_clear()
        create(NewDestination("email", "bench", "plantao@exemplo.com.br", ["alerta_aberto"]))
        with workers("email", "geral", beat=True):
            account = Account(_outside())
            _fire_alerts(amount)
            _until(lambda: int(ask()["mensagens"]) >= amount)
            return account.spent().per(amount)


def _fire_alerts(amount: int) -> None:
    from events import disparar_webhook

    for number in range(amount):
        disparar_webhook("alerta_aberto", {"n": number, "mensagem": f"alerta {number}"})


def requests(amount: int) -> Spent:
    """First pages of a user's notes, over HTTP with a token, with log and limit as shipped."""
    with fresh("postgresql"):
        from flows.usuarios import tokens

        owner()
        token = tokens.criar("bench").token
        os.environ |= api.FREE
        with api.serving() as (port, _):
            asking = api.Asking(port, token)
            for _ in range(REQUESTS_WARM):
                asking.get("/api/nfe/")
            account = Account(own=False)
            for _ in range(amount):
                asking.get("/api/nfe/")
            return account.spent().per(amount)
