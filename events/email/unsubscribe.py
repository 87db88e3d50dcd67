"""The link that ends one kind of notice: sealed by the installation, for one destination and its address.

A mail is opened whenever its reader likes, so a link outlives the keys of its day.

RFC 8058: whoever follows it sees a button; only a POST changes something, for scanners follow links too.
"""

from dataclasses import dataclass

from core.errors import Misconfigured
from core.settings.api import ApiSettings
from events.email.aviso import Grupo
from storage import crypto

PURPOSE = "email.cancelar"
PATH = "/email/cancelar/"
TOKEN_LIMIT = 1000


@dataclass(frozen=True)
class Link:
    """What a link ends: notices of a group, to a destination, as long as it has this address."""

    destino_id: int
    grupo: Grupo
    endereco: str

    def sealed(self) -> str:
        """Return its token."""
        text = "\n".join((PURPOSE, str(self.destino_id), self.grupo.name, self.endereco))
        return crypto.ring().lasting.encrypt(text).decode()


def url_of(link: Link) -> str | None:
    """Return the address of a link; none where the installation has not said how it is reached."""
    base = ApiSettings.current().base_url
    return f"{base}{PATH}{link.sealed()}" if base else None


def opened(token: str) -> Link | None:
    """Return what a token ends; none for one that is not ours."""
    if len(token) > TOKEN_LIMIT or not token.isascii():
        return None
    try:
        purpose, number, group, address = _unsealed(token.encode()).split("\n")
    except (Misconfigured, ValueError):
        return None
    if purpose != PURPOSE or group not in Grupo.__members__:
        return None
    return Link(int(number), Grupo[group], address)


def _unsealed(token: bytes) -> str:
    ring = crypto.ring()
    try:
        return ring.lasting.decrypt(token)
    except Misconfigured:
        # mails of before had it sealed with the keys themselves
        return ring.decrypt(token)
