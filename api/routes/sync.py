"""Ploomes and Milvus in step: reports, and what waits for somebody. They are the operator's; a user meets none."""

from typing import Annotated

from fastapi import Path, Query, Request
from pydantic import BaseModel, Field

from api.asking import Que, Quer
from api.paging import Lista
from api.routing import Rotas
from flows.documentos.listagem import sliced
from flows.sync import pending, views
from flows.sync.pending import PendenciaView
from flows.sync.views import FluxoDetalhe, FluxoView

router = Rotas("/sync", "sync")
Conta = Annotated[str, Path(max_length=100, description="Conta da seção sync da configuração.")]
Fluxo = Annotated[str, Path(max_length=20, description="clientes-pm, clientes-mp, tarefas ou interacoes.")]
SoFluxo = Annotated[str | None, Query(description="Só o que é deste fluxo.")]
Numero = Annotated[str, Path(max_length=40, description="Número da pendência.")]


class RepetirPendencias(BaseModel):
    """Which items to try again at the next run; without any all of them."""

    ids: list[str] = Field([], max_length=1000, examples=[["12"]])


class PendenciasRepetidas(BaseModel):
    """How many items are tried again."""

    pendencias: int


@router.get("/")
def listar(request: Request, pagina: Que, caller: Quer) -> Lista[FluxoView]:
    """Lista os fluxos de cada conta: a última rodada, o cursor e a sua idade, os itens por situação."""
    return Lista.of(request, sliced(views.flows(caller), pagina), pagina)


@router.get("/{conta}/pendencias/")
def ver_pendencias(
    request: Request, conta: Conta, pagina: Que, caller: Quer, fluxo: SoFluxo = None
) -> Lista[PendenciaView]:
    """Lista o que está estacionado, é desconhecido ou falhou."""
    return Lista.of(request, pending.pagina(conta, fluxo, pagina, caller), pagina)


@router.post("/{conta}/pendencias/repetir/")
def repetir(conta: Conta, repetir: RepetirPendencias, caller: Quer) -> PendenciasRepetidas:
    """Tenta de novo na próxima rodada estas pendências, ou todas."""
    pending.known(conta, caller)
    return PendenciasRepetidas(pendencias=pending.again(conta, repetir.ids, caller=caller))


@router.delete("/{conta}/pendencias/{numero}/", status_code=204)
def descartar(conta: Conta, numero: Numero, caller: Quer) -> None:
    """Desiste de uma pendência: ela nunca será enviada."""
    pending.known(conta, caller)
    pending.drop(conta, numero, caller=caller)


@router.get("/{conta}/{fluxo}/")
def mostrar(conta: Conta, fluxo: Fluxo, caller: Quer) -> FluxoDetalhe:
    """Mostra um fluxo e o relatório da sua última rodada."""
    return views.fluxo(conta, fluxo, caller)
