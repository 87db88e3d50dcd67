"""`/email/cancelar/TOKEN`: the link in the footer of a notice. A GET shows a button, only a POST ends something.

RFC 8058; outside `/api`, for whoever has the link is who got the message.
"""

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from api.page import templates
from core.errors import NotFound
from flows.email import cancelling
from flows.email.cancelling import Notices

PAGE = "cancelar.html"
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
}
router = APIRouter(prefix="/email/cancelar", include_in_schema=False)


@router.get("/{token}")
@router.get("/{token}/")
def mostrar(token: str) -> Response:
    """Show what the link ends, and a button."""
    try:
        return _page(cancelling.look(token), ended=False)
    except NotFound as fault:
        return _nothing(fault)


@router.post("/{token}")
@router.post("/{token}/")
def cancelar(token: str) -> Response:
    """End this kind of notice to this address, however it was asked for: by the button, or by a mail program."""
    try:
        return _page(cancelling.cancel(token), ended=True)
    except NotFound as fault:
        return _nothing(fault)


def _page(notices: Notices, *, ended: bool) -> Response:
    return HTMLResponse(templates.get_template(PAGE).render(notices=notices, ended=ended), headers=HEADERS)


def _nothing(fault: NotFound) -> Response:
    return HTMLResponse(templates.get_template(PAGE).render(notices=None, said=str(fault)), 404, headers=HEADERS)
