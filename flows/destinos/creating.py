"""Make a destination out of what a person says of it. What only its kind can judge, its kind judges."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import SYSTEM
from core.errors import UsageError
from core.settings.deliveries import DeliverySettings
from events import filters
from events.catalog import subscribable
from events.delivery.health import Health
from events.delivery.kind import Checked, Said, known_kind
from storage.models import Destino, DestinoEvento
from storage.session import transaction

NAME_LIMIT = 200


@dataclass(frozen=True)
class NewDestination:
    """What a person says of a destination."""

    tipo: str
    nome: str
    url: str
    eventos: Sequence[str]
    topico: str | None = None
    segredo: str | None = None
    severidade: str | None = None
    rotulos: Sequence[str] = ()
    silencio: str | None = None
    por_minuto: int | None = None
    ordem_estrita: bool = False


@dataclass(frozen=True)
class Created:
    """A destination just made or changed; `segredo` is set only when it was made here, to be shown once."""

    destino: Destino
    segredo: str | None
    aviso: str | None


def create(new: NewDestination, *, replacing: bool = False) -> Created:
    """Check and store a destination without owner; raise `UsageError` with what is wrong.

    With `replacing` the one of the same name, if there is, becomes what is given and is on again.
    """
    checked = known_kind(new.tipo).checked(Said(new.url, new.topico, new.segredo))
    with transaction() as db:
        destino = Destino(**_columns(new, checked), assinaturas=_subscriptions(new.eventos))
        old = _without_owner(db, destino.nome) if replacing else None
        if old is not None:
            destino.id, destino.data_criacao = old.id, old.data_criacao
        destino = db.merge(destino)
        db.flush()
    return Created(destino, checked.segredo, checked.aviso)


def _without_owner(db: Session, nome: str) -> Destino | None:
    query = select(Destino).where(Destino.nome == nome, Destino.usuario_id.is_(None)).order_by(Destino.id)
    return db.scalars(query).first()


def _columns(new: NewDestination, checked: Checked) -> dict[str, Any]:
    now, settings = SYSTEM.now(), DeliverySettings.current()
    return {
        "tipo": new.tipo,
        "nome": _checked_name(new.nome),
        **checked.columns,
        "timeout": settings.total_timeout,
        "retry_count": len(settings.schedule) + 1,
        "ativo": True,
        "desligado_em": None,
        "desligado_motivo": None,
        "pausado_em": None,
        "lento": False,
        "ordem_estrita": new.ordem_estrita,
        "por_minuto": new.por_minuto,
        "severidade_minima": filters.checked_severity(new.severidade) if new.severidade else None,
        "rotulos": filters.checked_labels(list(new.rotulos)),
        "silencio": filters.checked_hours(new.silencio) if new.silencio else None,
        **asdict(Health()),
        "due_at": now,
        "lease_token": None,
        "data_criacao": now,
        "data_atualizacao": now,
    }


def _subscriptions(eventos: Sequence[str]) -> list[DestinoEvento]:
    return [DestinoEvento(evento=name) for name in checked_events(eventos)]


def _checked_name(nome: str) -> str:
    nome = nome.strip()
    if not 1 <= len(nome) <= NAME_LIMIT:
        raise UsageError(f"O nome do destino deve ter de 1 a {NAME_LIMIT} caracteres.")
    if "\x00" in nome or any(0xD800 <= ord(c) <= 0xDFFF for c in nome):
        raise UsageError("O nome do destino tem caracteres inválidos.")
    return nome


def checked_events(names: Sequence[str]) -> list[str]:
    """Return whole, known, different names; raise `UsageError` for any other."""
    wanted = [name.strip() for name in names if name.strip()]
    unknown = [name for name in wanted if name not in subscribable()]
    if unknown:
        raise UsageError(f"Evento desconhecido: {', '.join(unknown)}. Conhecidos: {', '.join(subscribable())}.")
    if not wanted or len(set(wanted)) != len(wanted):
        raise UsageError("Diga ao menos um evento, cada um uma vez só.")
    return wanted
