"""Ports of loopback for what Esteira starts itself."""

import random
import socket

from core.errors import Transient

LOOPBACK = "127.0.0.1"
# Below the ports that Linux lends to clients: one that reconnects there while a server restarts could meet itself.
PORTS = range(20_000, 32_000)
TRIED = 200


def free_ports(amount: int) -> list[int]:
    """Return so many free ports."""
    found: list[int] = []
    for port in random.sample(PORTS, TRIED + amount):
        if len(found) == amount:
            break
        with socket.socket() as probe:
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
            found.append(port)
    if len(found) < amount:
        raise Transient(f"Não há {amount} portas livres em {LOOPBACK}.")
    return found
