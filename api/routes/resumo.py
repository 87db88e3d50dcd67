"""Figures and search over all documents. docs/reference/contracts/integracoes.md §4.19 to §4.21."""

from typing import Annotated, Any

from fastapi import Query, Response
from fastapi.responses import JSONResponse

from api.asking import Quer
from api.routing import Rotas
from flows.documentos.views import dashboard as figures
from flows.documentos.views import search, statistics

router = Rotas("", "resumo")


NOTHING: dict[str, Any] = {"description": "Falta o que procurar.", "model": dict[str, str | list[str]]}


@router.get("/dashboard/")
def dashboard(caller: Quer) -> figures.Dashboard:
    """Conta e soma os documentos, no todo e dos últimos 30 dias, com os 10 últimos registros de importação."""
    return figures.dashboard(caller)


@router.get("/statistics/")
def estatisticas(caller: Quer) -> statistics.Statistics:
    """Mostra os maiores emitentes, produtos e rotas, e as vendas dos 12 meses mais novos."""
    return statistics.statistics(caller)


@router.get("/search/", responses={400: NOTHING}, response_model=search.Found)
def procurar(
    caller: Quer, q: Annotated[str, Query(description="O que procurar em notas e CT-e.")] = ""
) -> search.Found | Response:
    """Procura em notas e CT-e: até 20 de cada."""
    if not q.strip():
        return JSONResponse({"error": "Diga em q o que procurar."}, 400)
    return search.search(q, caller)
