"""What became of each imported file. docs/reference/contracts/integracoes.md §4.18."""

from typing import Annotated

from fastapi import Query, Request

from api.asking import Id, Que, Quer
from api.paging import Lista
from api.routing import Rotas
from flows.documentos.views import logs

router = Rotas("/logs", "importações")
Tipo = Annotated[str | None, Query(description="NFe, CTe, CFe, Evento…")]
Status = Annotated[str | None, Query(description="sucesso, erro ou processando.")]


@router.get("/")
def listar(
    request: Request, pagina: Que, caller: Quer, tipo: Tipo = None, status: Status = None
) -> Lista[logs.LogView]:
    """Lista o que foi feito de cada arquivo, os mais novos primeiro."""
    return Lista.of(request, logs.listar(tipo, status, pagina, caller), pagina)


@router.get("/{id}/")
def mostrar(id: Id, caller: Quer) -> logs.LogView:  # noqa: A002 - the contract's word
    """Mostra um registro de importação."""
    return logs.mostrar(id, caller)
