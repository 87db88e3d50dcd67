"""What was registered about a document."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.models.registros import DocumentoEvento


@dataclass(frozen=True)
class EventoView:
    """An event; one that is not `registrado` proves nothing."""

    id: int
    tipo_evento: str
    sequencia: int
    descricao: str | None
    data_evento: datetime | None
    registrado: bool
    protocolo: str | None
    status: str | None
    motivo: str | None
    correcao: str | None
    justificativa: str | None


COLUMNS = [getattr(DocumentoEvento, name) for name in EventoView.__dataclass_fields__]


def of_document(db: Session, documento_id: int) -> tuple[EventoView, ...]:
    """Return the events of a document in their order."""
    order = (DocumentoEvento.data_evento, DocumentoEvento.id)
    query = select(*COLUMNS).where(DocumentoEvento.documento_id == documento_id).order_by(*order)
    return tuple(EventoView(*row) for row in db.execute(query))
