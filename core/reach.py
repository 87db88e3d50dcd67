"""Whether a connection is accepted somewhere; nothing is sent."""

import socket

from core.text import os_fault

PATIENCE_SECONDS = 3.0


def connection_fault(host: str, port: int) -> str:
    """Return why a connection is not accepted; nothing when it is."""
    try:
        with socket.create_connection((host, port), timeout=PATIENCE_SECONDS):
            return ""
    except (OSError, UnicodeError) as error:
        reason = os_fault(error) if isinstance(error, OSError) else "nome inválido"
        return f"{host}:{port} não aceita conexão ({reason or 'tempo esgotado'})"
