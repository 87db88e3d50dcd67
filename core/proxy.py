"""The proxy that HTTP requests leave through, and which of them do."""

from base64 import b64encode
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import ip_address, ip_network

from core.settings.proxy import ProxySettings, Uso


@dataclass(frozen=True)
class Proxy:
    """A proxy and what does not go through it; `login` is its user and password, where it wants them."""

    url: str
    login: tuple[str, str] | None = field(default=None, repr=False)
    direct: tuple[str, ...] = ()

    @property
    def headers(self) -> dict[str, str]:
        """What it is told of who asks."""
        if self.login is None:
            return {}
        return {"Proxy-Authorization": f"Basic {b64encode(':'.join(self.login).encode()).decode()}"}

    def takes(self, host: str) -> bool:
        """Tell whether requests to a host go through it."""
        return not _is_direct(host.strip("[]").lower().removesuffix("."), self.direct)


@lru_cache(maxsize=1024)
def _is_direct(host: str, direct: tuple[str, ...]) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return any(host == one or (one.startswith(".") and host.endswith(one)) for one in direct)
    return any(str(address) == one or ("/" in one and address in ip_network(one)) for one in direct)


def proxy_of(uso: Uso) -> Proxy | None:
    """Return the proxy of one use; none where it goes out directly."""
    settings = ProxySettings.current()
    if settings.url is None or uso not in settings.uses:
        return None
    password = settings.password.get_secret_value() if settings.password else ""
    login = (settings.user, password) if settings.user else None
    return Proxy(settings.url, login, settings.direct)
