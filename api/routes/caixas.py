"""SAT and MFE boxes, as the operator watches them; a user meets none."""

from typing import Annotated

from fastapi import Path, Query, Request

from api.asking import Que, Quer
from api.paging import Lista
from api.routing import Rotas
from flows.sat import views
from flows.sat.views import BoxDetail, BoxView, ChangeView

router = Rotas("/sat", "caixas SAT e MFE")
Nome = Annotated[str, Path(max_length=100, description="Nome da caixa.")]
Loja = Annotated[str | None, Query(description="Só as desta loja.")]
Uf = Annotated[str | None, Query(description="Só as deste estado.")]
Grupo = Annotated[str | None, Query(description="Só as deste grupo.")]


@router.get("/")
def listar(
    request: Request, pagina: Que, caller: Quer, loja: Loja = None, uf: Uf = None, grupo: Grupo = None
) -> Lista[BoxView]:
    """Lista as caixas por nome, com o último resultado e os alertas abertos de cada uma."""
    wanted = {label: value for label, value in (("loja", loja), ("uf", uf), ("grupo", grupo)) if value is not None}
    return Lista.of(request, views.pagina(wanted, pagina, caller), pagina)


@router.get("/{nome}/")
def mostrar(nome: Nome, caller: Quer) -> BoxDetail:
    """Mostra uma caixa e a sua última resposta, como ela a deu."""
    return views.box(nome, caller)


@router.get("/{nome}/leituras/")
def ver_leituras(request: Request, nome: Nome, pagina: Que, caller: Quer) -> Lista[ChangeView]:
    """Lista as leituras em que algo mudou em uma caixa, as mais novas primeiro."""
    return Lista.of(request, views.mudancas(nome, pagina, caller), pagina)
