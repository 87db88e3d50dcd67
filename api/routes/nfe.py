"""NF-e and NFC-e. docs/reference/contracts/integracoes.md §4.10 to §4.13."""

from collections.abc import Sequence

from fastapi import Request

from api.asking import Id, Quais, Que, Quer
from api.detail import NFE, DocumentoInteiro, inteiro, shown
from api.paging import Lista
from api.routing import Rotas, Xml
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


@router.get("/{id}/", responses={200: shown(NFE)})
def mostrar(id: Id, caller: Quer) -> DocumentoInteiro:  # noqa: A002 - the contract's word
    """Mostra uma nota com todos os seus campos e itens."""
    return inteiro(nfe.mostrar(id, caller))


@router.get("/{id}/xml", response_class=Xml)
def ler_xml(id: Id, caller: Quer) -> Xml:  # noqa: A002
    """Devolve o XML da nota, como foi recebido."""
    return Xml(textos.nfe(id, caller))
