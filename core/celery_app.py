"""The Celery object of every process: workers, beat, Flower, the API and a bare Python that calls `tarefa.delay()`."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import kombu
from celery import Celery
from celery.signals import before_task_publish
from kombu import pools as kombu_pools

from core import context, queues
from core.amqp_address import AmqpAddress
from core.broker_faults import FAULTS, lost
from core.broker_link import ACCEPTED, AMQP, CONFIRM_SECONDS, CONFIRMED, CONTROL, QUEUE_ARGUMENTS, broker, transport
from core.errors import Transient
from core.settings.core import CoreSettings
from core.settings.load import Settings, get_settings

NO_ANSWER = "O broker não respondeu (core.broker_url, core.redis_url): `esteira subir` está rodando?"
PUBLISH_POLICY = {"max_retries": 2, "interval_start": 0, "interval_step": 0.2, "interval_max": 0.5}


def route(name: str, *_: Any, **__: Any) -> dict[str, str] | None:
    """Return the queue that a task declared."""
    queue = queues.queue_of(name)
    return None if queue is None else {"queue": queue.name}


def _queues(arguments: dict[str, Any] | None) -> list[kombu.Queue]:
    return [
        kombu.Queue(queue.name, routing_key=queue.name, queue_arguments=arguments and dict(arguments))
        for queue in queues.queues()
    ]


def _limits() -> dict[str, dict[str, int]]:
    """Return how long each task may take."""
    return {
        task: {"soft_time_limit": queue.longest, "time_limit": queue.longest + queues.HARD_RESERVE}
        for task, queue in queues.tasks().items()
    }


def configuration(settings: Settings) -> dict[str, Any]:
    """Return Celery's settings (docs/reference/contracts/webhooks_delivery.md §7)."""
    address = broker()
    of_rabbit = isinstance(address, AmqpAddress)
    return {
        "broker_url": address.url,
        "broker_use_ssl": dict(address.tls) or None,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        # A channel that is refused something costs a new one and not the worker: RabbitMQ closes it for one of its
        # limits, a Redis that became a replica takes nothing more.
        "broker_channel_error_retry": True,
        "broker_transport_options": transport(address),
        "control_exchange": CONTROL,
        "task_default_queue": "default",
        "task_queues": _queues(QUEUE_ARGUMENTS if of_rabbit else None),
        "task_create_missing_queues": False,
        "task_routes": (route,),
        "task_annotations": _limits(),
        "task_acks_late": False,
        "worker_cancel_long_running_tasks_on_connection_loss": False,
        "task_ignore_result": True,
        "task_serializer": ACCEPTED[0],
        "accept_content": list(ACCEPTED),
        "task_publish_retry_policy": PUBLISH_POLICY,
        "worker_prefetch_multiplier": 1,
        "worker_max_tasks_per_child": 10_000,
        "worker_max_memory_per_child": 400_000,
        "worker_enable_remote_control": True,
        "worker_send_task_events": True,
        "worker_hijack_root_logger": False,
        "worker_proc_alive_timeout": 30,
        "timezone": settings[CoreSettings].timezone,
        "enable_utc": True,
        "beat_scheduler": "workers.beat:PatientScheduler",
        "beat_max_loop_interval": 1,
        # Redis alone can be told to give nothing out in advance.
        "worker_disable_prefetch": True,
        # There a set keeps the names of these queues: with a new one at each start it would grow for ever.
        "control_queue_exclusive": False,
        **(AMQP if of_rabbit else {}),
    }


@before_task_publish.connect(dispatch_uid="esteira.origin")
def carry_origin(headers: dict[str, Any] | None = None, **_: Any) -> None:
    """Let a message carry what began it, so that the task's lines say it too."""
    if headers is not None and (cause := context.cause()):
        headers.setdefault(context.HEADER, cause)


@contextmanager
def _lent(pool: Any) -> Iterator[Any]:
    """Lend a producer; a connection that failed is dropped, not closed: in an alarm nobody answers a goodbye either.

    Were it kept, kombu would write the next message into a channel whose broker has gone.
    """
    with pool.acquire(block=True) as producer:
        try:
            yield producer
        except BaseException:
            with suppress(AttributeError, *FAULTS):
                producer.connection.collect()
            raise


class App(Celery):  # type: ignore[misc]
    """Celery's; the messages of tasks go to RabbitMQ over connections on which it confirms each.

    What workers tell of themselves and what they answer is not confirmed: nothing is lost with it.
    """

    control_cls = "workers.amqp_box:Control"

    def producer_or_acquire(self, producer: Any = None) -> Any:
        """Return a context with this producer, else with one of the pool."""
        if producer is not None:
            return super().producer_or_acquire(producer)
        if "amqp" not in (self.conf.broker_url or ""):
            return _lent(self.producer_pool)
        return _lent(kombu_pools.producers[self.connection_for_write(transport_options=CONFIRMED)])

    def send_task(self, *arguments: Any, **options: Any) -> Any:
        """Send a message, of whoever sends one; a broker that holds it up for long is as good as none.

        Raises:
            Transient: there is no broker to take it, in a sentence for people.
        """
        try:
            return super().send_task(*arguments, **{"confirm_timeout": CONFIRM_SECONDS, **options})
        except Exception as fault:
            if not lost(fault):
                raise
            raise Transient(NO_ANSWER) from None


def build() -> Celery:
    """Build the app and make it the current one, so that importing `tasks` is enough to call them."""
    celery = App("esteira")
    celery.conf.update(configuration(get_settings()))
    celery.set_current()
    celery.set_default()
    return celery


app = build()


def refresh() -> None:
    """Point the app at the broker that the settings name now; what was connected is closed."""
    kombu_pools.reset()
    # What Celery itself does in a fork: forget the pools, which are bound to the old address.
    app._after_fork()
    app.conf.update(configuration(get_settings()))
    # They keep the queues of the old one, which another kind of broker declares otherwise.
    for kept in ("amqp", "control"):
        vars(app).pop(kept, None)


def current() -> Celery:
    """Return the app, pointed at the broker of this moment: `esteira subir` may have started one since."""
    if app.conf.broker_url != broker().url:
        refresh()
    return app
