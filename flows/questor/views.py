"""Lots as people see them: pages of them, how far one is, when it will end, what keeps it. They are the operator's."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from core.caller import OPERATOR, Caller
from core.clock import SYSTEM, Clock
from core.errors import NotFound
from core.fiscal import formatar_documento
from core.page import SIZE, Counted, Page
from core.settings.accounts import PADRAO
from core.settings.questor import ContaQuestor, QuestorSettings
from flows.documentos.listagem import PRIMEIRA, Pagina, newest
from flows.documentos.listagem import page as numbered
from flows.questor import account, lots, starting, window
from storage.models.empresas import Empresa
from storage.models.questor import ABERTOS, QuestorArquivo, QuestorLote
from storage.pages import LARGEST_KEY, newest_first, nobody_but_the_operator
from storage.session import reading

FARTHEST = timedelta(days=365)


@dataclass(frozen=True)
class LotView:
    """A lot, by its name; one of the store has no folder, but a company (its CNPJ), and may have a month."""

    id: int
    lote: str
    conta: str
    pasta: str
    empresa: str | None
    mes: str | None
    varrido_em: datetime | None
    enviar: bool
    concluido_em: datetime | None


@dataclass(frozen=True)
class CountView:
    """How many files of a lot are in one state and of one kind."""

    estado: str
    tipo: str | None
    total: int


@dataclass(frozen=True)
class WindowView:
    """Whether an account may be sent to by the clock; none: nobody knows yet."""

    aberta: bool | None
    abre_em: datetime | None
    fecha_em: datetime | None


@dataclass(frozen=True)
class PaceView:
    """What is known of an account's server; `taxa` is the requests a second that it once named as too many."""

    aberto_ate: datetime | None
    limite: float
    taxa: float | None


@dataclass(frozen=True)
class Progress:
    """How far a lot is; `termina_em` is none while nothing is accepted, `espera_ate` where nothing is awaited."""

    lote: str
    conta: str
    pasta: str
    total: int
    restam: int
    estados: dict[str, int]
    contagem: tuple[CountView, ...]
    aceitos_por_segundo: float
    termina_em: datetime | None
    impedimento: str | None
    motivo: str | None
    espera_ate: datetime | None
    janela: WindowView
    disjuntor: PaceView


def listar(depois: int | None = None, limite: int = SIZE, caller: Caller = OPERATOR) -> Page[LotView]:
    """Return a page of lots, the newest first."""
    with reading() as db:
        return newest_first(db, _query(caller), QuestorLote.id, depois, limite).map(_lot)


def pagina(pagina: Pagina = PRIMEIRA, caller: Caller = OPERATOR) -> Counted[LotView]:
    """Return a page of the same, by its number."""
    order = newest(pagina.ordering, "id", QuestorLote.id, QuestorLote.id)
    with reading() as db:
        return numbered(db, _query(caller), order, pagina).map(_lot)


def lot(numero: int, caller: Caller = OPERATOR) -> LotView:
    """Return one by its number; raise `NotFound` where it is not the caller's."""
    query = _query(caller).where(QuestorLote.id == numero)
    with reading() as db:
        found = db.execute(query).one_or_none() if abs(numero) <= LARGEST_KEY else None
    if found is None:
        raise NotFound(f"Não há o lote {numero}.", veja="lotes")
    return _lot(found)


def _query(caller: Caller) -> Select[*tuple[Any, ...]]:
    query = select(QuestorLote.id, QuestorLote, Empresa.cnpj).outerjoin(Empresa, Empresa.id == QuestorLote.empresa_id)
    return query.where(nobody_but_the_operator(caller))


def _lot(row: Any) -> LotView:
    number, lote, cnpj = row[:3]
    empresa = formatar_documento(cnpj) if cnpj else None
    made_of = (lote.pasta, empresa, lote.mes)
    return LotView(number, lote.nome, lote.conta, *made_of, lote.varrido_em, lote.enviar, lote.concluido_em)


def progress(nome: str, conta: str = PADRAO, *, caller: Caller = OPERATOR, clock: Clock = SYSTEM) -> Progress:
    """Look at a lot, also one whose account is not in the settings yet; raise `NotFound` when there is none."""
    lote, now = lots.named(nome, conta, caller), clock.now()
    settings = QuestorSettings.current().contas.get(conta)
    state = starting.state(lote, settings, now) if settings else starting.State("sem_conta")
    with reading() as db:
        contagem, pace = _counts(db, lote.id), account.pace_of(db, conta)
    estados: Counter[str] = Counter()
    for one in contagem:
        estados[one.estado] += one.total
    left = sum(estados[estado] for estado in ABERTOS)
    rate = lots.per_second(lote, now)
    named = pace.rate.at(now)
    return Progress(
        lote=lote.nome,
        conta=lote.conta,
        pasta=lote.pasta,
        total=estados.total(),
        restam=left,
        estados=dict(estados),
        contagem=contagem,
        aceitos_por_segundo=round(rate, 2),
        termina_em=_ends(settings, now, left / rate) if settings and left and rate >= 0.01 else None,
        impedimento=state.impedimento,
        motivo=lote.parado_motivo,
        espera_ate=state.abre_em,
        janela=_window(settings, now),
        disjuntor=PaceView(pace.aberto_ate, round(pace.limit.value, 1), named and round(named, 1)),
    )


def _counts(db: Session, lote_id: int) -> tuple[CountView, ...]:
    mine = (QuestorArquivo.estado, QuestorArquivo.tipo)
    query = select(*mine, func.count()).where(QuestorArquivo.lote_id == lote_id).group_by(*mine).order_by(*mine)
    return tuple(CountView(*row) for row in db.execute(query))


def _window(conta: ContaQuestor | None, now: datetime) -> WindowView:
    if conta is None:
        return WindowView(None, None, None)
    opens = window.opens_at(conta, now)
    return WindowView(opens is None, opens, window.closes_at(conta, now))


def _ends(conta: ContaQuestor, now: datetime, seconds: float) -> datetime | None:
    """Return when so many seconds of open window will have passed."""
    at, left = now, timedelta(seconds=min(seconds, FARTHEST.total_seconds()))
    while at < now + FARTHEST:
        at = window.opens_at(conta, at) or at
        closes = window.closes_at(conta, at)
        if closes is None or at + left <= closes:
            return at + left
        left -= closes - at
        at = closes
    return None
