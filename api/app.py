"""The API's application. A file of `api/routes/` is some of its paths, found by walking.

A request passes, from outside inwards: its number and its time (`passing`), who asks (`gate`, of pages `front`), what
was sent (`incoming`), the route, and on the way out the words for what went wrong (`errors`).
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio.to_thread
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from api import errors
from api.admin.late import Late
from api.describing import Descrita
from api.front import ADMIN, Front
from api.gate import Gate
from api.page import HERE, STATIC
from api.passing import Passing
from core import walk
from flows.destinos import trying
from flows.pedidos.keeping import Keeper

TITLE, DOCUMENT = "Esteira", "/api/openapi.json"
END_SECONDS = 2.0


def build() -> FastAPI:
    """Return the application with all its routes."""
    keeper = Keeper()

    @asynccontextmanager
    async def living(_: FastAPI) -> AsyncIterator[None]:
        keeper.start()
        yield
        await anyio.to_thread.run_sync(keeper.end, END_SECONDS)
        await anyio.to_thread.run_sync(trying.close)

    made = Descrita(
        title=TITLE, docs_url=None, redoc_url=None, openapi_url=DOCUMENT, redirect_slashes=False, lifespan=living
    )
    for module in walk.modules("api.routes"):
        made.include_router(module.router)
    made.mount(ADMIN, Late())
    made.mount(STATIC, StaticFiles(directory=HERE / "static"))
    errors.register(made)
    # The last one added is the outermost.
    made.add_middleware(Front)
    made.add_middleware(Gate)
    made.add_middleware(Passing, keeper=keeper)
    return made


app = build()
