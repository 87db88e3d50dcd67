"""A million pending rows over a thousand destinations in PostgreSQL: claim, sweep and memory, beside ten thousand rows.

A claim is one batch of one destination, commit included. When a target is missed its plan is printed.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from sqlalchemy import Engine, event, text

from bench import figures, machine
from bench.counter import Counter
from bench.installation import children, fresh, rss, workers

FEW_DESTINATIONS, FEW_EACH = 100, 100
CLAIM_MS, SWEEP_MS, GROWTH = 20, 100, 1.15
CLAIMS, SWEEPS, BATCH, BODY = 300, 20, 100, "x" * 900

# The references are ours, so their checks would only make the filling slower.
FILL = """
INSERT INTO delivery (event_id, destino_id, estado, tentativas, due_at, created_at)
SELECT :event + (n % 1000), :first + (n % :destinations), 'pendente', 0,
       now() - (random() * interval '1 hour'), now() - interval '1 hour'
FROM generate_series(0, :amount - 1) AS n
"""


def prepare(counter: Counter, destinations: int) -> tuple[int, int]:
    """Make destinations and a thousand events; return the first number of each."""
    from sqlalchemy import insert, select
    from support.deliveries import webhook

    from core.clock import SYSTEM
    from storage.models.destinos import Destino
    from storage.models.eventos import Event
    from storage.session import transaction

    first = webhook(counter.url("0"), nome="d0")
    with transaction() as db:
        model = dict(db.execute(select(Destino.__table__).where(Destino.id == first)).mappings().one())
        del model["id"]
        many = [{**model, "nome": f"d{n}", "url": counter.url(n)} for n in range(1, destinations)]
        if many:
            db.execute(insert(Destino), many)
        events = [
            {"message_id": f"msg_{n}", "nome": "alerta_aberto", "occurred_at": SYSTEM.now(), "corpo": BODY.encode()}
            for n in range(1000)
        ]
        event_id = db.scalars(insert(Event).returning(Event.id), events).all()
    return first, min(event_id)


def fill(event_id: int, first: int, destinations: int, amount: int) -> None:
    """Insert pending rows, spread evenly; then look at the table as autovacuum does within a minute."""
    from storage.session import transaction

    values = {"event": event_id, "first": first, "destinations": destinations, "amount": amount}
    with transaction() as db:
        db.execute(text("SET LOCAL session_replication_role = replica"))
        db.execute(text(FILL), values)
    with transaction() as db:
        db.execute(text("ANALYZE delivery"))


def claims(first: int, destinations: int, times: int) -> list[float]:
    """Return the milliseconds of claims, one destination after the other; what was claimed is given back."""
    from core.clock import SYSTEM
    from events.delivery.book import Book
    from events.delivery.plan import Plan

    taken = []
    for number in range(times):
        book = Book(None, lambda one: BATCH, SYSTEM)
        plan = Plan(hints=frozenset([first + number % destinations]), slots=1, rows=BATCH)
        began = time.perf_counter()
        found = book.turn(plan)
        taken.append((time.perf_counter() - began) * 1000)
        rows = [owed for many in found.owed.values() for owed in many]
        assert rows
        held = {one.destination.id: replace(one, idle=True) for one in found.new}
        book.turn(Plan(unsent=rows, held=held, last=True))
    return taken


def sweeps() -> list[float]:
    """Return the milliseconds of sweeps; nobody is told."""
    from events.delivery.sweep import sweep

    taken = []
    for _ in range(SWEEPS):
        began = time.perf_counter()
        assert sweep()
        taken.append((time.perf_counter() - began) * 1000)
    return taken


def show_plan(work: Callable[[], object]) -> None:
    """Run something and print the plan of each of its statements over the deliveries."""
    from storage.session import engine, transaction

    seen: dict[str, Any] = {}
    with _noted(engine(), seen):
        work()
    for statement, values in seen.items():
        with transaction() as db:
            plan = db.connection().exec_driver_sql(f"EXPLAIN (ANALYZE, BUFFERS) {statement}", values).scalars().all()
            print("\n".join([statement, *plan]), flush=True)
            db.rollback()


@contextmanager
def _noted(watched: Engine, seen: dict[str, Any]) -> Iterator[None]:
    def note(_c: Any, _cursor: Any, statement: str, values: Any, _context: Any, _many: bool) -> None:
        if "delivery" in statement and statement.startswith(("SELECT", "UPDATE", "WITH")):
            seen.setdefault(statement, values)

    event.listen(watched, "before_cursor_execute", note)
    try:
        yield
    finally:
        event.remove(watched, "before_cursor_execute", note)


def memory(counter: Counter, warm: int, amount: int) -> tuple[float, float]:
    """Drain a little, then more; return the memory of the largest pool process in MiB after each."""
    from flows.entregas import serving

    with workers("entregas") as (worker,):
        sizes = []
        for goal in (warm, warm + amount):
            while counter.requests < goal:
                serving.wake_due()
                ends = time.monotonic() + 5
                while counter.requests < goal and time.monotonic() < ends:
                    time.sleep(0.1)
            sizes.append(max(map(rss, children(worker))))
    return sizes[0], sizes[1]


def measure(amount: int, destinations: int, drained: int, times: int) -> None:
    """Print the lines; the process has its settings from then on."""
    with fresh("postgresql"), Counter() as counter:
        first, event_id = prepare(counter, destinations)
        few = min(FEW_DESTINATIONS, destinations)
        fill(event_id, first, few, few * FEW_EACH)
        # The first of each also connects and plans, which a worker does once in its life.
        few_claims, few_sweeps = claims(first, few, times)[1:], sweeps()[1:]
        began = time.perf_counter()
        fill(event_id, first, destinations, amount - few * FEW_EACH)
        print(f"{amount} linhas pendentes em {time.perf_counter() - began:.0f} s", flush=True)
        many_claims, many_sweeps = claims(first, destinations, times), sweeps()
        if not _show("reserva", many_claims, few_claims, CLAIM_MS):
            show_plan(lambda: claims(first, destinations, times))
        if not _show("varredura", many_sweeps, few_sweeps, SWEEP_MS):
            show_plan(sweeps)
        before, after = memory(counter, drained // 2, drained)
        figures.show(
            f"memória após mais {drained} entregas", after, "MiB", ("antes", before), below=round(before * GROWTH)
        )


def _show(name: str, many: list[float], few: list[float], limit: float) -> bool:
    title = f"com {FEW_EACH * FEW_DESTINATIONS} linhas"
    half, most = ((figures.percentile(many, share), (title, figures.percentile(few, share))) for share in (0.5, 0.99))
    figures.show(f"{name} p50", half[0], "ms", half[1])
    return figures.show(f"{name} p99", most[0], "ms", most[1], below=limit)


def main() -> None:
    """Print the lines of PostgreSQL."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--linhas", type=int, default=1_000_000)
    arguments.add_argument("--destinos", type=int, default=1000)
    arguments.add_argument("--entregas", type=int, default=8000, help="quantas entregar entre as medidas de memória")
    arguments.add_argument("--reservas", type=int, default=CLAIMS, help="quantas medir")
    given = arguments.parse_args()
    machine.tell()
    measure(given.linhas, given.destinos, given.entregas, given.reservas)


if __name__ == "__main__":
    main()
