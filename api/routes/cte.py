"""CT-e of every kind. docs/reference/contracts/integracoes.md §4.14 to §4.17."""

from collections.abc import Sequence

from fastapi import Request

from api.asking import Id, Quais, Que, Quer
from api.detail import CTE, DocumentoInteiro, inteiro, shown
from api.paging import Lista
from api.routing import Rotas, Xml
from flows.documentos import textos
from flows.documentos.views import cte, rotas, totais

router = Rotas("/cte", "CT-e")


@router.get("/")
def listar(request: Request, filtro: Quais, pagina: Que, caller: Quer) -> Lista[cte.CTeRow]:
    """Lista os CT-e, os de emissão mais nova primeiro."""
    return Lista.of(request, cte.listar(filtro, pagina, caller), pagina)


@router.get("/totais/")
def somar(filtro: Quais, caller: Quer) -> totais.CTeTotais:
    """Soma os CT-e autorizados que o filtro deixa."""
    return totais.cte(filtro, caller)


@router.get("/rotas/")
def por_rota(filtro: Quais, caller: Quer) -> Sequence[rotas.RotaTotal]:
    """Lista as 20 rotas com mais CT-e."""
    return rotas.rotas(filtro, caller)


@router.get("/{id}/", responses={200: shown(CTE)})
def mostrar(id: Id, caller: Quer) -> DocumentoInteiro:  # noqa: A002 - the contract's word
    """Mostra um CT-e com todos os seus campos."""
    return inteiro(cte.mostrar(id, caller))


@router.get("/{id}/xml", response_class=Xml)
def ler_xml(id: Id, caller: Quer) -> Xml:  # noqa: A002
    """Devolve o XML do CT-e, como foi recebido."""
    return Xml(textos.cte(id, caller))
