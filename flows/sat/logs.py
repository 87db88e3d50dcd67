"""Fetch the log of one box into a file, while nobody else asks the box."""

import time
from pathlib import Path
from typing import BinaryIO

from connectors.sat.client import extrair_logs
from connectors.sat.logs import SECONDS
from connectors.sat.status import SessionRefused
from core import loop
from core.clock import SYSTEM, Clock
from core.errors import Conflict, Misconfigured, Transient, UsageError
from core.settings.core import CoreSettings
from core.text import bare_word, os_fault
from flows.sat.boxes import BOXES, next_session, prepare
from flows.sat.check import BUSY_ELSEWHERE, POLL_SECONDS
from flows.sat.configured import box_named
from flows.sat.outcome import PARADA, Asked, Verificacao
from flows.sat.parking import parked
from flows.sat.settle import settle
from flows.sat.turns import MARGIN_SECONDS, Turn, asked_for
from storage.recovery import recover
from storage.session import transaction

PART = ".parte"


def extrair(nome: str, saida: Path | None = None, clock: Clock = SYSTEM) -> Path:
    """Write the log of a box to a new file and return its path; by default one named after box and time, here.

    Raises `UsageError` when the file exists or cannot be made, else what the box or the way to it said.
    """
    box = box_named(nome)
    target = saida or Path(_name(nome, clock))
    if target.exists():
        raise Conflict(f"{target} já existe; escolha outro arquivo.", campo="saida")
    prepare()
    recover((BOXES,), clock)
    turn = _turn(nome, box.timeout_seconds + MARGIN_SECONDS, clock)
    part = target.with_name(target.name + PART)
    try:
        with part.open("wb") as file:
            _fetch(turn, file, clock)
        part.rename(target)
    except OSError as error:
        raise UsageError(f"Não consegui escrever {target}: {os_fault(error)}.") from None
    finally:
        part.unlink(missing_ok=True)
        _release(turn, clock)
    return target


def _name(nome: str, clock: Clock) -> str:
    word = "-".join(bare_word(nome).lower().split()) or "caixa"
    return f"logs-{word}-{clock.now().astimezone(CoreSettings.current().zone):%Y%m%d-%H%M%S}.txt"


def _turn(nome: str, patience: float, clock: Clock) -> Turn:
    """Wait until nobody asks the box, and take it."""
    ends = time.monotonic() + patience
    while not (turns := asked_for([nome], 1, clock, seconds=SECONDS)):
        if said := parked([nome]).get(nome):
            raise Misconfigured(f"Caixa {nome}: {said[:1].lower()}{said[1:]}")
        if time.monotonic() >= ends:
            raise Transient(f"Caixa {nome}: {BUSY_ELSEWHERE[:1].lower()}{BUSY_ELSEWHERE[1:]}")
        time.sleep(POLL_SECONDS)
    return turns[0]


def _fetch(turn: Turn, file: BinaryIO, clock: Clock) -> None:
    try:
        try:
            _asked(turn, turn.sessao, file)
        except SessionRefused:
            with transaction() as db:
                another = next_session(db, turn.row_id)
            file.seek(0)
            file.truncate()
            _asked(turn, another, file)
    except Misconfigured as fault:
        # A wrong activation code parks the box, whichever question it came with.
        settle([Asked(turn, Verificacao(turn.box.name, PARADA, str(fault)))], clock)
        raise


def _asked(turn: Turn, sessao: int, file: BinaryIO) -> None:
    loop.run(extrair_logs(turn.box, sessao, file))


def _release(turn: Turn, clock: Clock) -> None:
    with transaction() as db:
        BOXES.release(db, turn.token, clock.now())
