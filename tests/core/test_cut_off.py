"""Nobody waits for ever on a connection that was cut without a word: the kernel gives it up."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kombu import Connection
from sqlalchemy import text
from support.redis import RedisServer

from connectors.oracle.engine import open_engine
from core import celery_app, cut_off
from core.broker_link import TRANSPORT
from core.settings.fila import ContaFila
from storage.session import engine

WANTED = (cut_off.SILENT_SECONDS, cut_off.EVERY_SECONDS, cut_off.TIMES, cut_off.GIVEN_UP_SECONDS * 1000)
NAMES = ("TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT", "TCP_USER_TIMEOUT")


def told_kernel(opened: socket.socket) -> tuple[int, ...]:
    """Return what the kernel was told of a connection."""
    assert opened.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    return tuple(opened.getsockopt(socket.IPPROTO_TCP, getattr(socket, name)) for name in NAMES)


@contextmanager
def of_pool(client: Any) -> Iterator[socket.socket]:
    """Give the socket of a client's connection."""
    connection = client.connection_pool.get_connection()
    try:
        yield connection._sock
    finally:
        client.connection_pool.release(connection)


def test_those_to_the_database_are_given_up_by_both_ends(postgres: str) -> None:
    settings = ", ".join(f"current_setting('{name}')" for name in cut_off.of_postgresql())
    with engine().connect() as connection:
        driver: Any = connection.connection.driver_connection
        with socket.socket(fileno=os.dup(driver.fileno())) as opened:
            assert told_kernel(opened) == WANTED
        theirs = connection.execute(text(f"SELECT {settings}")).one()
        assert tuple(map(int, theirs)) == WANTED


def test_a_rollback_takes_nothing_of_it_away(postgres: str) -> None:
    with engine().connect() as connection:
        connection.rollback()
        assert connection.scalar(text("SELECT current_setting('tcp_user_timeout')")) == str(WANTED[3])


def test_those_to_redis_are_given_up(redis_server: RedisServer) -> None:
    asked = Connection(redis_server.url, transport_options=TRANSPORT)
    with asked as connection, of_pool(connection.default_channel.client) as opened:
        assert told_kernel(opened) == WANTED


def test_those_to_rabbitmq_are_given_up(rabbit_broker: str) -> None:
    with celery_app.current().connection_for_write() as asked:
        assert told_kernel(asked.connection.sock) == WANTED


def test_those_to_a_queue_in_postgresql_are_given_up_by_the_server(postgres: str) -> None:
    settings = ", ".join(f"current_setting('{name}')" for name in cut_off.of_postgresql())
    queue = open_engine(ContaFila(url=postgres), "padrao")
    with queue.connect() as connection:
        assert tuple(map(int, connection.execute(text(f"SELECT {settings}")).one())) == WANTED
    queue.dispose()
