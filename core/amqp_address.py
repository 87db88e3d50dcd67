"""How RabbitMQ is reached: `amqp://usuario:<senha>@no1:5672,no2:5672/vhost`, or `amqps://` with TLS.

Of several nodes of a cluster the next is asked when one does not answer. `amqps://` verifies the certificate, against
the authorities of the system and that of `core.broker_ca`; options in the address are those of `rediss://`.
"""

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from core.nodes import Nodes, bracketed, login_of, nodes_of
from core.redis_address import tls_options

SECURE = "amqps"
SCHEMES = ("amqp", SECURE)
PORTS = {"amqp": 5672, SECURE: 5671}
LOOKS_LIKE = "não é um endereço de RabbitMQ: use amqp://usuario:<senha>@servidor:5672/vhost ou amqps://"
# py-amqp's own names of these.
NAMES = {"ssl_ca_certs": "ca_certs", "ssl_cert_reqs": "cert_reqs", "ssl_certfile": "certfile", "ssl_keyfile": "keyfile"}
CHECK_HOSTNAME = "ssl_check_hostname"


@dataclass(frozen=True)
class AmqpAddress:
    """The nodes of a RabbitMQ and its vhost; `url` is as kombu takes it, `tls` as py-amqp does."""

    url: str
    tls: dict[str, Any] = field(default_factory=dict)
    nodes: Nodes = ()
    vhost: str = "/"
    system = "RabbitMQ"

    @property
    def where(self) -> str:
        """The nodes and the vhost, without user and password."""
        return f"{','.join(f'{host}:{port}' for host, port in self.nodes)}/{quote(self.vhost, safe='')}"


def amqp_address(url: str, authority: Path | None = None) -> AmqpAddress:
    """Read an address.

    Raises:
        ValueError: it is none; the text says what one looks like, and nothing of this one.
    """
    try:
        parts = urlsplit(url)
        _, nodes = nodes_of(parts.netloc, PORTS[parts.scheme])
        options = parse_qsl(parts.query, keep_blank_values=True)
    except (ValueError, KeyError):
        raise ValueError(LOOKS_LIKE) from None
    vhost = unquote(parts.path.removeprefix("/")) or "/"
    read, rest = tls_options(options, authority)
    if rest or (options and parts.scheme != SECURE):
        raise ValueError("opção desconhecida no endereço do RabbitMQ")
    login, path = login_of(parts.netloc), quote(vhost, safe="")
    return AmqpAddress(
        url=";".join(f"{parts.scheme}://{login}{bracketed(host)}:{port}/{path}" for host, port in nodes),
        tls=_told(read, nodes) if parts.scheme == SECURE else {},
        nodes=nodes,
        vhost=vhost,
    )


def _told(read: dict[str, Any], nodes: Nodes) -> dict[str, Any]:
    """Return the options of TLS as py-amqp takes them."""
    if unknown := set(read) - set(NAMES) - {CHECK_HOSTNAME}:
        raise ValueError(f"opção desconhecida no endereço do RabbitMQ: {', '.join(sorted(unknown))}")
    told = {NAMES[name]: value for name, value in read.items() if name in NAMES}
    if read[CHECK_HOSTNAME] and read["ssl_cert_reqs"] != ssl.CERT_NONE:
        # of several nodes kombu puts the one in its place that it speaks to
        told["server_hostname"] = nodes[0][0] if len(nodes) == 1 else None
    return told
