"""A user's preferences: one destination of kind `email` that the user owns. Its address is to whom, its subscriptions
are which notices, its quiet hours are when not. docs/reference/contracts/integracoes.md §1.8 and §6.2.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import SYSTEM, Clock
from core.email_address import checked_mailbox
from core.errors import UsageError
from core.logs import get_logger
from core.settings.email import EmailSettings
from events import filters, subscriptions
from events.body import serialise
from events.catalog.payload import EMAIL
from events.conditions.judging import Whole
from events.delivery.begun import begun
from events.delivery.email.account import CONTA, name_of
from events.delivery.kind import Checked, Said, known_kind
from events.delivery.resuming import resume
from events.filters import Filters
from storage.models.destinos import Destino, DestinoEvento
from storage.models.usuarios import Usuario

AVISOS = (
    "nfe_importada",
    "cte_importado",
    "erro_importacao",
    "consulta_concluida",
    "resumo_diario",
    "certificado_vencendo",
)
# What goes to the address of a user who never said anything; of the rest only what code asks for by itself.
SERIOUS = ("erro_importacao", "certificado_vencendo")
log = get_logger(__name__)


@dataclass(frozen=True)
class Caixa:
    """What a user wants to be told by mail; without an address nothing is sent.

    `motivo` is why Esteira itself stopped: the address was refused. `conta` is the account of `[email]` that sends.
    """

    endereco: str = ""
    ativo: bool = True
    avisos: tuple[str, ...] = AVISOS
    silencio: str | None = None
    motivo: str | None = None
    conta: str | None = None


@dataclass(frozen=True)
class Change:
    """What is changed of it; none leaves it, an empty text takes it away."""

    endereco: str | None = None
    ativo: bool | None = None
    avisos: Sequence[str] | None = None
    silencio: str | None = None
    conta: str | None = None


def of(db: Session, usuario_id: int) -> Caixa:
    """Return the preferences of a user; nothing said is what the contract takes for granted."""
    row = _row(db, usuario_id)
    return Caixa() if row is None else _caixa(row)


def keep(db: Session, usuario_id: int, new: Change, clock: Clock = SYSTEM, campo: str = "email") -> Caixa:
    """Change the preferences of a user; raise `UsageError` with what is wrong, for an address of the field `campo`.

    What waited for an address that was refused goes to the new one.
    """
    user = db.get_one(Usuario, usuario_id, with_for_update=True)
    known = _row(db, usuario_id)
    row = known or _made(db, user, clock, new.conta)
    if known is None or known.de_oficio:
        row.assinaturas, row.de_oficio = _subscribed(AVISOS), False
    before = row.url
    if new.endereco is not None:
        row.url = checked_mailbox(new.endereco, campo).address if new.endereco.strip() else ""
    if new.conta is not None:
        row.opcoes = _checked(new.conta).columns["opcoes"]
    if new.avisos is not None:
        named = subscriptions.checked(new.avisos, EMAIL, of_user=not user.is_staff, campo="avisos")
        row.assinaturas = _subscribed(named)
    if new.silencio is not None:
        row.silencio = filters.checked_hours(new.silencio) if new.silencio else None
    wanted = row.ativo or not before if new.ativo is None else new.ativo
    row.ativo, row.data_atualizacao = bool(wanted and row.url), clock.now()
    db.flush()
    if row.ativo and row.desligado_em is not None and row.url != before:
        resume(db, row, clock.now())
    return _caixa(row)


def wanting(db: Session, usuario_id: int | None, evento: str, dados: dict[str, object]) -> list[int]:
    """Return the destinations of kind `email` that want an event of a user, or of the operator where there is none.

    A user who never said anything is told at the user's own address; imports and reports do not go there by themselves.
    One who is turned off is told nothing.
    """
    query = select(Destino).where(Destino.tipo == EMAIL, Destino.usuario_id.is_not_distinct_from(usuario_id))
    query = query.where(Destino.usuario_id.is_(None) | Destino.usuario.has(Usuario.ativo))
    rows = db.scalars(query.order_by(Destino.id)).all()
    if not rows and usuario_id is not None and (first := _first(db, usuario_id)):
        rows = [first]
    whole = Whole(serialise(evento, "", SYSTEM.now(), dados))
    return [row.id for row in rows if row.ativo and evento in told_of(row) and _passes(row, dados, whole)]


def told_of(row: Destino) -> set[str]:
    """Return the events that a mailbox may be told of."""
    return {*subscriptions.names(row.eventos, EMAIL), *(AVISOS if row.de_oficio else ())}


def _passes(row: Destino, dados: dict[str, object], whole: Whole) -> bool:
    return Filters(row.severidade_minima, row.rotulos, row.silencio, row.filtro).accept(dados, whole)


def _first(db: Session, usuario_id: int) -> Destino | None:
    """Return the mailbox of a user who has an address and never said anything; none where no account sends mail."""
    user = db.get(Usuario, usuario_id, with_for_update=True)
    if user is None or not user.ativo or not user.email or not EmailSettings.current().contas:
        return None
    if (there := _row(db, usuario_id)) is not None:
        return there
    try:
        address, row = checked_mailbox(user.email).address, _made(db, user, SYSTEM)
    except UsageError as fault:
        log.warning("user cannot be told by mail", user=user.username, reason=str(fault))
        return None
    row.url, row.ativo, row.de_oficio, row.assinaturas = address, True, True, _subscribed(SERIOUS)
    db.flush()
    return row


def _row(db: Session, usuario_id: int) -> Destino | None:
    """Return the preferences of a user; other mailboxes that were made as destinations come after them."""
    query = select(Destino).where(Destino.tipo == EMAIL, Destino.usuario_id == usuario_id)
    return db.scalars(query.order_by(Destino.id).limit(1)).first()


def _checked(conta: str | None) -> Checked:
    """Return what the kind stores for an account; raise `UsageError` where there is not that one, or none is meant."""
    if conta is not None and conta not in (known := EmailSettings.current().contas):
        raise UsageError(
            f"Não há a conta de e-mail {conta!r}. Há: {', '.join(sorted(known)) or 'nenhuma'}.", campo="conta"
        )
    return known_kind(EMAIL).accepted(Said("ninguem@exemplo.com.br", opcoes={CONTA: conta} if conta else {}))


def _made(db: Session, user: Usuario, clock: Clock, conta: str | None = None) -> Destino:
    """Return a new mailbox without an address."""
    row = Destino(
        **begun(EMAIL, _checked(conta), clock.now()) | {"url": "", "ativo": False},
        nome=f"E-mail de {user.username}",
        usuario_id=user.id,
    )
    db.add(row)
    return row


def _subscribed(names: Sequence[str]) -> list[DestinoEvento]:
    return [DestinoEvento(evento=name) for name in names]


def _caixa(row: Destino) -> Caixa:
    named = subscriptions.told(row)
    ours = [name for name in AVISOS if name in named]
    wanted = (*ours, *(name for name in named if name not in AVISOS))
    return Caixa(row.url, row.ativo or not row.url, wanted, row.silencio, row.desligado_motivo, name_of(row))
