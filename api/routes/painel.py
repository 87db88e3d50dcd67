"""`/painel`: the whole line on one page, live, with what may be done from it.

Who asks was judged before (`api.front`): nobody gets here without a session, and no form without its word.
"""

import re
from dataclasses import replace
from functools import partial
from typing import Annotated, Any

import anyio.to_thread
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from api import errors, limit
from api.asking import Id
from api.front import PAINEL
from api.painel.acting import act, waits
from api.painel.dito import Dito, carried, carry
from api.painel.drawing import draw
from api.painel.live import Live, live
from api.painel.page import frase
from api.painel.panel import Sinal
from api.painel.stream import Stream
from api.session import Visita
from api.trials import tried
from core.clock import SYSTEM
from core.errors import PlatformError
from core.settings.flower import FlowerSettings
from flows.destinos import attempts, webhooks

ASKED, SECONDS = 240, 60
OURS = re.compile(r"/painel/[a-z0-9/-]{0,100}")
TOO_MANY = "Pedidos demais em pouco tempo: espere um minuto."
FULL = "Há páginas abertas demais."
AGAIN = {"retry-after": "30"}
router = APIRouter(prefix=PAINEL, include_in_schema=False)


async def _visita(request: Request) -> Visita:
    """Return who asks, as often as a person does."""
    visita: Visita = request.state.visita
    verdict = await anyio.to_thread.run_sync(limit.limiter().hit, f"painel:{visita.quem.id}", ASKED, SECONDS)
    if not verdict.passes:
        raise HTTPException(429, TOO_MANY, AGAIN)
    return visita


Quem = Annotated[Visita, Depends(_visita)]


async def _live(request: Request, visita: Quem) -> Live:
    """Return the viewers of this process, with no reading from before what who asks did in whichever process."""
    found, done = live(), carried(request, visita)
    if done is not None:
        found.readings.forget(done.em)
    return found


Vivo = Annotated[Live, Depends(_live)]


@router.get("")
@router.get("/")
async def mostrar(request: Request, visita: Quem, ao_vivo: Vivo) -> Response:
    """Show every card of who asks."""
    leituras = await ao_vivo.read(visita.quem.caller)
    return _page(request, visita, "painel.html", leituras=leituras, frase=frase(leituras))


@router.get("/ao-vivo")
async def acompanhar(visita: Quem, ao_vivo: Vivo) -> Response:
    """Send the cards as they change."""
    viewer = ao_vivo.join(visita.quem.id, visita.quem.caller)
    return Response(FULL, 503, AGAIN, "text/plain") if viewer is None else Stream(ao_vivo, viewer, visita.stands)


@router.get("/webhooks/{numero}/")
def mostrar_webhook(request: Request, numero: Id, visita: Quem) -> Response:
    """Show a webhook with its newest attempts."""
    caller = visita.quem.caller
    try:
        webhook, tentativas = webhooks.mostrar(numero, caller), attempts.newest(numero, caller=caller)
    except PlatformError as fault:
        status, said = errors.judged(fault)
        return _page(request, visita, "message.html", status, texto=said)
    return _page(request, visita, "webhook.html", webhook=webhook, tentativas=tentativas)


@router.post("/fazer/{cartao}/{acao}")
async def fazer(request: Request, cartao: str, acao: str, visita: Quem, ao_vivo: Vivo) -> Response:
    """Do what a button says, then show the page it stands on, which tells what came of it."""
    form = request.state.form
    do = partial(act, visita.quem, cartao, acao, str(form.get("alvo", "")))
    try:
        said = await (tried(visita.quem.id, do) if waits(cartao, acao) else anyio.to_thread.run_sync(do))
        sinal = Sinal.BEM
    except (PlatformError, SQLAlchemyError) as fault:
        sinal, said = Sinal.FALHA, errors.judged(fault)[1]
    ao_vivo.readings.forget()
    back = str(form.get("volta", ""))
    answer = RedirectResponse(back if OURS.fullmatch(back) else f"{PAINEL}/", 303)
    carry(answer, request, visita, Dito(SYSTEM.now(), sinal, said))
    return answer


def _page(request: Request, visita: Visita, template: str, status: int = 200, **shown: Any) -> Response:
    """Draw a page, which tells once what came of a button."""
    done = carried(request, visita)
    known = {
        "visita": visita,
        "agora": SYSTEM.now(),
        "dito": done if done and done.texto else None,
        "volta": request.url.path,
        "flower": FlowerSettings.current().page,
    }
    answer = HTMLResponse(draw(template, {**known, **shown}), status)
    if done and done.texto:
        carry(answer, request, visita, replace(done, texto=""))
    return answer
