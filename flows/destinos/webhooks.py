"""Webhooks as their owners know them over HTTP. docs/reference/contracts/integracoes.md §1.3, §4.30 to §4.33, §4.60."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, joinedload

from core.caller import OPERATOR, Caller
from core.clock import SYSTEM
from core.errors import Conflict, Misconfigured, NotFound, UsageError
from core.page import Counted
from core.text import MASK
from events import subscriptions
from events.conditions import grammar
from events.delivery.begun import begun
from events.delivery.kind import Said, known_kind
from events.delivery.resuming import resume
from flows.destinos.creating import checked_name, subscribed
from flows.documentos.listagem import PRIMEIRA, Pagina, ordem, page
from storage.forgetting import forget
from storage.models.destinos import Destino
from storage.models.eventos import Delivery
from storage.pages import LARGEST_KEY, visible
from storage.rows import table_of
from storage.session import reading, transaction

TIPO = "webhook"
SHORTEST_TIMEOUT, LONGEST_TIMEOUT = 5, 30
MOST_ATTEMPTS = 11
LONGEST_SECRET = 100
# Each event of a user is a delivery for each of theirs, and what those cost all others wait for.
MOST_OF_ONE = 100
SEALED = "(nenhuma chave abre os cabeçalhos)"


@dataclass(frozen=True)
class WebhookView:
    """A webhook; the values of its headers are masked, its secret is not shown."""

    id: int
    nome: str
    url: str
    eventos: str
    eventos_list: tuple[str, ...]
    ativo: bool
    headers_customizados: Mapping[str, str]
    filtro: Mapping[str, Any]
    timeout: int | float
    retry_count: int
    data_criacao: datetime
    data_atualizacao: datetime
    ultima_execucao: datetime | None
    total_execucoes: int
    total_erros: int
    usuario_nome: str | None


@dataclass(frozen=True, kw_only=True)
class Dito:
    """What somebody says of a webhook; what is none is not said. An empty `secret_key` or `filtro` takes it away.

    `ativo` is as it is shown: no stopped webhook is active. `ligado` is what its owner wants, stopped or not.
    """

    nome: str | None = None
    url: str | None = None
    eventos: Sequence[str] | None = None
    ativo: bool | None = None
    ligado: bool | None = None
    secret_key: str | None = None
    headers_customizados: Mapping[str, str] | None = None
    filtro: str | Mapping[str, Any] | None = None
    timeout: int | None = None
    retry_count: int | None = None


def listar(pagina: Pagina = PRIMEIRA, caller: Caller = OPERATOR) -> Counted[WebhookView]:
    """Return a page of the caller's webhooks, the newest first."""
    query = select(Destino.id, Destino).options(joinedload(Destino.usuario))
    order = ordem(pagina.ordering, {"data_criacao": Destino.data_criacao}, Destino.id, "-data_criacao")
    with reading() as db:
        return page(db, _mine(query, caller), order, pagina).map(lambda row: _view(row[1]))


def mostrar(number: int, caller: Caller = OPERATOR) -> WebhookView:
    """Return one; raise `NotFound` for one that is not there, or is not the caller's."""
    with reading() as db:
        return _view(find(db, number, caller))


def criar(said: Dito, caller: Caller) -> WebhookView:
    """Make the caller's webhook; raise `UsageError` with what is wrong."""
    with transaction() as db:
        return make(db, said, caller)


def make(db: Session, said: Dito, caller: Caller) -> WebhookView:
    """Make the caller's webhook in the caller's transaction.

    Raises:
        UsageError: something that is said is wrong.
        Conflict: the caller is a user who has as many as a user may have.
    """
    _check_room(db, caller)
    columns, now = _columns(said), SYSTEM.now()
    checked = known_kind(TIPO).accepted(Said(said.url or "", None, said.secret_key or None, _headers(said, {})))
    made = {**begun(TIPO, checked, now), **columns}
    wanted = subscribed(db, said.eventos or (), TIPO, caller.usuario_id)
    webhook = Destino(**made, usuario_id=caller.usuario_id, assinaturas=wanted)
    if not said.secret_key:
        # nobody would be shown one made here
        webhook.secret_key = None
    db.add(webhook)
    db.flush()
    return _view(webhook)


def _check_room(db: Session, caller: Caller) -> None:
    if not caller.is_operator and total(db, caller) >= MOST_OF_ONE:
        raise Conflict(f"Um usuário tem até {MOST_OF_ONE} webhooks: remova antes um de que não precisa.")


def alterar(number: int, said: Dito, caller: Caller = OPERATOR) -> WebhookView:
    """Change what is said of a webhook and nothing else; turned on again it is as one that was resumed."""
    now = SYSTEM.now()
    with transaction() as db:
        webhook = _meant(db, number, said, caller)
        new = _news(webhook, said)
        columns = _columns(new)
        kept = json.loads(webhook.headers_customizados or "{}")
        secret = webhook.secret_key if said.secret_key is None else said.secret_key or None
        asked = Said(said.url or webhook.url, None, secret, _headers(said, kept))
        on = _turned(webhook, said)
        columns |= {**known_kind(TIPO).accepted(asked).columns, "secret_key": webhook.secret_key}
        columns["ativo"] = webhook.ativo if on is None else on
        if said.secret_key is not None:
            columns |= _secret(webhook, said.secret_key, now)
        for name, value in columns.items():
            setattr(webhook, name, value)
        if new.eventos is not None:
            webhook.assinaturas = subscribed(db, new.eventos, TIPO, webhook.usuario_id)
        webhook.data_atualizacao = now
        if on and _stopped(webhook):
            resume(db, webhook, now)
        db.flush()
        return _view(webhook)


def remover(number: int, caller: Caller = OPERATOR) -> None:
    """Delete a webhook with what it was owed, a batch at a time."""
    with transaction() as db:
        find(db, number, caller).ativo = False
    owed = table_of(Delivery)
    for _ in forget(owed, select(owed.c.id).where(owed.c.destino_id == number), "entregas"):
        pass
    with transaction() as db:
        db.execute(delete(Destino).where(Destino.id == number))


def find(db: Session, number: int, caller: Caller) -> Destino:
    """Return a webhook of the caller by its number."""
    query = _mine(select(Destino).options(joinedload(Destino.usuario)), caller).where(Destino.id == number)
    found: Destino | None = db.scalar(query) if abs(number) <= LARGEST_KEY else None
    if found is None:
        raise NotFound(f"Não há webhook com o número {number}.", veja="destinos")
    return found


def total(db: Session, caller: Caller, *, active: bool = False) -> int:
    """Return how many webhooks the caller has, of those that are on if asked."""
    query = _mine(select(func.count()).select_from(Destino), caller)
    return db.scalar(query.where(Destino.ativo, Destino.desligado_em.is_(None)) if active else query) or 0


def _mine(query: Any, caller: Caller) -> Any:
    return query.where(Destino.tipo == TIPO, visible(caller, Destino.usuario_id))


def _columns(said: Dito) -> dict[str, Any]:
    """Return the columns that are not its kind's to judge."""
    if said.timeout is not None and not SHORTEST_TIMEOUT <= said.timeout <= LONGEST_TIMEOUT:
        raise UsageError(f"Use de {SHORTEST_TIMEOUT} a {LONGEST_TIMEOUT} segundos.", campo="timeout")
    if said.retry_count is not None and not 1 <= said.retry_count <= MOST_ATTEMPTS:
        raise UsageError(f"Use de 1 a {MOST_ATTEMPTS} tentativas.", campo="retry_count")
    if said.secret_key and len(said.secret_key) > LONGEST_SECRET:
        raise UsageError(f"O segredo tem no máximo {LONGEST_SECRET} caracteres.", campo="segredo")
    given = {"ativo": said.ativo, "timeout": said.timeout, "retry_count": said.retry_count}
    named: dict[str, Any] = {} if said.nome is None else {"nome": checked_name(said.nome)}
    if said.filtro is not None:
        named["filtro"] = grammar.checked(said.filtro)
    return named | {name: value for name, value in given.items() if value is not None}


def _meant(db: Session, number: int, said: Dito, caller: Caller) -> Destino:
    """Return the webhook that is to be changed; of one that is not there, what nobody may say is told first."""
    try:
        return find(db, number, caller)
    except NotFound:
        _columns(said)
        raise


def _news(webhook: Destino, said: Dito) -> Dito:
    """Return what is said of a webhook, without what came back as it was shown: that stays as it is.

    The settings, or `*`, may have made it what nobody could say of it now.
    """
    shown = _view(webhook)
    same = {
        "eventos": said.eventos is not None and tuple(sorted(said.eventos)) == shown.eventos_list,
        "timeout": said.timeout == shown.timeout,
        "retry_count": said.retry_count == shown.retry_count,
    }
    stays: dict[str, Any] = dict.fromkeys(name for name, one in same.items() if one)
    return replace(said, **stays)


def _turned(webhook: Destino, said: Dito) -> bool | None:
    """Return what its owner turns it to; none where what stands is only said again."""
    if said.ligado is not None:
        return None if said.ligado == webhook.ativo else said.ligado
    if said.ativo is False and _stopped(webhook) and said != Dito(ativo=False):
        # the rest of what is shown came back with it: one who wants it off says that alone
        return None
    return said.ativo


def _stopped(webhook: Destino) -> bool:
    return webhook.desligado_em is not None or webhook.pausado_em is not None


def _headers(said: Dito, kept: Mapping[str, str]) -> dict[str, str]:
    """Return the headers as they shall be; a mask that is sent back leaves what it masks."""
    if said.headers_customizados is None:
        return dict(kept)
    old = {name.lower(): value for name, value in kept.items()}
    masked = [name for name, value in said.headers_customizados.items() if value == MASK and name.lower() not in old]
    if masked:
        raise UsageError(f"O cabeçalho {masked[0]} ainda não tem valor.", campo="cabecalho")
    given = said.headers_customizados.items()
    return {name: old[name.lower()] if value == MASK else value for name, value in given}


def _secret(webhook: Destino, new: str, now: datetime) -> dict[str, Any]:
    """Return the columns of another secret; with one before, both sign for a day."""
    if not new:
        return {"secret_key": None, "secret_anterior": None, "secret_anterior_ate": None}
    if webhook.secret_key is None:
        return {"secret_key": known_kind(TIPO).accepted(Said(webhook.url, None, new)).columns["secret_key"]}
    return dict(known_kind(TIPO).rotated(webhook, Said(webhook.url, None, new), now).columns)


def _named(webhook: Destino) -> list[str]:
    """Return the names of its headers; unreadable ones are shown as one, which nobody can send back."""
    try:
        return list(json.loads(webhook.headers_customizados or "{}"))
    except Misconfigured:
        return [SEALED]


def _view(webhook: Destino) -> WebhookView:
    named = tuple(sorted(subscriptions.told(webhook)))
    whole = int(webhook.timeout)
    return WebhookView(
        id=webhook.id,
        nome=webhook.nome,
        url=webhook.url,
        eventos=",".join(named),
        eventos_list=named,
        ativo=webhook.ativo and not _stopped(webhook),
        headers_customizados=dict.fromkeys(_named(webhook), MASK),
        filtro=json.loads(webhook.filtro) if webhook.filtro else {},
        timeout=whole if whole == webhook.timeout else webhook.timeout,
        retry_count=webhook.retry_count,
        data_criacao=webhook.data_criacao,
        data_atualizacao=webhook.data_atualizacao,
        ultima_execucao=webhook.ultima_execucao,
        total_execucoes=webhook.total_execucoes,
        total_erros=webhook.total_erros,
        usuario_nome=webhook.usuario.username if webhook.usuario else None,
    )
