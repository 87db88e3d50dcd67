"""Destinations of every kind: seen, tried, paused and turned on again. A user meets the own ones."""

from typing import Any

from fastapi import Request
from pydantic import BaseModel, Field

from api.asking import Id, Que, Quem, Quer
from api.paging import Lista
from api.routing import Rotas
from api.trials import tried
from flows.destinos import filtering, health, switching, trying, views
from flows.destinos.filtering import FiltroTestado
from flows.destinos.health import Saude
from flows.destinos.trying import Tested
from flows.destinos.views import DestinationView

router = Rotas("/destinos", "destinos")


class Retomado(BaseModel):
    """The destination that is on again, and how many deliveries that were kept for it are due now."""

    destino: DestinationView
    entregas: int


class FiltroATestar(BaseModel):
    """An event to judge: its data, else the newest one of its name; by this filter, else by the destination's own."""

    evento: str = Field(examples=["nfe_importada"])
    dados: dict[str, Any] | None = Field(None, examples=[{"valor_total": "1500.00"}])
    filtro: dict[str, Any] | None = Field(None, examples=[{"dados.valor_total": {"$gte": 1000}}])


@router.get("/")
def listar(request: Request, pagina: Que, caller: Quer) -> Lista[DestinationView]:
    """Lista os destinos de eventos, os mais novos primeiro."""
    return Lista.of(request, views.pagina(pagina, caller), pagina)


@router.get("/{id}/")
def mostrar(id: Id, caller: Quer) -> DestinationView:  # noqa: A002 - the contract's word
    """Mostra um destino; nunca o seu segredo."""
    return views.mostrar(str(id), caller)


@router.get("/{id}/saude/")
def ver_saude(id: Id, caller: Quer) -> Saude:  # noqa: A002
    """Mostra o que chegou em um dia e em uma semana, quanto demorou, e os últimos erros."""
    return health.saude(id, caller)


@router.post("/{id}/testar/")
async def testar(id: Id, quem: Quem) -> Tested:  # noqa: A002
    """Envia agora um evento de teste, uma vez; `sucesso` diz se chegou. Poucos de uma pessoa ao mesmo tempo."""
    return await tried(quem.id, lambda: trying.try_out(str(id), caller=quem.caller, usuario=quem.username))


@router.post("/{id}/testar-filtro/")
def testar_filtro(id: Id, teste: FiltroATestar, caller: Quer) -> FiltroTestado:  # noqa: A002
    """Diz se um evento passa pelo filtro, e o que deu cada condição; nada é enviado."""
    return filtering.try_filter(str(id), teste.evento, filtro=teste.filtro, dados=teste.dados, caller=caller)


@router.post("/{id}/pausar/")
def pausar(id: Id, caller: Quer) -> DestinationView:  # noqa: A002
    """Para as entregas; os eventos ficam retidos até retomar."""
    switching.pause(str(id), caller)
    return views.mostrar(str(id), caller)


@router.post("/{id}/retomar/")
def retomar(id: Id, caller: Quer) -> Retomado:  # noqa: A002
    """Liga de novo um destino pausado ou desligado; o que ficou retido é enviado."""
    back = switching.resume(str(id), caller)
    return Retomado(destino=views.mostrar(str(id), caller), entregas=back)
