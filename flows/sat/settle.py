"""Write what checks found: results, alerts, places that are down, history and events, many boxes in one transaction."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from alerts import Avaliacao, state
from core.clock import Clock
from core.settings.sat import BoxSettings, SatSettings
from flows.sat import history
from flows.sat.boxes import BOXES, FONTE
from flows.sat.configured import configured
from flows.sat.outcome import ERROR_LIMIT, OCUPADA, Asked, BoxRow, outcome
from flows.sat.quiet import closed, quiet, zone_of
from flows.sat.sites import CODIGO, SEVERIDADE, Member, Site, down, judged, shared_labels, sites
from flows.sat.turns import Turn
from storage.models import Alerta, Caixa
from storage.session import transaction

COUNTED = ("parada", "resultado", "verificada_em", "falhas_seguidas", "falhando_desde")
COLUMNS = tuple(getattr(Caixa, one.name) for one in fields(BoxRow))
CONSELHO = "Verifique a energia, o cabo e a rede do equipamento e do computador ao qual está ligado."


@dataclass(frozen=True)
class _Scene:
    """Everything that one settlement decides by; all its rows are locked."""

    now: datetime
    rows: Mapping[str, BoxRow]
    alertas: Mapping[str, dict[str, Alerta]]
    places: Sequence[Site]


def settle(asked: Sequence[Asked], clock: Clock) -> None:
    """Write what these checks found; a box whose lease was lost meanwhile is left to who holds it now."""
    now, boxes = clock.now(), configured()
    names = {one.turn.box.name for one in asked}
    touched = [place for place in sites(boxes.values()) if not names.isdisjoint(box.name for box in place.caixas)]
    around = names.union(*((box.name for box in place.caixas) for place in touched))
    with transaction() as db:
        rows = _locked(db, around)
        known = state.locked(db, FONTE, names.union(place.objeto for place in touched))
        mine = [one for one in asked if _holds(rows.get(one.turn.box.name), one.turn)]
        scene = _Scene(now, rows, known, touched)
        _write_rows(db, mine, scene)
        fallen = _tell_places(db, scene, mine)
        _tell_boxes(db, mine, scene, fallen)


def _locked(db: Session, names: Collection[str]) -> dict[str, BoxRow]:
    # Everybody locks in the order of the numbers, so that nobody waits in a circle.
    query = select(*COLUMNS).where(Caixa.nome.in_(names)).order_by(Caixa.id).with_for_update()
    return {row.nome: BoxRow(**row._mapping) for row in db.execute(query)}


def _holds(row: BoxRow | None, turn: Turn) -> bool:
    return row is not None and row.lease_token == turn.token


def _write_rows(db: Session, mine: Sequence[Asked], scene: _Scene) -> None:
    """Let go of the boxes with their results; the rows in memory say the same as those of the database."""
    by_token: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    answers = []
    for one in mine:
        row = scene.rows[one.turn.box.name]
        written = outcome(row, one, scene.now)
        by_token[one.turn.token].append(written)
        for name in COUNTED:
            setattr(row, name, written[name])
        if one.resposta is not None:
            answers.append({"id": row.id, "resposta": one.resposta.atributos.verbatim})
    for token, outcomes in by_token.items():
        BOXES.settle(db, token, outcomes)
    if answers:
        db.execute(update(Caixa), answers)


def _tell_places(db: Session, scene: _Scene, mine: Sequence[Asked]) -> set[str]:
    """Open and close the alerts of the places; return the boxes whose own failing needs no telling."""
    covered: set[str] = set()
    for place in scene.places:
        members = {box.name: member for box in place.caixas if (member := _member(box, scene))}
        fallen = down(list(members.values()))
        if fallen is None:
            # its boxes are closed or quiet: what was told of it stays as it is
            covered.update(box.name for box in place.caixas if CODIGO in scene.alertas[place.objeto])
            continue
        since = min((one.falhando_desde for one in members.values() if one.falhando_desde), default=scene.now)
        verdict = judged(place, ativo=fallen, since=since, zone=zone_of(place.caixas[0]))
        changes = state.apply(
            *(db, FONTE, place.objeto, [verdict], scene.now),
            rotulos=shared_labels(place.caixas),
            calado=partial(_told_wider, covered.issuperset(members)),
            known=scene.alertas[place.objeto],
        )
        if mine:
            mine[0].found.eventos += changes.eventos
        if fallen:
            covered.update(box.name for box in place.caixas)
    return covered


def _member(box: BoxSettings, scene: _Scene) -> Member | None:
    """Return a box as a witness of its place; one that is off, parked, closed or quiet is none."""
    row = scene.rows.get(box.name)
    if row is None or not row.ativo or row.parada:
        return None
    if closed(box, scene.now) or quiet(box, row.silenciada_ate, scene.now):
        return None
    limit = SatSettings.current().thresholds_of(box).unreachable_times
    return Member(row.falhas_seguidas, row.falhando_desde, row.verificada_em, limit)


def _tell_boxes(db: Session, mine: Sequence[Asked], scene: _Scene, fallen: Collection[str]) -> None:
    seen = {}
    for one in mine:
        box, row = one.turn.box, scene.rows[one.turn.box.name]
        if not row.ativo:
            # it left while it was asked, and its alerts were closed
            continue
        silent = quiet(box, row.silenciada_ate, scene.now)
        away = box.name in fallen or closed(box, scene.now)
        changes = state.apply(
            *(db, FONTE, box.name, [*one.found.avaliacoes, _reach(row, one)], scene.now),
            rotulos=shared_labels([box]),
            calado=partial(_unheard, silent, away),
            known=scene.alertas[box.name],
        )
        one.found.eventos += changes.eventos
        state_of_operation = one.resposta.ESTADO_OPERACAO if one.resposta else None
        looks = history.look(one.found.resultado, state_of_operation, changes.ativos)
        seen[row.id] = history.Seen(looks, one.found.erro and one.found.erro[:ERROR_LIMIT])
    history.write(db, seen, scene.now)


def _told_wider(covered: bool, _codigo: str) -> bool:
    """Tell whether a wider place already says that this one is down."""
    return covered


def _unheard(silent: bool, away: bool, codigo: str) -> bool:
    """Tell whether a condition of a box is not told: the box is silent, or its place says it for all, or is closed."""
    return silent or (away and codigo == CODIGO)


def _reach(row: BoxRow, one: Asked) -> Avaliacao:
    """Judge whether the box can be reached; while it is only busy, or its shop closed, nothing is known."""
    limit = one.turn.contexto.limites.unreachable_times if one.turn.contexto.limites else 1
    since = row.falhando_desde
    quando = f" desde {since.astimezone(one.turn.contexto.fuso):%d/%m/%Y %H:%M}" if since else ""
    mensagem = f"Sem resposta utilizável{quando}. {one.found.erro or ''} {CONSELHO}"
    if row.parada:
        mensagem = f"A caixa não é mais consultada{quando}: {one.found.erro or ''} Corrija sat.boxes."
    unknown = "nada se sabe" if one.found.resultado == OCUPADA else None
    return Avaliacao(
        CODIGO, SEVERIDADE, row.falhas_seguidas >= limit, mensagem, {"falhas": row.falhas_seguidas}, unknown
    )
