"""Who may read the metrics: a monitor of a network that is named, by default this machine, or whoever shows a token of
staff. They tell of all tenants at once.
"""

from ipaddress import ip_address

from starlette.datastructures import Headers
from starlette.types import Scope

from api.gate import address, shown
from core.settings.api import ApiSettings
from flows.usuarios import tokens

# Whoever passes these through speaks for somebody else.
PASSED_ON = ("forwarded", "x-forwarded-for", "x-real-ip")


def may_read(scope: Scope) -> bool:
    """Tell whether a request may read them; asks the database where it shows a token."""
    return _near(scope) or _staff(scope)


def _near(scope: Scope) -> bool:
    """Tell whether a request comes from such a network; a proxy that nobody named stands for anybody."""
    settings, headers = ApiSettings.current(), Headers(scope=scope)
    if not settings.trusted_proxies and any(name in headers for name in PASSED_ON):
        return False
    try:
        where = ip_address(address(scope))
    except ValueError:
        return False
    where = getattr(where, "ipv4_mapped", None) or where
    return any(where in network for network in settings.metrics_networks)


def _staff(scope: Scope) -> bool:
    token = shown(scope["headers"])
    who = None if token is None else tokens.quem(token)
    return who is not None and who.staff
