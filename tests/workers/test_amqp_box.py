"""The queues by which workers are asked are each connection's own, and hold up no other connection."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial

from support.ports import PATIENCE_SECONDS, wait_until

from core.celery_app import app


def test_a_worker_that_begins_anew_is_not_refused_its_box_while_the_old_connection_is_there(rabbit_broker: str) -> None:
    box = app.control.mailbox
    with app.connection() as old, app.connection() as new:
        queues = [box.get_queue("geral@aqui")(one.default_channel) for one in (old, new)]
        for queue in queues:
            queue.declare()
        box(old).cast(None, "ping")
        for queue in queues:
            wait_until(partial(queue.get, no_ack=True))


def test_who_asks_over_another_connection_than_before_is_answered(rabbit_broker: str) -> None:
    over = threading.Event()
    with app.connection() as worker, app.connection() as one, app.connection() as other:
        box = app.control.mailbox(worker)
        node = box.Node("geral@aqui", channel=worker.default_channel, handlers={"ping": lambda _: "pong"})

        def answer() -> None:
            while not over.is_set():
                with suppress(TimeoutError):
                    worker.drain_events(timeout=0.05)

        with node.listen(), ThreadPoolExecutor(1) as thread:
            thread.submit(answer)
            try:
                for asking in (one, other, one):
                    found = app.control.ping(timeout=PATIENCE_SECONDS, limit=1, connection=asking)
                    assert found == [{"geral@aqui": "pong"}]
            finally:
                over.set()


def test_on_redis_a_worker_that_begins_anew_has_the_box_it_had(broker: str) -> None:
    """A set keeps the names there; that of a worker that was killed would stay in it for ever."""
    assert app.control.mailbox.get_queue("geral@aqui").name == "geral@aqui.celery.pidbox"
