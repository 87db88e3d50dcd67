"""Why there is no answer: one table for what aiohttp, requests and the libraries below them raise.

Classes are named, not imported: a process that uses one of the libraries does not load the others.
"""

import errno
import re
from collections.abc import Iterator
from enum import Enum
from ssl import SSLError

PROXY_WANTS_LOGIN = 407
# as http.client says it
_TUNNEL = re.compile(r"Tunnel connection failed: ([0-9]{3})")


class Cause(Enum):
    """What happened in place of an answer. The value tells whether the request may have left."""

    BAD_ADDRESS = "bad_address", False
    BAD_CERTIFICATE = "bad_certificate", False
    NO_MEANS = "no_means", False
    NO_NAME = "no_name", False
    NO_CONNECTION = "no_connection", False
    CONNECT_TIMEOUT = "connect_timeout", False
    NO_TLS = "no_tls", False
    NOT_SENT = "not_sent", False
    CERTIFICATE_REFUSED = "certificate_refused", False
    PROXY_DOWN = "proxy_down", False
    PROXY_LOGIN = "proxy_login", False
    PROXY_REFUSED = "proxy_refused", False
    TIMEOUT = "timeout", True
    CUT = "cut", True
    BAD_HTTP = "bad_http", True
    TOO_LONG = "too_long", True

    @property
    def left(self) -> bool:
        """Tell whether the request may have left."""
        return self.value[1]


class ProxyDown(Exception):
    """The proxy, through which alone a request could leave, takes no connection."""


# What this machine has none left of: descriptors, memory, buffers. A want of ports cannot be told from an address of
# IPv6 where there is none, which never ends and hides what the address tried before it said.
MEANS = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS})

# First match wins, over an error and what it was raised for: the closest names first.
CAUSES: tuple[tuple[Cause, tuple[str, ...]], ...] = (
    (
        Cause.PROXY_DOWN,
        (
            *("connectors.base.causes.ProxyDown", "aiohttp.client_exceptions.ClientProxyConnectionError"),
            *("requests.exceptions.ProxyError", "urllib3.exceptions.ProxyError"),
        ),
    ),
    (
        Cause.BAD_ADDRESS,
        (
            *("aiohttp.client_exceptions.InvalidURL", "requests.exceptions.InvalidURL", "builtins.UnicodeError"),
            *("requests.exceptions.MissingSchema", "requests.exceptions.InvalidSchema"),
            "urllib3.exceptions.LocationParseError",
        ),
    ),
    (
        Cause.BAD_CERTIFICATE,
        ("aiohttp.client_exceptions.ClientConnectorCertificateError", "ssl.SSLCertVerificationError"),
    ),
    (
        Cause.NO_NAME,
        (
            *("aiohttp.client_exceptions.ClientConnectorDNSError", "urllib3.exceptions.NameResolutionError"),
            "socket.gaierror",
        ),
    ),
    (Cause.NO_TLS, ("aiohttp.client_exceptions.ClientConnectorSSLError", "urllib3.exceptions.SSLError")),
    (
        Cause.NO_CONNECTION,
        ("aiohttp.client_exceptions.ClientConnectorError", "urllib3.exceptions.NewConnectionError"),
    ),
    (
        Cause.CONNECT_TIMEOUT,
        (
            *("aiohttp.client_exceptions.ConnectionTimeoutError", "requests.exceptions.ConnectTimeout"),
            "urllib3.exceptions.ConnectTimeoutError",
        ),
    ),
    (
        Cause.TIMEOUT,
        ("builtins.TimeoutError", "requests.exceptions.ReadTimeout", "urllib3.exceptions.ReadTimeoutError"),
    ),
    (
        Cause.CUT,
        (
            *("http.client.RemoteDisconnected", "http.client.IncompleteRead", "builtins.ConnectionError"),
            *("aiohttp.client_exceptions.ServerConnectionError", "aiohttp.client_exceptions.ClientOSError"),
            *("aiohttp.client_exceptions.ClientPayloadError", "urllib3.exceptions.InvalidChunkLength"),
        ),
    ),
    (
        Cause.BAD_HTTP,
        ("aiohttp.client_exceptions.ClientError", "http.client.HTTPException", "urllib3.exceptions.HeaderParsingError"),
    ),
    (
        Cause.CUT,
        ("requests.exceptions.RequestException", "urllib3.exceptions.HTTPError", "builtins.OSError", "ssl.SSLError"),
    ),
)

# The other side's word in TLS that it does not take our certificate, or wants one.
REFUSALS = frozenset(
    {
        *("SSLV3_ALERT_BAD_CERTIFICATE", "SSLV3_ALERT_CERTIFICATE_EXPIRED", "SSLV3_ALERT_CERTIFICATE_REVOKED"),
        *("SSLV3_ALERT_CERTIFICATE_UNKNOWN", "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE", "TLSV1_ALERT_UNKNOWN_CA"),
        *("TLSV1_ALERT_ACCESS_DENIED", "TLSV13_ALERT_CERTIFICATE_REQUIRED"),
    }
)


def cause_of(error: BaseException) -> Cause | None:
    """Return what an exception means; None for one that is no fault of the network but of our own."""
    chain = list(_chain(error))
    if any(isinstance(one, OSError) and one.errno in MEANS for one in chain):
        return Cause.NO_MEANS
    if any(isinstance(one, SSLError) and getattr(one, "reason", None) in REFUSALS for one in chain):
        return Cause.CERTIFICATE_REFUSED
    if status := next(filter(None, map(_refused_by_proxy, chain)), None):
        return Cause.PROXY_LOGIN if status == PROXY_WANTS_LOGIN else Cause.PROXY_REFUSED
    names = {name for one in chain for name in _names(type(one))}
    return next((cause for cause, known in CAUSES if not names.isdisjoint(known)), None)


def behind_proxy(cause: Cause | None) -> Cause | None:
    """Return what a cause is where only the proxy is dialled: what is not reached is the proxy."""
    return Cause.PROXY_DOWN if cause in (Cause.NO_NAME, Cause.NO_CONNECTION, Cause.CONNECT_TIMEOUT) else cause


def _refused_by_proxy(error: BaseException) -> int | None:
    """Return the status with which a proxy refused to lead to a server."""
    if type(error).__name__ == "ClientHttpProxyError":
        return int(getattr(error, "status", 0)) or None
    found = _TUNNEL.search(str(error)) if isinstance(error, OSError) else None
    return int(found[1]) if found else None


def _chain(error: BaseException, depth: int = 0) -> Iterator[BaseException]:
    """Yield an error and those it carries: as cause, as `reason` or as an argument."""
    yield error
    if depth > 8:
        return
    carried = (error.__cause__, getattr(error, "reason", None), *error.args)
    for one in carried:
        if isinstance(one, BaseException) and one is not error:
            yield from _chain(one, depth + 1)


def _names(kind: type[BaseException]) -> Iterator[str]:
    for base in kind.__mro__:
        module = {"_socket": "socket", "_ssl": "ssl"}.get(base.__module__, base.__module__)
        yield f"{module}.{base.__qualname__}"
