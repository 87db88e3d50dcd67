"""The one judge of addresses that may be called (SSRF): explicit lists, because `ipaddress.is_global` has gaps.

It is asked about every address a name has and again about the very address being dialled, so a resolver that changes
its answer gains nothing. What it refuses was never called.
"""

import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import quote

from yarl import URL

from core.errors import UsageError
from core.settings.base import Network
from core.settings.deliveries import DeliverySettings

_DENIED_V4 = tuple(
    IPv4Network(text)
    for text in [
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "168.63.129.16/32",
    ]
)
_GLOBAL_V6 = IPv6Network("2000::/3")
_DENIED_V6 = tuple(IPv6Network(text) for text in ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"])
_NAT64 = IPv6Network("64:ff9b::/96")
URL_LIMIT = 2000
_FORM = re.compile(r"(?P<scheme>(?i:https?))://(?P<server>[^/?#\\\s]+)(?P<rest>([/?][^#]*)?)(#.*)?", re.DOTALL)
_ASCII = "".join(map(chr, range(0x21, 0x7F)))


class BlockedAddress(Exception):
    """Endereço não permitido pelas regras de entrega."""

    def __init__(self) -> None:
        super().__init__((type(self).__doc__ or "").strip())


@dataclass(frozen=True)
class Judge:
    """The deployment's rules: denied networks minus `allow_networks`, ports, schemes."""

    allow_networks: Sequence[Network] = ()
    allow_http: bool = False
    allow_ports: Sequence[int] = (80, 443, 8443)

    @classmethod
    def of(cls, settings: DeliverySettings) -> "Judge":
        """Return the judge of these settings."""
        return cls(settings.allow_networks, settings.allow_http, settings.allow_ports)

    def address(self, text: str, port: int, scope: int = 0) -> None:
        """Raise `BlockedAddress` unless this address and port may be called."""
        if scope or "%" in text:
            raise BlockedAddress
        ip = ip_address(text)
        if isinstance(ip, IPv6Address) and ip.ipv4_mapped:
            ip = ip.ipv4_mapped
        if self._inside(ip):
            return
        if self._denied(ip) or port not in self.allow_ports:
            raise BlockedAddress

    def _inside(self, ip: IPv4Address | IPv6Address) -> bool:
        """Tell whether the deployment allows this network; behind NAT64 the IPv4 inside is judged too."""
        listed = any(ip.version == net.version and ip in net for net in self.allow_networks)
        if listed and isinstance(ip, IPv6Address) and ip in _NAT64:
            inner = IPv4Address(ip.packed[-4:])
            return self._inside(inner) or not self._denied(inner)
        return listed

    def _denied(self, ip: IPv4Address | IPv6Address) -> bool:
        if isinstance(ip, IPv4Address):
            return any(ip in net for net in _DENIED_V4)
        return ip not in _GLOBAL_V6 or any(ip in net for net in _DENIED_V6)

    def scheme(self, scheme: str) -> None:
        """Raise `BlockedAddress` unless the scheme may be used."""
        if scheme != "https" and not (scheme == "http" and self.allow_http):
            raise BlockedAddress

    def socket(self, info: tuple[Any, ...]) -> socket.socket:
        """Make the socket for an address about to be dialled, or refuse (`TCPConnector(socket_factory=…)`)."""
        family, kind, protocol, _, dialled = info
        self.address(dialled[0], dialled[1], dialled[3] if len(dialled) > 3 else 0)
        return socket.socket(family, kind, protocol)


def checked_url(text: str) -> str:
    """Return a URL as it was typed, without the white space around it; raise `UsageError` with what is wrong."""
    typed = text.strip()
    if not typed.isprintable() or len(typed) > URL_LIMIT:
        raise UsageError(f"A URL do destino tem caracteres inválidos ou passa de {URL_LIMIT} caracteres.", campo="url")
    form = _FORM.fullmatch(typed)
    if form is None:
        raise UsageError("A URL do destino deve começar com https:// (ou http://) e ter um servidor.", campo="url")
    if "@" in form["server"]:
        raise UsageError("A URL do destino não pode ter usuário nem senha.", campo="url")
    if "%" in form["server"]:
        raise UsageError("A URL do destino não pode ter um escopo de rede.", campo="url")
    try:
        wire_url(typed)
    except ValueError:
        raise UsageError("A URL do destino é inválida: confira o servidor e a porta.", campo="url") from None
    return typed


@lru_cache(maxsize=1024)
def wire_url(typed: str) -> URL:
    """Return the URL to call; what stands after the server goes out as it was typed, for it may be part of a signature.

    Only what no request line can hold is encoded: other scripts and blanks.

    Raises:
        ValueError: the server or the port is none.
    """
    form = _FORM.fullmatch(typed)
    if form is None:
        raise ValueError(typed)
    server = URL(f"{form['scheme'].lower()}://{form['server']}")
    host = (server.raw_host or "").removesuffix(".")
    # What the resolver raises for such names says nothing of names.
    if not server.port or len(host) > 253 or not all(0 < len(label) <= 63 for label in host.split(".")):
        raise ValueError(typed)
    origin = str(server.with_host(host)) if server.raw_host != host else str(server)
    return URL(origin.rstrip("/") + (quote(form["rest"], safe=_ASCII) or "/"), encoded=True)


def server_of(typed: str) -> str:
    """Return the host and the port of a URL: a server is both."""
    try:
        url = wire_url(typed)
    except ValueError:
        return typed
    return f"{url.host}:{url.port}"


def refused_now(url: str, judge: Judge) -> bool:
    """Tell whether a URL would be refused already for its scheme or its literal address; names wait for the connect."""
    try:
        parsed = wire_url(url)
        judge.scheme(parsed.scheme)
        judge.address(parsed.host or "", parsed.port or 0)
    except BlockedAddress:
        return True
    except ValueError:
        return False  # a name
    return False
