"""Ports of loopback for what Esteira starts itself."""

import random
import socket

from core.errors import Transient

LOOPBACK = "127.0.0.1"
# Below the ports that Linux lends to clients: one that reconnects there while a server restarts could meet itself.
PORTS = range(20_000, 32_000)
TRIED = 200
# Nobody's seed: processes that begin alike would be given the same.
_chance = random.SystemRandom()
_given: set[int] = set()


def free_ports(amount: int) -> list[int]:
    """Return so many free ports, none of them twice in a process: whoever was given one may not serve there yet."""
    found: list[int] = []
    for port in _chance.sample(PORTS, min(TRIED + amount, len(PORTS))):
        if len(found) == amount:
            break
        if port in _given:
            continue
        with socket.socket() as probe:
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
            found.append(port)
    if len(found) < amount:
        raise Transient(f"Não há {amount} portas livres em {LOOPBACK}.")
    _given.update(found)
    return found
