"""The servers that one address names: `usuario:senha@um:1,dois:2`, as brokers with several nodes have it."""

from urllib.parse import urlsplit

Nodes = tuple[tuple[str, int], ...]


def nodes_of(netloc: str, usual: int) -> tuple[tuple[str, str], Nodes]:
    """Return user and password as they are written, and each host with its port.

    Raises:
        ValueError: a host or port is none.
    """
    login, _, hosts = netloc.rpartition("@")
    user, _, password = login.partition(":")
    return (user, password), tuple(_node(host, usual) for host in hosts.split(","))


def _node(text: str, usual: int) -> tuple[str, int]:
    parts = urlsplit(f"//{text}")
    if not parts.hostname or parts.port == 0 or "@" in text:
        raise ValueError
    return parts.hostname, parts.port or usual


def login_of(netloc: str) -> str:
    """Return what stands before the hosts, as it is written."""
    login, at, _ = netloc.rpartition("@")
    return login + at


def bracketed(host: str) -> str:
    """Return a host as an address has it."""
    return f"[{host}]" if ":" in host else host
