"""One document with all that is known of it: what it says, what was registered about it, whom it is linked to."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from core.caller import Caller
from core.documentos.conteudo import NOMES, Conhecimento, NotaFiscal
from core.errors import NotFound
from flows.documentos.campos import said
from flows.documentos.views import eventos, itens
from flows.documentos.views import ligacoes as links
from flows.documentos.views.ligacoes import LigacaoView
from storage.models.base import Base
from storage.models.documentos import DE_CTE, DE_NFE, CFe, CTe, Documento, NFe
from storage.models.usuarios import Usuario
from storage.pages import LARGEST_KEY, visible

NAMES = {"chave": "chave_acesso"}
NAMES_NFE, NAMES_CTE = NAMES | NOMES[NotaFiscal], NAMES | NOMES[Conhecimento]


@dataclass(frozen=True)
class Detalhe:
    """A document; `campos` are all its fields by the names of the contract (docs/reference/contracts/sefaz.md §8.6).

    `ligacoes` are the documents that it names, `citado_por` those that name it.
    """

    id: int
    especie: str
    completo: bool
    campos: dict[str, Any]
    itens: tuple[itens.ItemView, ...]
    total_itens: int
    eventos: tuple[eventos.EventoView, ...]
    ligacoes: tuple[LigacaoView, ...]
    citado_por: tuple[LigacaoView, ...]


def by_number(db: Session, number: int, caller: Caller, *only: ColumnElement[bool]) -> Detalhe:
    """Return a document; raise `NotFound` for a number that is nobody's, and for one that is another's, alike."""
    mine = (Documento.id == number, visible(caller, Documento.usuario_id), *only)
    found = db.scalar(select(Documento).where(*mine)) if abs(number) <= LARGEST_KEY else None
    if found is None:
        raise NotFound(f"Não há documento com o número {number}.", veja="documentos")
    return whole(db, found, caller)


def whole(db: Session, documento: Documento, caller: Caller) -> Detalhe:
    """Return all that is known of a document."""
    campos = said(documento, _own(db, documento), _names(documento.especie))
    campos["usuario_importacao"] = db.scalar(select(Usuario.username).where(Usuario.id == documento.usuario_id))
    things = itens.of_document(db, documento.id)
    return Detalhe(
        id=documento.id,
        especie=documento.especie,
        completo=documento.completo,
        campos=campos,
        itens=things,
        total_itens=len(things),
        eventos=eventos.of_document(db, documento.id),
        ligacoes=links.named_by(db, documento.id, caller),
        citado_por=links.that_name(db, documento.chave, caller),
    )


def _own(db: Session, documento: Documento) -> Base | None:
    """Return what only its kind says; nothing is known of it while there is a summary only."""
    kinds: dict[str, type[Base]] = dict.fromkeys(DE_NFE, NFe) | dict.fromkeys(DE_CTE, CTe) | {"cfe": CFe}
    kind = kinds.get(documento.especie)
    return db.get(kind, documento.id) if kind else None


def _names(especie: str) -> dict[str, str]:
    if especie in DE_NFE:
        return NAMES_NFE
    return NAMES_CTE if especie in DE_CTE else NAMES
