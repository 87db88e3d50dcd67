"""Destinations as people see them; never a secret, never the value of a header."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from core.caller import OPERATOR, Caller
from core.errors import Misconfigured
from core.page import SIZE, Counted, Page
from events.delivery.kind import Kind, kinds
from flows.destinos.finding import find
from flows.documentos.listagem import PRIMEIRA, Pagina, newest
from flows.documentos.listagem import page as numbered
from storage.models.destinos import Destino
from storage.pages import oldest_first, visible
from storage.session import reading

SEALED = "nenhuma chave os abre"


@dataclass(frozen=True)
class DestinationView:
    """One destination; `usuario` is whose it is, `detalhes` what its kind shows beside what every kind has."""

    id: int
    tipo: str
    nome: str
    usuario: str | None
    url: str
    topico: str | None
    eventos: tuple[str, ...]
    ativo: bool
    situacao: str
    motivo: str | None
    circuito_aberto: bool
    falhando_desde: datetime | None
    severidade: str | None
    rotulos: Mapping[str, Any]
    silencio: str | None
    filtro: Mapping[str, Any]
    por_minuto: int | None
    ordem_estrita: bool
    data_criacao: datetime
    ultima_execucao: datetime | None
    total_execucoes: int
    total_erros: int
    detalhes: Mapping[str, Any]


def destinations(*, depois: int | None = None, limite: int = SIZE, caller: Caller = OPERATOR) -> Page[DestinationView]:
    """Return a page of destinations, the oldest first."""
    query = select(Destino.id, Destino).options(joinedload(Destino.usuario))
    with reading() as db:
        mine = query.where(visible(caller, Destino.usuario_id))
        return oldest_first(db, mine, Destino.id, depois, limite).map(lambda row: view(row[1]))


def pagina(pagina: Pagina = PRIMEIRA, caller: Caller = OPERATOR) -> Counted[DestinationView]:
    """Return a page of the same, by its number, the newest first."""
    query = select(Destino.id, Destino).options(joinedload(Destino.usuario)).where(visible(caller, Destino.usuario_id))
    order = newest(pagina.ordering, "data_criacao", Destino.data_criacao, Destino.id)
    with reading() as db:
        return numbered(db, query, order, pagina).map(lambda row: view(row[1]))


def mostrar(name_or_id: str, caller: Caller = OPERATOR) -> DestinationView:
    """Return one; raise `NotFound` where it is not the caller's."""
    with reading() as db:
        return view(find(db, name_or_id, caller))


def view(destino: Destino) -> DestinationView:
    """Return what people may see of a destination."""
    kind = kinds().get(destino.tipo)
    return DestinationView(
        id=destino.id,
        tipo=destino.tipo,
        nome=destino.nome,
        usuario=destino.usuario.username if destino.usuario else None,
        url=destino.url,
        topico=destino.topico,
        eventos=tuple(destino.eventos),
        ativo=destino.ativo,
        situacao=_situation(destino),
        motivo=destino.desligado_motivo,
        circuito_aberto=destino.circuito_espera > 0,
        falhando_desde=destino.falhando_desde,
        severidade=destino.severidade_minima,
        rotulos=json.loads(destino.rotulos) if destino.rotulos else {},
        silencio=destino.silencio,
        filtro=json.loads(destino.filtro) if destino.filtro else {},
        por_minuto=destino.por_minuto,
        ordem_estrita=destino.ordem_estrita,
        data_criacao=destino.data_criacao,
        ultima_execucao=destino.ultima_execucao,
        total_execucoes=destino.total_execucoes,
        total_erros=destino.total_erros,
        detalhes=_shown(kind, destino) if kind else {},
    )


def _shown(kind: Kind, destino: Destino) -> Mapping[str, Any]:
    try:
        return kind.shown(destino)
    except Misconfigured:
        return {"segredos": SEALED}


def _situation(destino: Destino) -> str:
    states = ((destino.desligado_em, "desligado"), (destino.pausado_em, "pausado"), (not destino.ativo, "inativo"))
    return next((name for true, name in states if true), "ativo")
