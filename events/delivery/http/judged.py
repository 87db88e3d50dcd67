"""The transport of a blocking session to a destination: every address is judged before it is dialled."""

import socket
from typing import Any

from urllib3.connection import HTTPConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from connectors.base.blocking import NotingAdapter
from events.delivery.address import Judge


class JudgedAdapter(NotingAdapter):
    """Raises `BlockedAddress` for a name as soon as one of its addresses is denied; such a one is never called."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        super().__init__(max_retries=0)

    def init_poolmanager(self, *given: Any, **more: Any) -> None:
        """Make the pools of connections that judge."""
        super().init_poolmanager(*given, **more)
        pools = self.poolmanager.pool_classes_by_scheme
        self.poolmanager.pool_classes_by_scheme = {name: _judging(pool, self._judge) for name, pool in pools.items()}


def _judging(pool: Any, judge: Judge) -> Any:
    connection = type("JudgedConnection", (_Judged, pool.ConnectionCls), {"judge": judge})
    return type("JudgedPool", (pool,), {"ConnectionCls": connection})


class _Judged(HTTPConnection):
    judge: Judge

    def _new_conn(self) -> socket.socket:
        """Connect to the addresses that were judged, not to what another look-up would bring.

        A proxy is dialled as it is: what it is asked for was judged before (`behind`).
        """
        if self.proxy is not None:
            return super()._new_conn()
        name, failure = self._dns_host, None
        try:
            for address in self._addresses():
                self._dns_host = address
                try:
                    return super()._new_conn()
                except (ConnectTimeoutError, NewConnectionError) as error:
                    failure = error
        finally:
            # it is the name that the certificate has to be for
            self._dns_host = name
        raise failure or NewConnectionError(self, "no address")

    def _addresses(self) -> list[str]:
        try:
            found = socket.getaddrinfo(self._dns_host, self.port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise NameResolutionError(self.host, self, socket.gaierror(*error.args)) from error
        for _, _, _, _, place in found:
            self.judge.address(str(place[0]), int(place[1]), int(place[3]) if len(place) > 3 else 0)
        return [str(place[0]) for *_, place in found]
