"""The API's application. A file of `api/routes/` is some of its paths, found by walking.

A request passes, from outside inwards: its number and its time (`passing`), who asks (`gate`), what was sent
(`incoming`), the route, and on the way out the words for what went wrong (`errors`).
"""

from fastapi import FastAPI

from api import errors
from api.gate import Gate
from api.passing import Passing
from core import walk

TITLE, DOCUMENT = "Esteira", "/api/openapi.json"


def build() -> FastAPI:
    """Return the application with all its routes."""
    made = FastAPI(title=TITLE, docs_url=None, redoc_url=None, openapi_url=DOCUMENT, redirect_slashes=False)
    for module in walk.modules("api.routes"):
        made.include_router(module.router)
    errors.register(made)
    # The last one added is the outermost.
    made.add_middleware(Gate)
    made.add_middleware(Passing)
    return made


app = build()
