"""Deliveries: what a destination is owed or got, with every attempt, and the button that sends one again."""

from typing import Annotated

from fastapi import Query, Request
from pydantic import BaseModel

from api.asking import Id, Que, Quer
from api.paging import Lista
from api.routing import Rotas
from flows.entregas import again, views
from flows.entregas.views import DeliveryDetail, DeliveryView

router = Rotas("/entregas", "entregas")
Estado = Annotated[str | None, Query(description="pendente, enviando, entregue, esgotado, retido, bloqueado…")]


class Reenviada(BaseModel):
    """The event that is sent again; its `webhook_id` stays, so that a receiver knows it."""

    webhook_id: str


@router.get("/")
def listar(request: Request, pagina: Que, caller: Quer, estado: Estado = None) -> Lista[DeliveryView]:
    """Lista as entregas de eventos, as mais novas primeiro."""
    return Lista.of(request, views.pagina(estado, pagina, caller), pagina)


@router.get("/{id}/")
def mostrar(id: Id, caller: Quer) -> DeliveryDetail:  # noqa: A002 - the contract's word
    """Mostra uma entrega, o corpo enviado e cada tentativa."""
    return views.delivery(id, caller)


@router.post("/{id}/reenviar/")
def reenviar(id: Id, caller: Quer) -> Reenviada:  # noqa: A002
    """Envia de novo uma entrega que terminou, com todas as suas tentativas."""
    return Reenviada(webhook_id=again.resend(id, caller))
