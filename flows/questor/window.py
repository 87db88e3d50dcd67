"""When an account may be sent to, by the wall clock of São Paulo."""

from datetime import datetime
from ipaddress import ip_address
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from core.settings.questor import ContaQuestor
from core.wall_clock import hours

ZONE = ZoneInfo("America/Sao_Paulo")


def opens_at(conta: ContaQuestor, now: datetime) -> datetime | None:
    """Return when the account's window opens next; None while it is open."""
    return hours(conta.window, ZONE).opens_at(now)


def closes_at(conta: ContaQuestor, now: datetime) -> datetime | None:
    """Return when the account's window closes; None while it is closed, or when it never closes."""
    return hours(conta.window, ZONE).closes_at(now)


def is_loopback(address: str) -> bool:
    """Tell whether an address is this machine's."""
    host = urlsplit(address).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
