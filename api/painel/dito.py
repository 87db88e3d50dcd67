"""What came of a button, carried by the browser: another process may draw the page after it.

It is sealed with the session, so no page shows a sentence that is not ours; a minute later it is nothing any more.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from api.painel.panel import Sinal
from api.painel.readings import MOST_SECONDS
from api.session import GUARDED, Visita
from core.clock import SYSTEM, Clock
from core.text import cut_bytes

COOKIE, PATH, PURPOSE = "esteira_dito", "/painel", "esteira: dito"
# As long as a reading from before it may be kept somewhere.
GOOD_FOR = timedelta(seconds=MOST_SECONDS)
# In bytes: a browser drops a cookie of more than 4096, and this one is a third longer than its sentence.
LONGEST = 2_000


@dataclass(frozen=True)
class Dito:
    """What came of an action, and when it was done, for who asked; no text once that was told."""

    em: datetime
    sinal: Sinal
    texto: str


def carry(answer: Response, request: Request, visita: Visita, said: Dito) -> None:
    """Let the browser of who asked bring this with its next requests."""
    text = f"{said.em.isoformat()} {said.sinal} {cut_bytes(said.texto, LONGEST)}"
    packed = urlsafe_b64encode(text.encode()).decode()
    answer.set_cookie(
        COOKIE,
        f"{packed}.{visita.seal(PURPOSE, packed)}",
        max_age=int(GOOD_FOR.total_seconds()),
        path=PATH,
        secure=GUARDED in request.cookies,
        httponly=True,
        samesite="lax",
    )


def carried(request: Request, visita: Visita, clock: Clock = SYSTEM) -> Dito | None:
    """Return what the browser brings, where this session was told it and it is not over."""
    packed, _, seal = request.cookies.get(COOKIE, "").partition(".")
    if not visita.sealed(seal, PURPOSE, packed):
        return None
    em, sinal, texto = urlsafe_b64decode(packed).decode().split(" ", 2)
    found = Dito(datetime.fromisoformat(em), Sinal(sinal), texto)
    return found if abs(clock.now() - found.em) < GOOD_FOR else None
