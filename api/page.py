"""Pages for people: their templates, and the headers that every one of them has."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse

HERE = Path(__file__).parent
STATIC = "/estatico"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self';"
    " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# With `no-referrer` a browser would not say, either, where a form came from.
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
}
templates = Environment(
    loader=FileSystemLoader(HERE / "pages"), autoescape=select_autoescape(), undefined=StrictUndefined
)
templates.globals["estatico"] = STATIC


def page(request: Request, template: str, status: int = 200, **shown: Any) -> HTMLResponse:
    """Return a page by its template, which also knows who asks (`visita`, none for nobody)."""
    visita = getattr(request.state, "visita", None)
    return HTMLResponse(templates.get_template(template).render(visita=visita, **shown), status)


def refused(request: Request, status: int, said: str) -> HTMLResponse:
    """Return a page that says no, and why."""
    return page(request, "recusado.html", status, said=said)
