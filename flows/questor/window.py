"""When an account may be sent to, by the wall clock of São Paulo."""

from datetime import datetime
from ipaddress import ip_address
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from core.janela import Janelas
from core.settings.questor import ContaQuestor

ZONE = ZoneInfo("America/Sao_Paulo")


def opens_at(conta: ContaQuestor, now: datetime) -> datetime | None:
    """Return when the account's window opens next; none while it is open."""
    return Janelas(conta.window, ZONE).abre_em(now)


def closes_at(conta: ContaQuestor, now: datetime) -> datetime | None:
    """Return when the account's window closes; none while it is closed, or when it never closes."""
    return Janelas(conta.window, ZONE).fecha_em(now)


def is_loopback(address: str) -> bool:
    """Tell whether an address is this machine's."""
    host = urlsplit(address).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
