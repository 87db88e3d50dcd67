"""How soon a connection to the database or the broker is given up whose other end was cut off without a word.

Left alone the kernel waits a quarter of an hour for an answer to what was sent, and two hours where nothing was. Here
it asks a silent connection, and gives one up that does not answer; who waited is told, and makes another.
"""

import socket

# A connection on which nothing is said is asked after so long, and then so often.
SILENT_SECONDS, EVERY_SECONDS, TIMES = 10, 5, 3
GIVEN_UP_SECONDS = SILENT_SECONDS + EVERY_SECONDS * TIMES
_OPTIONS = {
    "TCP_KEEPIDLE": SILENT_SECONDS,
    "TCP_KEEPINTVL": EVERY_SECONDS,
    "TCP_KEEPCNT": TIMES,
    "TCP_USER_TIMEOUT": GIVEN_UP_SECONDS * 1000,
}


def of_sockets() -> dict[int, int]:
    """Return it as options of TCP; not every system knows all of them."""
    return {getattr(socket, name): value for name, value in _OPTIONS.items() if hasattr(socket, name)}


def of_libpq() -> dict[str, int]:
    """Return it as PostgreSQL's client takes it."""
    asking = {"keepalives_idle": SILENT_SECONDS, "keepalives_interval": EVERY_SECONDS, "keepalives_count": TIMES}
    return {**asking, "tcp_user_timeout": GIVEN_UP_SECONDS * 1000}


def of_postgresql() -> dict[str, int]:
    """Return it as settings of a session: the server lets go of the locks of a machine that is gone."""
    return {f"tcp_{name}" if name.startswith("keep") else name: value for name, value in of_libpq().items()}
