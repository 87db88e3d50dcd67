"""Lots of documents on their way to Questor Zen. They are the operator's; a user meets none."""

from typing import Annotated

from fastapi import Request
from pydantic import BaseModel, Field

from api.asking import Id, Que, Quer
from api.paging import Lista
from api.routing import Rotas
from flows.questor import lots, views
from flows.questor.views import LotView, Progress

router = Rotas("/lotes", "lotes")


class RepetirArquivos(BaseModel):
    """What to send, or to ask for, once more."""

    estado: Annotated[str, Field(max_length=20, examples=["recusado"])]


class ArquivosRepetidos(BaseModel):
    """How many files go once more."""

    arquivos: int


@router.get("/")
def listar(request: Request, pagina: Que, caller: Quer) -> Lista[LotView]:
    """Lista os lotes do Questor, os mais novos primeiro."""
    return Lista.of(request, views.pagina(pagina, caller), pagina)


@router.get("/{id}/")
def mostrar(id: Id, caller: Quer) -> Progress:  # noqa: A002 - the contract's word
    """Mostra quantos arquivos de um lote há em cada estado, o ritmo, e quando termina."""
    return _seen(views.lot(id, caller), caller)


@router.post("/{id}/pausar/")
def pausar(id: Id, caller: Quer) -> Progress:  # noqa: A002
    """Não começa mais nenhum pedido deste lote."""
    one = views.lot(id, caller)
    lots.pausar(one.lote, one.conta)
    return _seen(one, caller)


@router.post("/{id}/retomar/")
def retomar(id: Id, caller: Quer) -> Progress:  # noqa: A002
    """Deixa seguir um lote pausado, ou parado por um erro já corrigido."""
    one = views.lot(id, caller)
    lots.retomar(one.lote, one.conta)
    return _seen(one, caller)


@router.post("/{id}/repetir/")
def repetir(id: Id, repetir: RepetirArquivos, caller: Quer) -> ArquivosRepetidos:  # noqa: A002
    """Manda de novo o que foi recusado, ou consulta de novo o que ficou desconhecido."""
    one = views.lot(id, caller)
    return ArquivosRepetidos(arquivos=lots.repetir(one.lote, repetir.estado, one.conta))


def _seen(one: LotView, caller: Quer) -> Progress:
    return views.progress(one.lote, one.conta, caller=caller)
