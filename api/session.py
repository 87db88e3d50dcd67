"""The session of a browser as HTTP carries it: its cookie, the word its forms bring back, where a form came from.

docs/reference/contracts/integracoes.md §10.1.
"""

import hmac
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from core.settings.api import ApiSettings
from flows.usuarios import sessions
from flows.usuarios.tokens import Quem

# With this prefix a browser takes the cookie from nobody but this very host, and only over https.
GUARDED, PLAIN = "__Host-esteira_sessao", "esteira_sessao"
LONGEST = 200
PURPOSE = "esteira: csrf"
OURS = ("same-origin", "none")


@dataclass(frozen=True)
class Visita:
    """Somebody who signed in, in a browser; `csrf` is the word that every form of theirs has to bring back."""

    quem: Quem
    token: str = field(repr=False)

    @property
    def csrf(self) -> str:
        """Return that word: it belongs to the session, and the session cannot be told from it."""
        return self.seal(PURPOSE)

    def brings(self, word: object) -> bool:
        """Tell whether this is that word."""
        return isinstance(word, str) and self.sealed(word, PURPOSE)

    def seal(self, purpose: str, text: str = "") -> str:
        """Return what nobody but this session can set under a text of a purpose."""
        said = f"{purpose} {text}" if text else purpose
        return hmac.new(self.token.encode(), said.encode("utf-8", "replace"), "sha256").hexdigest()

    def sealed(self, seal: str, purpose: str, text: str = "") -> bool:
        """Tell whether this is that seal."""
        return hmac.compare_digest(seal.encode("utf-8", "replace"), self.seal(purpose, text).encode())

    def stands(self) -> bool:
        """Tell whether the session still is one, of who may as much; for what stays open for long: no use of it."""
        who = sessions.quem(self.token, uses=False)
        return who is not None and who.caller == self.quem.caller


def visit(request: Request) -> Visita | None:
    """Return who a browser says it is; nobody without a session that stands."""
    token = shown(request)
    who = None if token is None else sessions.quem(token)
    return None if who is None or token is None else Visita(who, token)


def shown(request: Request) -> str | None:
    """Return the session that a browser shows, whether or not it stands."""
    token = request.cookies.get(GUARDED) or (request.cookies.get(PLAIN) if _unguarded(request) else None)
    return token if token and len(token) <= LONGEST and token.isascii() else None


def give(response: Response, request: Request, token: str) -> None:
    """Let a browser keep a session until it is closed; the row knows when it ends before."""
    secure = over_https(request)
    response.set_cookie(GUARDED if secure else PLAIN, token, path="/", secure=secure, httponly=True, samesite="lax")


def take(response: Response) -> None:
    """Let a browser forget its session."""
    for name in (GUARDED, PLAIN):
        response.delete_cookie(name, path="/", secure=name == GUARDED, httponly=True, samesite="lax")


def may_enter(request: Request) -> bool:
    """Tell whether a password may be sent this way: by https, on this machine, or where the settings let it."""
    return over_https(request) or _unguarded(request)


def over_https(request: Request) -> bool:
    """Tell whether the browser speaks https, also where a proxy before us ends it: a form says where it came from."""
    return request.url.scheme == "https" or request.headers.get("origin", "").startswith("https://")


def foreign(request: Request) -> bool:
    """Tell whether a form was sent from another site's page, as every browser says of it."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        return site not in OURS
    known = {request.headers.get("host", ""), _host(ApiSettings.current().base_url)} - {""}
    return origin is not None and _host(origin) not in known


def _unguarded(request: Request) -> bool:
    return not ApiSettings.current().cookie_secure or _loopback(request)


def _loopback(request: Request) -> bool:
    name = request.url.hostname or ""
    try:
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False


def _host(address: str | None) -> str:
    """Return host and port of an address, an empty text for one that has none."""
    try:
        return urlsplit(address or "").netloc
    except ValueError:
        return ""
