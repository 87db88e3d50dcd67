"""The admin's application: SQLAdmin with routes of its own.

Those of the library change things by GET, take all rows into memory and count whole tables; of it stand the tables, the
menu and the templates' engine. Who asks, and that a form is theirs, `api.front` has judged before.
"""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import anyio.to_thread
import sqladmin
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import sessionmaker
from starlette.applications import Starlette
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from api import errors
from api.admin import noting
from api.admin.parts import Dados, texto
from api.admin.table import VISTO, Mudou, Tabela
from api.front import ADMIN
from api.page import STATIC
from api.trials import tried
from core import walk
from core.errors import NotFound, PlatformError, Refusal, UsageError
from storage.pages import key_of

HERE = Path(__file__).parent
TITLE = "Esteira"


class Admin(sqladmin.Admin):
    """The tables, each as a list, a row, a form, a file of CSV, and what is done to marked rows."""

    def __init__(self) -> None:
        super().__init__(
            Starlette(),
            session_maker=sessionmaker(),
            base_url=ADMIN,
            title=TITLE,
            templates_dir=str(HERE / "templates"),
        )
        self.templates.env.globals.update(estatico=STATIC, admin_base=ADMIN)
        self.templates.env.filters["celula"] = texto
        self.admin.router.routes = [
            Route("/", self.inicio),
            Route("/{identity}/list", self.lista),
            Route("/{identity}/details/{pk}", self.linha),
            Route("/{identity}/create", self.novo, methods=["GET", "POST"]),
            Route("/{identity}/edit/{pk}", self.mudanca, methods=["GET", "POST"]),
            Route("/{identity}/action/{name}", self.fazer, methods=["POST"]),
            Route("/{identity}/export", self.levar, methods=["POST"]),
        ]
        self.admin.exception_handlers = {
            HTTPException: self._refused,
            PlatformError: self._fault,
            SQLAlchemyError: self._fault,
        }
        for module in walk.modules("api.admin.views"):
            self._add(module.TABELA)

    def _add(self, view: type[Tabela]) -> None:
        view.identity = view.caminho
        self.add_view(view)

    async def inicio(self, request: Request) -> Response:
        """Show which tables there are."""
        return await self._page(request, "inicio.html")

    async def lista(self, request: Request) -> Response:
        """Show a page of a table."""
        view, said = self._view(request), dict(request.query_params)
        found = await anyio.to_thread.run_sync(view.pagina, said)
        return await self._page(request, "lista.html", view=view, pagina=found, dito=said)

    async def linha(self, request: Request) -> Response:
        """Show a row."""
        view, number = self._view(request), _number(request)
        row, besides = await anyio.to_thread.run_sync(lambda: (view.uma(number), view.alem(number)))
        return await self._page(request, "linha.html", view=view, linha=row, alem=besides)

    async def novo(self, request: Request) -> Response:
        """Show the form of a new row, or make one; HEAD comes here too, and like GET it changes nothing."""
        view = self._view(request)
        if not view.novos:
            raise NotFound("Nesta tabela não se cria.")
        if request.method != "POST":
            return await self._form(request, view, {one.nome: one.inicial for one in view.novos})
        dados = _dados(request.state.form)
        secrets = noting.ditos(view.novos, dados)
        return await self._tried(
            request, view, dados, lambda: noting.noted(request, view, "criar", None, lambda: view.criar(dados), secrets)
        )

    async def mudanca(self, request: Request) -> Response:
        """Show the form of a row, or change it; HEAD comes here too, and like GET it changes nothing."""
        view, number = self._view(request), _number(request)
        if not view.campos:
            raise NotFound("Esta tabela só se lê.")
        if request.method != "POST":
            values = await anyio.to_thread.run_sync(view.valores, number)
            return await self._form(request, view, {**values, VISTO: view.marca(values)})
        dados = _dados(request.state.form)
        secrets = noting.ditos(view.campos, dados)

        def change() -> int:
            view.confira(number, dados.texto(VISTO))
            view.alterar(number, dados)
            return number

        return await self._tried(
            request, view, dados, lambda: noting.noted(request, view, "mudar", number, change, secrets)
        )

    async def fazer(self, request: Request) -> Response:
        """Do an action to the rows that were marked."""
        view = self._view(request)
        action = view.acao(request.path_params["name"])
        numbers = [_whole(str(one)) for one in request.state.form.getlist("pks")]
        if not 1 <= len(numbers) <= action.de_uma_vez:
            raise UsageError(f"Marque de 1 a {action.de_uma_vez} linhas para {action.titulo.lower()}.")
        do = partial(noting.done_to, request, view, action, numbers)
        who = request.state.visita.quem.id
        done = await (tried(who, do) if action.teste else anyio.to_thread.run_sync(do))
        status = min(one.status for one in done)
        return await self._page(request, "feito.html", status, view=view, acao=action, feitos=done)

    async def levar(self, request: Request) -> Response:
        """Send all rows that the list's filters leave."""
        view, said = self._view(request), dict(request.query_params)
        lines = view.csv(said)
        # a wrong filter is told before the file begins
        first = await anyio.to_thread.run_sync(next, lines)
        await anyio.to_thread.run_sync(noting.taken, request, view, said)

        def whole() -> Any:
            yield first
            yield from lines

        headers = {"content-disposition": f'attachment; filename="{view.caminho}.csv"'}
        return StreamingResponse(whole(), media_type="text/csv; charset=utf-8", headers=headers)

    async def _tried(self, request: Request, view: Tabela, dados: Dados, do: Callable[[], int]) -> Response:
        """Return where to go after a change, or the form with what is wrong."""
        try:
            number = await anyio.to_thread.run_sync(do)
        except NotFound as fault:
            if fault.campo is None and fault.veja is None:
                raise
            return await self._form(request, view, dados.textos, fault)
        except Mudou as fault:
            # sent once more it counts: who did so has been told
            return await self._form(request, view, {**dados.textos, VISTO: fault.marca}, fault)
        except Refusal as fault:
            return await self._form(request, view, dados.textos, fault)
        return RedirectResponse(f"{ADMIN}/{view.caminho}/details/{number}", 303)

    async def _form(
        self, request: Request, view: Tabela, values: Mapping[str, Any], fault: Refusal | None = None
    ) -> Response:
        fields = view.campos if "pk" in request.path_params else view.novos
        field = fault.campo if fault is not None else None
        wrong = {errors.FIELDS.get(field or "", field): str(fault)} if fault is not None else {}
        status = 200 if fault is None else errors.judged(fault)[0]
        return await self._page(request, "form.html", status, view=view, campos=fields, valores=values, errado=wrong)

    async def _page(self, request: Request, template: str, status: int = 200, **shown: Any) -> Response:
        who = request.state.visita
        return await self.templates.TemplateResponse(
            request, template, {"visita": who, "tabelas": self.views, **shown}, status
        )

    def _view(self, request: Request) -> Tabela:
        found: Any = self._find_model_view(request.path_params["identity"])
        view: Tabela = found
        return view

    async def _refused(self, request: Request, fault: Any) -> Response:
        said = errors.PLAIN.get(fault.status_code, str(fault.detail))
        return await self._page(request, "erro.html", fault.status_code, said=said)

    async def _fault(self, request: Request, fault: Exception) -> Response:
        status, said = errors.judged(fault)
        return await self._page(request, "erro.html", status, said=said)


def _dados(form: FormData) -> Dados:
    """Return what was sent; of a field that came twice, the last."""
    texts = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    files = {name: one for name, one in form.multi_items() if isinstance(one, UploadFile) and one.filename}
    return Dados(texts, files)


def _number(request: Request) -> int:
    return _whole(request.path_params["pk"])


def _whole(typed: str) -> int:
    if (number := key_of(typed)) is None:
        raise NotFound("Não há esta linha.")
    return number
