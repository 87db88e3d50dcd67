"""NF-e and NFC-e. docs/reference/contracts/integracoes.md §4.10 to §4.13."""

from collections.abc import Sequence

from fastapi import Request, Response

from api.asking import Id, Quais, Que, Quer
from api.detail import DocumentoInteiro, inteiro
from api.paging import Lista
from api.routing import Rotas
from flows.documentos import textos
from flows.documentos.views import emitentes, nfe, totais

router = Rotas("/nfe", "NF-e")


@router.get("/")
def listar(request: Request, filtro: Quais, pagina: Que, caller: Quer) -> Lista[nfe.NFeRow]:
    """Lista as notas, as de emissão mais nova primeiro."""
    return Lista.of(request, nfe.listar(filtro, pagina, caller), pagina)


@router.get("/totais/")
def somar(filtro: Quais, caller: Quer) -> totais.NFeTotais:
    """Soma as notas autorizadas que o filtro deixa."""
    return totais.nfe(filtro, caller)


@router.get("/por_emitente/")
def por_emitente(filtro: Quais, caller: Quer) -> Sequence[emitentes.EmitenteTotal]:
    """Lista os 20 emitentes com mais notas."""
    return emitentes.por_emitente(filtro, caller)


@router.get("/{id}/")
def mostrar(id: Id, caller: Quer) -> DocumentoInteiro:  # noqa: A002 - the contract's word
    """Mostra uma nota com todos os seus campos e itens."""
    return inteiro(nfe.mostrar(id, caller))


@router.get("/{id}/xml", response_class=Response)
def ler_xml(id: Id, caller: Quer) -> Response:  # noqa: A002
    """Devolve o XML da nota, como foi recebido."""
    return Response(textos.nfe(id, caller), media_type="application/xml")
