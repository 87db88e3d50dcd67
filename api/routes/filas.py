"""Queue tables of service orders in other databases. They are the operator's; a user meets none."""

from typing import Annotated

from fastapi import Path, Request
from pydantic import BaseModel, Field

from api.asking import LARGEST_ID, Que, Quer
from api.paging import Lista
from api.routing import Rotas
from flows.documentos.listagem import sliced
from flows.fila import again, views
from flows.fila.views import FilaView, LinhaView

router = Rotas("/filas", "filas")
Conta = Annotated[str, Path(max_length=100, description="Conta da seção fila da configuração.")]


class RepetirLinha(BaseModel):
    """Which row in error to tell again; without one all of them."""

    linha: Annotated[int | None, Field(ge=0, le=LARGEST_ID, examples=[17])] = None


class LinhasRepetidas(BaseModel):
    """How many rows are told again."""

    linhas: int


@router.get("/")
def listar(request: Request, pagina: Que, caller: Quer) -> Lista[FilaView]:
    """Lista as filas: quantas linhas esperam, quantas estão em erro, a idade da mais antiga, o ritmo."""
    return Lista.of(request, sliced(views.accounts(caller), pagina), pagina)


@router.get("/{conta}/")
def mostrar(conta: Conta, caller: Quer) -> FilaView:
    """Mostra uma fila, como o último worker a viu."""
    return views.account(conta, caller)


@router.get("/{conta}/linhas/")
def ver_linhas(request: Request, conta: Conta, pagina: Que, caller: Quer) -> Lista[LinhaView]:
    """Lista as linhas avisadas de uma fila, as mais novas primeiro."""
    return Lista.of(request, views.pagina(conta, pagina, caller), pagina)


@router.post("/{conta}/reprocessar/")
def reprocessar(conta: Conta, repetir: RepetirLinha, caller: Quer) -> LinhasRepetidas:
    """Devolve à fila uma linha em ERRO, ou todas."""
    views.known(conta, caller)
    wanted = None if repetir.linha is None else [repetir.linha]
    return LinhasRepetidas(linhas=again.reprocess(conta, wanted, caller=caller))
