"""Boxes as people see them: pages of them, their history, and what is watched. They are the operator's."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import false, select, tuple_
from sqlalchemy.orm import Session

from alerts.sat import FONTE
from core.caller import OPERATOR, Caller
from core.errors import NotFound
from core.page import LARGEST, SIZE, Counted, Page
from core.settings.sat import BoxSettings, same_equipment
from flows.documentos.listagem import PRIMEIRA, Pagina, newest, sliced
from flows.documentos.listagem import page as numbered
from flows.sat.known_boxes import box_named, known, merged
from storage.models.alertas import Alerta
from storage.models.base import CONTA_PADRAO
from storage.models.sat import Caixa, CaixaHistorico
from storage.pages import LARGEST_KEY, page
from storage.session import reading

# Not asked, because another box of another name is the same equipment.
UNIDA = "unida"


@dataclass(frozen=True)
class BoxView:
    """A box of the settings or of the database, its last result (`unida`: another one is the same), its open alerts."""

    nome: str
    tipo: str
    endereco: str
    numero_caixa: int
    loja: str | None
    uf: str | None
    grupo: str | None
    resultado: str | None
    verificada_em: datetime | None
    erro: str | None
    ocupada_desde: datetime | None
    silenciada_ate: datetime | None
    alertas: tuple[str, ...]


@dataclass(frozen=True)
class BoxDetail:
    """One box with what it last answered, as it answered."""

    caixa: BoxView
    resposta: str | None


@dataclass(frozen=True)
class ChangeView:
    """A box became otherwise: its result, its state of operation or its alerts."""

    id: int
    em: datetime
    resultado: str
    estado_operacao: int | None
    alertas: tuple[str, ...]
    erro: str | None


@dataclass(frozen=True)
class WatchedBox:
    """A box that is watched now, even if it is not in this process's settings."""

    nome: str
    resultado: str | None
    verificada_em: datetime | None
    alertas: tuple[str, ...]


@dataclass(frozen=True)
class OpenAlert:
    """An alert of a box, or of the place of several."""

    caixa: str
    codigo: str
    severidade: str
    mensagem: str


def boxes(
    rotulos: Mapping[str, str] | None = None,
    *,
    depois: str | None = None,
    limite: int = SIZE,
    caller: Caller = OPERATOR,
) -> Page[BoxView]:
    """Return a page of boxes by name, those with these labels (loja, uf, grupo) if asked."""
    meant = [box for box in _meant(rotulos or {}, caller) if depois is None or box.name > depois]
    some = meant[: max(1, min(limite, LARGEST))]
    return Page(_shown(some), some[-1].name if len(meant) > len(some) else None)


def pagina(
    rotulos: Mapping[str, str] | None = None, pagina: Pagina = PRIMEIRA, caller: Caller = OPERATOR
) -> Counted[BoxView]:
    """Return a page of the same, by its number."""
    some = sliced(_meant(rotulos or {}, caller), pagina)
    return Counted(_shown(some.itens), some.depois, some.count)


def box(nome: str, caller: Caller = OPERATOR) -> BoxDetail:
    """Return one box, also one that is not asked; raise `NotFound` when there is none."""
    _known(nome, caller)
    with reading() as db:
        row = _rows(db, [nome]).get(nome)
    return BoxDetail(_shown([known()[nome]])[0], row.resposta if row else None)


def history(nome: str, *, depois: int | None = None, limite: int = SIZE, caller: Caller = OPERATOR) -> Page[ChangeView]:
    """Return a page of the changes of a box, the newest first; raise `NotFound` when there is no such box."""
    box_named(nome, caller)
    # an agent tells late what was earlier, so the numbers do not follow the instants
    place = tuple_(CaixaHistorico.em, CaixaHistorico.id)
    query = select(CaixaHistorico.id, CaixaHistorico).join(Caixa, Caixa.id == CaixaHistorico.caixa_id)
    query = query.where(Caixa.nome == nome).order_by(CaixaHistorico.em.desc(), CaixaHistorico.id.desc())
    with reading() as db:
        if depois is not None:
            last = db.get(CaixaHistorico, depois) if abs(depois) <= LARGEST_KEY else None
            query = query.where(place < (last.em, last.id) if last else false())
        return page(db, query, limite).map(lambda row: _change(row[1]))


def mudancas(nome: str, pagina: Pagina = PRIMEIRA, caller: Caller = OPERATOR) -> Counted[ChangeView]:
    """Return a page of the same, by its number, also of a box that is not asked."""
    _known(nome, caller)
    one = CaixaHistorico
    query = select(one.id, one).join(Caixa, Caixa.id == one.caixa_id).where(Caixa.nome == nome)
    with reading() as db:
        found = numbered(db, query, newest(pagina.ordering, "em", one.em, one.id), pagina)
        return found.map(lambda row: _change(row[1]))


def watched() -> tuple[tuple[WatchedBox, ...], tuple[OpenAlert, ...]]:
    """Return the boxes that are watched and the open alerts, as the rows have them."""
    with reading() as db:
        query = select(Alerta).where(Alerta.fonte == FONTE, Alerta.resolvido_em.is_(None)).order_by(Alerta.id)
        alerts = db.scalars(query).all()
        rows = db.scalars(select(Caixa).where(Caixa.ativo).order_by(Caixa.nome)).all()
    codes: defaultdict[str, list[str]] = defaultdict(list)
    for one in alerts:
        codes[one.objeto].append(one.codigo)
    return (
        tuple(WatchedBox(row.nome, row.resultado, row.verificada_em, tuple(codes[row.nome])) for row in rows),
        tuple(OpenAlert(one.objeto, one.codigo, one.severidade, one.mensagem) for one in alerts),
    )


def _known(nome: str, caller: Caller) -> None:
    if not caller.is_operator or nome not in known():
        raise NotFound(f"Caixa desconhecida: {nome!r}.", veja="caixas")


def _meant(rotulos: Mapping[str, str], caller: Caller) -> list[BoxSettings]:
    every = sorted(known().items()) if caller.is_operator else []
    return [box for _, box in every if all(getattr(box, label) == value for label, value in rotulos.items())]


def _shown(some: Sequence[BoxSettings]) -> tuple[BoxView, ...]:
    same = merged()
    with reading() as db:
        rows, opened = _rows(db, [box.name for box in some]), _opened(db)
    return tuple(_view(box, rows.get(box.name), opened[box.name], same.get(box.name)) for box in some)


def _rows(db: Session, names: Collection[str]) -> dict[str, Caixa]:
    query = select(Caixa).where(Caixa.conta == CONTA_PADRAO, Caixa.nome.in_(names))
    return {row.nome: row for row in db.scalars(query)}


def _opened(db: Session) -> defaultdict[str, list[str]]:
    """Return the codes of the open alerts by object; there are few, so they are not looked for box by box."""
    opened: defaultdict[str, list[str]] = defaultdict(list)
    query = select(Alerta.objeto, Alerta.codigo).where(Alerta.fonte == FONTE, Alerta.resolvido_em.is_(None))
    for objeto, codigo in db.execute(query.order_by(Alerta.id)):
        opened[objeto].append(codigo)
    return opened


def _view(box: BoxSettings, row: Caixa | None, alertas: Collection[str], same: BoxSettings | None) -> BoxView:
    last = row if row and not same else Caixa()
    return BoxView(
        nome=box.name,
        tipo=box.kind,
        endereco=box.address,
        numero_caixa=box.numero_caixa,
        loja=box.loja,
        uf=box.uf,
        grupo=box.grupo,
        resultado=UNIDA if same else last.resultado,
        verificada_em=last.verificada_em,
        erro=same_equipment(same) if same else last.erro,
        ocupada_desde=last.ocupada_desde,
        silenciada_ate=last.silenciada_ate,
        alertas=tuple(alertas),
    )


def _change(row: CaixaHistorico) -> ChangeView:
    codes = tuple(row.alertas.split(",")) if row.alertas else ()
    return ChangeView(row.id, row.em, row.resultado, row.estado_operacao, codes, row.erro)
