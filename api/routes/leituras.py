"""Readings of SAT and MFE boxes that an agent sends from where they stand."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Path
from pydantic import BaseModel, Field

from api.asking import Quem
from api.routing import Rotas
from flows.sat import receiving
from flows.sat.receiving import Recebida

router = Rotas("/sat", "caixas SAT e MFE")
MOST, LONGEST_LINE, LONGEST_WHY = 100, 65_536, 2000
TEN_YEARS = 10 * 366 * 86_400
WIRE = "123456|10000|Resposta com Sucesso.|||000123456|…"

Nome = Annotated[str, Path(description="Nome da caixa.")]


class Leitura(BaseModel):
    """A reading: the wire line of the box, or what came of the question."""

    leitura: Annotated[str | None, Field(min_length=1, max_length=64, examples=["0193b1c2-000001"])] = None
    ha_segundos: Annotated[float, Field(ge=0, le=TEN_YEARS, allow_inf_nan=False, examples=[1.5])] = 0
    linha: Annotated[str | None, Field(max_length=LONGEST_LINE, examples=[WIRE])] = None
    sessao: Annotated[int | None, Field(ge=0, le=999_999, examples=[123456])] = None
    resultado: Annotated[str | None, Field(max_length=20)] = None
    erro: Annotated[str | None, Field(max_length=LONGEST_WHY)] = None


class Leituras(BaseModel):
    """Readings of one box, in any order."""

    leituras: Annotated[list[Leitura], Field(min_length=1, max_length=MOST)]


class Recebidas(BaseModel):
    """What became of each, in the order in which they were sent."""

    resultados: Sequence[Recebida]


@router.post("/{nome}/leituras/")
def receber(nome: Nome, leituras: Leituras, quem: Quem) -> Recebidas:
    """Recebe leituras de uma caixa do agente de quem pede, e as avalia como as feitas daqui."""
    given = [receiving.Leitura(**one.model_dump()) for one in leituras.leituras]
    return Recebidas(resultados=receiving.receber(nome, given, quem.username, quem.caller))
