"""Alerts: what is wrong, and who knows. They are the operator's; a user meets none."""

from typing import Annotated

from fastapi import Query, Request

from api.asking import Id, Que, Quer
from api.paging import Lista
from api.routing import Rotas
from flows.alertas import views
from flows.alertas.acknowledging import acknowledge
from flows.alertas.views import AlertView

router = Rotas("/alertas", "alertas")
Todos = Annotated[bool, Query(description="Também os resolvidos.")]
Fonte = Annotated[str | None, Query(description=f"De quem é o objeto: {', '.join(views.sources())}.")]


@router.get("/")
def listar(request: Request, pagina: Que, caller: Quer, todos: Todos = False, fonte: Fonte = None) -> Lista[AlertView]:
    """Lista os alertas abertos, os mais novos primeiro."""
    return Lista.of(request, views.pagina(fonte, pagina, caller, todos=todos), pagina)


@router.get("/{id}/")
def mostrar(id: Id, caller: Quer) -> AlertView:  # noqa: A002 - the contract's word
    """Mostra um alerta, aberto ou resolvido."""
    return views.mostrar(id, caller)


@router.post("/{id}/reconhecer/")
def reconhecer(id: Id, caller: Quer) -> AlertView:  # noqa: A002
    """Diz que alguém já sabe de um alerta aberto: os lembretes param."""
    return acknowledge(str(id), caller=caller)[0]
