"""`/`, `/entrar` and `/sair`: the way in and out in a browser. docs/reference/contracts/integracoes.md §10.1."""

from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api import limit, session
from api.errors import TOO_MANY
from api.front import ENTRAR, PAINEL, SAIR
from api.gate import address
from api.page import page
from flows.usuarios import leaving, sessions

WRONG = "Usuário ou senha inválidos."
UNSAFE = "Por http outros na rede leriam a senha. Entre por https, ou mude api.cookie_secure."
LONGEST_NAME, LONGEST_PASSWORD = 150, 200
router = APIRouter(include_in_schema=False)


@router.get("/")
def chegar() -> Response:
    """Lead who typed the bare address to the pages."""
    return RedirectResponse(f"{PAINEL}/", 303)


@router.get(ENTRAR)
def mostrar(request: Request, proximo: str = "") -> Response:
    """Show the form; who has signed in goes on."""
    if request.state.visita is not None:
        return RedirectResponse(local(proximo), 303)
    return _form(request, proximo)


@router.post(ENTRAR)
def entrar(request: Request) -> Response:
    """Begin a session with a name and a password."""
    name, password, proximo = (_said(request, field) for field in ("username", "password", "proximo"))
    if not session.may_enter(request):
        return _form(request, proximo, 403, UNSAFE)
    verdict = limit.of_login(name, address(request.scope))
    if not verdict.passes:
        request.state.limite = verdict.headers()
        return _form(request, proximo, 429, TOO_MANY, name)
    sane = len(name) <= LONGEST_NAME and len(password) <= LONGEST_PASSWORD
    begun = sessions.begin(name, password, session.shown(request)) if sane else None
    if begun is None:
        return _form(request, proximo, 400, WRONG, name)
    answer = RedirectResponse(local(proximo), 303)
    session.give(answer, request, begun.token)
    return answer


@router.get(SAIR)
def perguntar(request: Request) -> Response:
    """Show the buttons: a link ends nothing."""
    return page(request, "sair.html")


@router.post(SAIR)
def sair(request: Request) -> Response:
    """End this session, or all of the same user."""
    visita = request.state.visita
    if _said(request, "todas"):
        leaving.leave_everywhere(visita.quem.id)
    else:
        leaving.leave(visita.token)
    answer = RedirectResponse(ENTRAR, 303)
    session.take(answer)
    return answer


def local(wanted: str) -> str:
    """Return where to go after signing in: a path of ours, whatever was asked for."""
    # a browser reads \\ as /, and leaves out line breaks and tabs
    plain = wanted.isascii() and wanted.isprintable() and not {" ", "\\"} & set(wanted)
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return PAINEL
    ours = plain and wanted.startswith("/") and not wanted.startswith("//") and not parts.scheme and not parts.netloc
    return wanted if ours else PAINEL


def _form(request: Request, proximo: str, status: int = 200, said: str = "", name: str = "") -> Response:
    return page(request, "entrar.html", status, proximo=proximo, said=said, name=name[:LONGEST_NAME])


def _said(request: Request, field: str) -> str:
    value = request.state.form.get(field)
    return value if isinstance(value, str) else ""
