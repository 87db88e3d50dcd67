"""Write what checks found: results, alerts, shops that are down, history and events, many boxes in one transaction."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts import state
from alerts.judgement import Judgement
from alerts.sat import FONTE, inalcancavel, ocupada
from alerts.sat.inalcancavel import CODIGO, Failures, Witness
from core.settings.sat import BoxSettings, SatSettings
from flows.sat import history
from flows.sat.outcome import ERROR_LIMIT, OCUPADA, Asked, Standing, outcome
from flows.sat.questions import free_addresses
from flows.sat.rows import BOXES
from flows.sat.shops import Shop, labels, shops
from flows.sat.silences import closed, silenced, zone_of
from storage.models.sat import Caixa

COLUMNS = tuple(getattr(Caixa, one.name) for one in fields(Standing))
Events = dict[str, list[str]]


@dataclass(frozen=True)
class _Scene:
    """Everything that one settlement decides by, as it is after it; all its rows are locked."""

    now: datetime
    rows: Mapping[str, Standing]
    alertas: state.Open
    shops: Sequence[Shop]


def write(db: Session, asked: Sequence[Asked], boxes: Mapping[str, BoxSettings], now: datetime) -> Events:
    """Write what these checks found, of all the boxes there are; return the events that each caused, by its name.

    A box whose lease was lost meanwhile is left to who holds it now.
    """
    names = {one.question.box.name for one in asked}
    rows, touched = locked(db, names, boxes)
    known = state.locked(db, FONTE, names.union(shop.loja.objeto for shop in touched))
    mine, rows = _write_rows(db, asked, rows, now)
    free_addresses(db, [one.question for one in asked], now)
    return _tell(db, mine, _Scene(now, rows, known, touched))


def locked(
    db: Session, names: Collection[str], boxes: Mapping[str, BoxSettings]
) -> tuple[dict[str, Standing], Sequence[Shop]]:
    """Lock the rows of these boxes and of all in their shops; return them by name, and the shops that have several."""
    touched = [shop for shop in shops(boxes.values()) if any(box.name in names for box in shop.caixas)]
    around = {*names, *(box.name for shop in touched for box in shop.caixas)}
    # Everybody locks in the order of the numbers, so that nobody waits in a circle.
    query = select(*COLUMNS).where(Caixa.nome.in_(around)).order_by(Caixa.id).with_for_update()
    return {row.nome: Standing(*row) for row in db.execute(query)}, touched


def _write_rows(
    db: Session, asked: Sequence[Asked], rows: Mapping[str, Standing], now: datetime
) -> tuple[list[Asked], dict[str, Standing]]:
    """Let go of the boxes with their results; return the checks whose box was still held, and the rows as they are."""
    written = {one.question.box.name: outcome(rows[one.question.box.name], one, now) for one in asked}
    held: set[int] = set()
    for token in {one.question.token for one in asked}:
        outcomes = [written[one.question.box.name] for one in asked if one.question.token == token]
        held |= BOXES.on(db).settle(token, outcomes)
    changed = {nome: rows[nome].after(one) for nome, one in written.items() if one.id in held}
    return [one for one in asked if one.question.row_id in held], {**rows, **changed}


def _tell(db: Session, mine: Sequence[Asked], scene: _Scene) -> Events:
    """Open and close the alerts of the boxes and of their shops, and write the history of what changed."""
    lojas, covered = _judged_shops(scene)
    # one that left while it was asked is judged no more, and its alerts were closed
    watched = [one for one in mine if scene.rows[one.question.box.name].ativo]
    boxes = [judgement for one in watched for judgement in _judged(one, scene, covered)]
    changes = state.apply(db, FONTE, [*lojas, *boxes], scene.now, known=scene.alertas)
    events = {nome: change.eventos for nome, change in changes.items()}
    history.write(db, {scene.rows[one.question.box.name].id: _checked(one, changes) for one in watched}, scene.now)
    return events


def _judged_shops(scene: _Scene) -> tuple[list[Judgement], set[str]]:
    """Judge the shops; return the judgements, and the boxes whose own failing needs no telling."""
    found: list[Judgement] = []
    covered: set[str] = set()
    for shop in scene.shops:
        objeto = shop.loja.objeto
        members = [witness for box in shop.caixas if (witness := _witness(box, scene))]
        fallen = inalcancavel.loja_is_down(members)
        if fallen is not None:
            since = min((one.falhando_desde for one in members if one.falhando_desde), default=scene.now)
            rotulos, zone = labels(shop.caixas, objeto), zone_of(shop.caixas[0])
            found.append(inalcancavel.of_loja(shop.loja, ativo=fallen, since=since, zone=zone, rotulos=rotulos))
        # where its boxes are closed or silent, what was told of it stays as it is
        if fallen or (fallen is None and CODIGO in scene.alertas.get(objeto, {})):
            covered.update(box.name for box in shop.caixas)
    return found, covered


def _witness(box: BoxSettings, scene: _Scene) -> Witness | None:
    """Return a box as a witness of its shop; one that is off, parked, closed or silent is none."""
    row = scene.rows.get(box.name)
    if row is None or not row.ativo or row.parada:
        return None
    if closed(box, scene.now) or silenced(box, row.silenciada_ate, scene.now):
        return None
    limit = SatSettings.current().thresholds_of(box).unreachable_times
    return Witness(row.falhas_seguidas, row.falhando_desde, row.verificada_em, limit)


def _judged(one: Asked, scene: _Scene, covered: Collection[str]) -> Iterator[Judgement]:
    """Judge one box: what its answer says, and whether it can be reached.

    A silent box announces nothing. That it cannot be reached is not announced where its whole shop is down or closed.
    """
    box, row = one.question.box, scene.rows[one.question.box.name]
    silent, rotulos = silenced(box, row.silenciada_ate, scene.now), labels([box], box.name)
    for judged in one.found.avaliacoes:
        yield judged.of(box.name, rotulos, calado=silent)
    away = not row.parada and (box.name in covered or closed(box, scene.now))
    contexto = replace(one.question.contexto, agora=scene.now)
    yield inalcancavel.of_box(box, _checks(row, one), contexto, rotulos, calado=silent or away)
    yield ocupada.of_box(box, row.ocupada_desde, contexto, rotulos, calado=silent)


def _checks(row: Standing, one: Asked) -> Failures:
    unknown = "nada se sabe" if one.found.resultado == OCUPADA else None
    return Failures(row.falhas_seguidas, row.falhando_desde, one.found.erro, row.parada, unknown)


def _checked(one: Asked, changes: Mapping[str, state.Changes]) -> history.Checked:
    estado = one.resposta.ESTADO_OPERACAO if one.resposta else None
    look = history.look(one.found.resultado, estado, changes[one.question.box.name].ativos)
    return history.Checked(look, one.found.erro and one.found.erro[:ERROR_LIMIT])
