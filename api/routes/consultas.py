"""Consultations of SEFAZ and what they brought. docs/reference/contracts/integracoes.md §4.52, §4.54 and §4.55."""

import io
from dataclasses import asdict, dataclass
from typing import IO, Annotated

from fastapi import Query, Request, Response
from pydantic import BaseModel

from api.asking import LARGEST_ID, Id, Que, Quer
from api.download import download
from api.paging import Lista
from api.routing import Csv, Rotas, Zip
from flows.sefaz import exportacao, importacoes_pedidas
from flows.sefaz.views import consultas as views
from flows.sefaz.views import documentos
from flows.sefaz.views.consultas import ConsultaView
from flows.sefaz.views.documentos import DocumentoView

router = Rotas("/consultas", "consultas")
MOST = 1000
CSV = f"{Csv.media_type}; charset=utf-8"
Status = Annotated[str | None, Query(description="PENDENTE, PROCESSANDO, CONCLUIDA ou ERRO.")]
Tipo = Annotated[str | None, Query(description="NFE, CTE ou NFSE.")]
Quantos = Annotated[int, Query(ge=1, le=MOST, description="Quantos documentos, até 1000.")]
Depois = Annotated[
    int | None, Query(ge=-LARGEST_ID, le=LARGEST_ID, description="Continua depois deste; `depois` diz qual.")
]


@dataclass(frozen=True)
class Consulta(ConsultaView):
    """A consultation whole: its documents by what the company is in them, and how many of each there are.

    `depois` is what to ask for the rest of the documents with, none when these are all.
    """

    log_detalhado: str
    documentos: dict[str, list[DocumentoView]]
    estatisticas: dict[str, int]
    depois: int | None


class Pendentes(BaseModel):
    """How many documents the workers will try to import."""

    pendentes: int


@router.get("/")
def listar(
    request: Request, pagina: Que, caller: Quer, status: Status = None, tipo: Tipo = None
) -> Lista[ConsultaView]:
    """Lista as consultas à SEFAZ, as mais novas primeiro."""
    return Lista.of(request, views.pagina(status, tipo, pagina, caller), pagina)


@router.get("/{id}/")
def mostrar(id: Id, caller: Quer, limit: Quantos = MOST, depois: Depois = None) -> Consulta:  # noqa: A002
    """Mostra uma consulta: o que houve, e os documentos que trouxe, por papel da empresa em cada um."""
    found = views.mostrar(id, caller)
    page = documentos.documentos(id, depois=depois, limite=limit, caller=caller)
    figures = asdict(found.estatisticas)
    papeis: dict[str, int] = figures.pop("papeis")
    return Consulta(
        **vars(found.consulta),
        log_detalhado=found.log_detalhado,
        documentos=documentos.por_papel(page),
        estatisticas=figures | papeis,
        depois=None if page.depois is None else int(page.depois),
    )


@router.post("/{id}/importar/", status_code=202)
def importar(id: Id, caller: Quer) -> Pendentes:  # noqa: A002
    """Deixa aos workers o que está pendente: o que não se leu, e resumos cujo XML já temos; pedir de novo não soma."""
    return Pendentes(pendentes=importacoes_pedidas.pedir(id, caller))


@router.get("/{id}/exportar.csv", response_class=Csv)
def exportar_csv(id: Id, caller: Quer) -> Response:  # noqa: A002
    """Devolve os documentos de uma consulta em CSV, uma linha para cada um."""

    def write(file: IO[bytes]) -> None:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        exportacao.exportar_csv(text, id, caller)
        text.detach()

    return download(f"consulta-{id}.csv", CSV, write)


@router.get("/{id}/xmls.zip", response_class=Zip)
def exportar_zip(id: Id, caller: Quer) -> Response:  # noqa: A002
    """Devolve em ZIP os XML completos que uma consulta trouxe, em uma pasta por tipo."""
    return download(f"consulta-{id}.zip", Zip.media_type, lambda file: exportacao.exportar_zip(file, id, caller))
