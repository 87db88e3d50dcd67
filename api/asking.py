"""What routes ask of a request: who it is, which page, which documents, which row.

None of it waits for anything, so none gets a thread of its own: that would cost more than all of it.
"""

from datetime import date
from typing import Annotated, Any

from fastapi import Depends, Path, Query, Request
from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from core.caller import Caller
from flows.documentos.filtro import Filtro
from flows.documentos.listagem import SIZE, Pagina
from flows.usuarios.tokens import Quem as Pessoa

LARGEST_ID = 2**63 - 1


async def _quem(request: Request) -> Pessoa:
    who: Pessoa = request.state.quem
    return who


async def _caller(request: Request) -> Caller:
    return (await _quem(request)).caller


async def _pagina(
    page: Annotated[int, Query(description="Página, a partir de 1.")] = 1,
    limit: Annotated[int, Query(description="Linhas por página, de 1 a 100.")] = SIZE,
    ordering: Annotated[str | None, Query(description="Ordem; com - na frente, do maior para o menor.")] = None,
    depois: Annotated[str | None, Query(description="Continua depois desta linha; `next` diz qual.")] = None,
) -> Pagina:
    return Pagina(page=page, limit=limit, ordering=ordering or None, depois=depois or None)


async def _filtro(
    search: Annotated[str | None, Query(description="Número, nome, chave ou documento, ou parte deles.")] = None,
    cnpj: Annotated[str | None, Query(description="CNPJ ou CPF do emitente, com ou sem pontuação.")] = None,
    data_inicio: Annotated[str | None, Query(description="Emissão desde esta data ou instante.")] = None,
    data_fim: Annotated[str | None, Query(description="Emissão até esta data, inclusive, ou instante.")] = None,
    importado_em: Annotated[str | None, Query(description="Importados neste dia, por inteiro.")] = None,
    alterado_desde: Annotated[str | None, Query(description="Importados, ou mudados, desde este instante.")] = None,
) -> Filtro:
    return Filtro(
        search=search,
        cnpj=cnpj,
        data_inicio=data_inicio,
        data_fim=data_fim,
        importado_em=importado_em,
        alterado_desde=alterado_desde,
    )


def _day(said: Any) -> date:
    try:
        return date.fromisoformat(said)
    except (TypeError, ValueError):
        raise PydanticCustomError("date_text", "not a date") from None


# A date as text; a number is none, though pydantic would count its seconds.
Dia = Annotated[date, BeforeValidator(_day)]
Quem = Annotated[Pessoa, Depends(_quem)]
Quer = Annotated[Caller, Depends(_caller)]
Que = Annotated[Pagina, Depends(_pagina)]
Quais = Annotated[Filtro, Depends(_filtro)]
# A number that no row can have is an unknown one.
Id = Annotated[int, Path(ge=1, le=LARGEST_ID, description="Número da linha.")]
