"""Destinations: create, list, pause, turn on again, change the secret."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.clock import SYSTEM
from core.errors import UsageError
from core.settings import get_settings
from events import filters, wake
from events.catalog import subscribable
from events.delivery import sign
from events.delivery.address import Judge, checked_url, refused_now
from events.delivery.channel import channels
from events.delivery.health import Health
from events.delivery.ntfy import RESERVED_TOPICS, TOPIC
from events.delivery.settle import hold, tell_recovered
from storage.models import Delivery, Destino, DestinoEvento
from storage.models.eventos import Estado
from storage.session import reading, transaction

NAME_LIMIT = 200
OVERLAP = timedelta(hours=24)


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
    """A destination just made; `segredo` is set only when it was made here, to be shown once."""

    destino: Destino
    segredo: str | None
    aviso: str | None


def criar(new: NewDestination, *, substituir: bool = False) -> Created:
    """Check and store a destination without owner; raise `UsageError` with what is wrong.

    With `substituir` the one of the same name, if there is, becomes what is given and is on again.
    """
    if new.tipo not in channels():
        raise UsageError(f"Tipo de destino desconhecido: {new.tipo!r}. Use {' ou '.join(sorted(channels()))}.")
    url = _checked_url(new)
    generated = sign.new_secret() if new.tipo == "webhook" and new.segredo is None else None
    with transaction() as db:
        destino = _build(new, url, generated)
        old = _without_owner(db, destino.nome) if substituir else None
        if old is not None:
            destino.id, destino.data_criacao = old.id, old.data_criacao
        destino = db.merge(destino)
        db.flush()
    judge = Judge.of(get_settings().deliveries)
    aviso = (
        "As regras de entrega não permitem este endereço: as entregas ficarão bloqueadas. "
        "Veja deliveries.allow_networks, allow_http e allow_ports."
    )
    return Created(destino, generated, aviso if refused_now(url, judge) else None)


def _without_owner(db: Session, nome: str) -> Destino | None:
    query = select(Destino).where(Destino.nome == nome, Destino.usuario_id.is_(None)).order_by(Destino.id)
    return db.scalars(query).first()


def _build(new: NewDestination, url: str, generated: str | None) -> Destino:
    now, settings = SYSTEM.now(), get_settings().deliveries
    return Destino(
        tipo=new.tipo,
        nome=_checked_name(new.nome),
        url=url,
        topico=_checked_topic(new),
        secret_key=generated or _checked_secret(new),
        timeout=settings.total_timeout,
        retry_count=len(settings.schedule) + 1,
        ativo=True,
        desligado_em=None,
        desligado_motivo=None,
        pausado_em=None,
        lento=False,
        ordem_estrita=new.ordem_estrita,
        por_minuto=new.por_minuto,
        severidade_minima=filters.checked_severity(new.severidade) if new.severidade else None,
        rotulos=filters.checked_labels(list(new.rotulos)),
        silencio=filters.checked_hours(new.silencio) if new.silencio else None,
        **asdict(Health()),
        due_at=now,
        lease_token=None,
        data_criacao=now,
        data_atualizacao=now,
        assinaturas=[DestinoEvento(evento=name) for name in checked_events(new.eventos)],
    )


def _checked_name(nome: str) -> str:
    nome = nome.strip()
    if not 1 <= len(nome) <= NAME_LIMIT:
        raise UsageError(f"O nome do destino deve ter de 1 a {NAME_LIMIT} caracteres.")
    if "\x00" in nome or any(0xD800 <= ord(c) <= 0xDFFF for c in nome):
        raise UsageError("O nome do destino tem caracteres inválidos.")
    return nome


def _checked_url(new: NewDestination) -> str:
    url = checked_url(new.url)
    if new.tipo == "ntfy" and urlsplit(url).path not in ("", "/"):
        raise UsageError("A URL de um destino ntfy é a raiz do servidor; o tópico vai em --topico.")
    return url


def _checked_topic(new: NewDestination) -> str | None:
    if new.tipo != "ntfy":
        if new.topico is not None:
            raise UsageError("Só destinos ntfy têm tópico.")
        return None
    if new.topico is None or not TOPIC.fullmatch(new.topico) or new.topico in RESERVED_TOPICS:
        raise UsageError("Um destino ntfy precisa de --topico com letras, números, - ou _ (até 64).")
    return new.topico


def _checked_secret(new: NewDestination) -> str | None:
    if new.segredo is None:
        return None
    if new.tipo == "webhook":
        return sign.checked_secret(new.segredo)
    if not new.segredo.isprintable() or not new.segredo.isascii() or not new.segredo.strip():
        raise UsageError("O segredo de um destino ntfy é um token, ou usuario:senha.")
    return new.segredo.strip()


def checked_events(names: Sequence[str]) -> list[str]:
    """Return whole, known, different names; raise `UsageError` for any other."""
    wanted = [name.strip() for name in names if name.strip()]
    unknown = [name for name in wanted if name not in subscribable()]
    if unknown:
        raise UsageError(f"Evento desconhecido: {', '.join(unknown)}. Conhecidos: {', '.join(subscribable())}.")
    if not wanted or len(set(wanted)) != len(wanted):
        raise UsageError("Diga ao menos um evento, cada um uma vez só.")
    return wanted


def listar() -> Sequence[Destino]:
    """Return all destinations, the oldest first."""
    with reading() as db:
        return db.scalars(select(Destino).order_by(Destino.id)).all()


def encontrar(db: Session, nome_ou_id: str) -> Destino:
    """Return a destination by its number or its name."""
    by = Destino.id == int(nome_ou_id) if nome_ou_id.isascii() and nome_ou_id.isdigit() else Destino.nome == nome_ou_id
    found = db.scalars(select(Destino).where(by).order_by(Destino.id).limit(2)).all()
    if len(found) != 1:
        reason = "há mais de um com este nome, use o número" if found else "não existe"
        raise UsageError(f"Destino {nome_ou_id!r}: {reason}.")
    return found[0]


def numero(nome_ou_id: str) -> int:
    """Return a destination's number."""
    with reading() as db:
        return encontrar(db, nome_ou_id).id


def pausar(nome_ou_id: str) -> Destino:
    """Pause a destination: its events are kept as `retido` until it is turned on again."""
    with transaction() as db:
        destino = encontrar(db, nome_ou_id)
        destino.pausado_em = destino.data_atualizacao = SYSTEM.now()
        hold(db, destino)
        return destino


def retomar(nome_ou_id: str) -> int:
    """Turn a destination on again and make what was kept for it due; return how many deliveries."""
    now = SYSTEM.now()
    with transaction() as db:
        destino = encontrar(db, nome_ou_id)
        was_off = destino.desligado_em is not None
        destino.desligado_em = destino.desligado_motivo = destino.pausado_em = None
        destino.ativo, destino.lento, destino.data_atualizacao = True, False, now
        for name, value in asdict(Health()).items():
            setattr(destino, name, value)
        if destino.lease_token is None:
            destino.due_at = now
        if was_off:
            tell_recovered(db, destino)
        held = update(Delivery).where(Delivery.destino_id == destino.id, Delivery.estado == Estado.RETIDO)
        result = db.execute(held.values(estado=Estado.PENDENTE, due_at=now, lease_token=None, finished_at=None))
        wake.after_commit(db, destino.id, wake.queue_of(destino.tipo, destino.lento))
        return int(result.rowcount)  # type: ignore[attr-defined]


def trocar_segredo(nome_ou_id: str, novo: str | None = None) -> Created:
    """Give a webhook another secret; for a day requests are signed with both."""
    now = SYSTEM.now()
    with transaction() as db:
        destino = encontrar(db, nome_ou_id)
        if destino.tipo != "webhook":
            raise UsageError("Só webhooks têm segredo de assinatura.")
        secret = sign.checked_secret(novo) if novo is not None else sign.new_secret()
        destino.secret_anterior, destino.secret_anterior_ate = destino.secret_key, now + OVERLAP
        destino.secret_key, destino.data_atualizacao = secret, now
        return Created(destino, None if novo is not None else secret, None)
