"""Take what agents read of boxes that cannot be asked from here; each reading is judged as one of our own.

A reading tells how long ago it was made, as the clock of its machine may be wrong: its instant is by ours. One that
comes so late that it says nothing of now goes into the history alone.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from alerts.sat.registry import avaliar
from alerts.sat.shape import Contexto
from claims.holder import new_token
from connectors.sat.client import entender, told
from connectors.sat.status import Busy, StatusOperacional
from core.caller import Caller
from core.clock import SYSTEM, Clock
from core.errors import Conflict, Misconfigured, PlatformError, Rejected, Transient
from core.settings.sat import BoxSettings
from core.text import storable
from flows.sat import findings, history
from flows.sat.boxes import prepare
from flows.sat.context import contexts
from flows.sat.known_boxes import box_named, configured
from flows.sat.outcome import (
    ERROR_LIMIT,
    INALCANCAVEL,
    OCUPADA,
    PARADA,
    RECUSADO,
    Asked,
    Standing,
    Verificacao,
    result_of,
)
from flows.sat.questions import claim
from flows.sat.rows import ADDRESSES, BOXES
from storage.models.sat import Caixa, SatEndereco
from storage.session import reading, transaction

APLICADA, ATRASADA, ANTIGA, REPETIDA, RECUSADA = "aplicada", "atrasada", "antiga", "repetida", "recusada"
# What an agent says that came of a question without an answer, and the fault that it was.
FAULTS: dict[str, type[PlatformError]] = {
    INALCANCAVEL: Transient,
    OCUPADA: Busy,
    PARADA: Misconfigured,
    RECUSADO: Rejected,
}
NEITHER = "Diga linha, ou resultado e erro."


@dataclass(frozen=True)
class Leitura:
    """What an agent read: the wire line, and the session number it has to repeat; or what came of a question without.

    `leitura` is the agent's name for it, the same however often it is sent.
    """

    ha_segundos: float
    leitura: str | None = None
    linha: str | None = None
    sessao: int | None = None
    resultado: str | None = None
    erro: str | None = None

    @property
    def name(self) -> str:
        """What tells it from others: the agent's name for it, else its line, which has a session and an instant."""
        return self.leitura or hashlib.sha256(f"{self.linha}{self.erro}".encode()).hexdigest()


@dataclass(frozen=True)
class Recebida:
    """What became of a reading: aplicada, atrasada (into the history alone), antiga, repetida, or recusada."""

    leitura: str
    situacao: str
    resultado: str | None = None
    alertas: tuple[str, ...] = ()
    motivo: str | None = None


@dataclass(frozen=True)
class _Judged:
    """A reading of a box as it was judged, by how things were when it was made."""

    box: BoxSettings
    name: str
    at: datetime
    now: datetime
    contexto: Contexto
    found: Verificacao
    resposta: StatusOperacional | None

    @property
    def late(self) -> bool:
        """Whether it says nothing of now."""
        return self.at < self.now - timedelta(seconds=self.box.awaited_seconds)


def receber(
    nome: str, leituras: Sequence[Leitura], usuario: str, caller: Caller, clock: Clock = SYSTEM
) -> list[Recebida]:
    """Take readings of a box from the user whose agent reads it; each costs only itself.

    Raises:
        NotFound: there is no such box, or the caller may not know.
        Conflict: no agent reads it, or one of another user.
    """
    box = _box(nome, usuario, caller)
    prepare(clock)
    # the oldest first: each is judged by what was known before it
    turns = sorted(range(len(leituras)), key=lambda number: -leituras[number].ha_segundos)
    taken = {number: _received(box, leituras[number], clock) for number in turns}
    return [taken[number] for number in range(len(leituras))]


def _box(nome: str, usuario: str, caller: Caller) -> BoxSettings:
    box = configured().get(nome)
    if box is None or box.usuario != usuario:
        box = box_named(nome, caller)
    if not box.heard:
        raise Conflict(f"A caixa {nome!r} não é lida por um agente.")
    if box.usuario != usuario:
        raise Conflict(f"A caixa {nome!r} só se lê com o token de {box.usuario}.")
    return box


def _received(box: BoxSettings, one: Leitura, clock: Clock) -> Recebida:
    if (one.linha is None) == (one.erro is None) or (one.erro is not None and one.resultado not in FAULTS):
        return Recebida(one.name, RECUSADA, motivo=NEITHER)
    judged = _judge(box, one, clock)
    with transaction() as db:
        boxes = configured()
        rows, _ = findings.locked(db, [box.name], boxes)
        row = rows[box.name]
        if row.leitura == judged.name:
            return Recebida(judged.name, REPETIDA, row.resultado)
        # a time to come is that of a clock that was put back since
        if row.lida_em and judged.at <= row.lida_em <= judged.now:
            return Recebida(judged.name, ANTIGA, row.resultado)
        if judged.late:
            _remember(db, row, judged)
        else:
            _apply(db, judged, boxes, clock)
        newest = update(Caixa).where(Caixa.id == row.id).values(leitura=judged.name, lida_em=judged.at)
        db.execute(newest)
    codes = tuple(active.codigo for active in judged.found.ativos)
    return Recebida(judged.name, ATRASADA if judged.late else APLICADA, judged.found.resultado, codes)


def _judge(box: BoxSettings, one: Leitura, clock: Clock) -> _Judged:
    now = clock.now()
    at = now - timedelta(seconds=one.ha_segundos)
    with reading() as db:
        contexto = replace(contexts(db, [box], clock)[box.name], agora=at)
    try:
        resposta = _answer(box, one)
    except PlatformError as fault:
        found = Verificacao(box.name, result_of(fault), str(fault))
        return _Judged(box, one.name, at, now, contexto, found, None)
    found = Verificacao(box.name, avaliacoes=avaliar(resposta, contexto))
    return _Judged(box, one.name, at, now, contexto, found, resposta)


def _answer(box: BoxSettings, one: Leitura) -> StatusOperacional:
    """Return the status that was read; raise what the agent says went wrong."""
    if one.linha is not None:
        return entender(box, one.linha, one.sessao)
    said = one.erro if one.erro and one.erro.strip() and storable(one.erro) else "o agente não disse o motivo."
    raise told(box, FAULTS[one.resultado or INALCANCAVEL](said[:ERROR_LIMIT]))


def _remember(db: Session, row: Standing, judged: _Judged) -> None:
    """Write down that a box was so, where it was not so before."""
    before = history.latest(db, [row.id], judged.at).get(row.id)
    known = before.alertas.split(",") if before and before.alertas else []
    codes = [one.codigo for one in judged.found.ativos] if judged.resposta else known
    estado = judged.resposta.ESTADO_OPERACAO if judged.resposta else None
    erro = judged.found.erro and judged.found.erro[:ERROR_LIMIT]
    checked = history.Checked(history.look(judged.found.resultado, estado, codes), erro)
    history.write(db, {row.id: checked}, judged.at)


def _apply(db: Session, judged: _Judged, boxes: dict[str, BoxSettings], clock: Clock) -> None:
    """Write it as a check of our own: the box is taken from whoever noted that nothing came, and awaited again."""
    box, now = judged.box, judged.now
    BOXES.take_away(db, Caixa.nome == box.name, due_at=now, parada=False)
    ADDRESSES.take_away(db, SatEndereco.endereco == box.address, due_at=now)
    for question in claim(db, {box.name: box}, 1, new_token(), clock, early=True):
        asked = Asked(replace(question, contexto=judged.contexto), judged.found, judged.resposta)
        findings.write(db, [asked], boxes, now)
    BOXES.owe(db, now + timedelta(seconds=box.awaited_seconds), Caixa.nome == box.name)
