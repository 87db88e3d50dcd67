"""Fetch the log of one box into a file, holding the box meanwhile."""

import time
from pathlib import Path
from typing import BinaryIO

from claims.holder import new_token
from connectors.sat.client import extrair_logs
from connectors.sat.logs import SECONDS
from connectors.sat.status import SessionRefused
from core import loop
from core.clock import SYSTEM, Clock
from core.errors import Conflict, Misconfigured, Transient, UsageError
from core.settings.core import CoreSettings
from core.settings.sat import BoxSettings
from core.text import bare_word, os_fault
from flows.sat import findings
from flows.sat.boxes import next_session, prepare
from flows.sat.check import BUSY_ELSEWHERE, PATIENCE_SECONDS, POLL_SECONDS
from flows.sat.known_boxes import box_named, configured
from flows.sat.outcome import PARADA, Asked, Verificacao
from flows.sat.parking import parked
from flows.sat.questions import Question, claim, give_back
from flows.sat.rows import recover
from storage.session import transaction

PART = ".parte"


def extrair(nome: str, saida: Path | None = None, clock: Clock = SYSTEM) -> Path:
    """Write the log of a box to a new file and return its path; by default one named after box and time, here.

    Raises `UsageError` when the file exists or cannot be made, else what the box or the way to it said.
    """
    box = box_named(nome)
    if box.heard:
        raise Conflict(f"A caixa {nome!r} é lida por um agente: os logs se extraem na máquina dele.")
    target = saida or Path(_name(nome, clock))
    if target.exists():
        raise Conflict(f"{target} já existe; escolha outro arquivo.", campo="saida")
    prepare()
    recover(clock)
    question = _question(box, clock)
    part = target.with_name(target.name + PART)
    try:
        with part.open("wb") as file:
            _fetch(question, file, clock)
        part.rename(target)
    except OSError as error:
        raise UsageError(f"Não consegui escrever {target}: {os_fault(error)}.") from None
    finally:
        part.unlink(missing_ok=True)
        _release(question, clock)
    return target


def _name(nome: str, clock: Clock) -> str:
    word = "-".join(bare_word(nome).lower().split()) or "caixa"
    return f"logs-{word}-{clock.now().astimezone(CoreSettings.current().zone):%Y%m%d-%H%M%S}.txt"


def _question(box: BoxSettings, clock: Clock) -> Question:
    """Wait until the box is free, and take it."""
    nome, token = box.name, new_token()
    ends = time.monotonic() + box.timeout_seconds + PATIENCE_SECONDS
    while True:
        with transaction() as db:
            found = claim(db, {box.name: box}, 1, token, clock, early=True, work=SECONDS)
        if found:
            return found[0]
        if said := parked([nome]).get(nome):
            raise Misconfigured(f"Caixa {nome}: {said[:1].lower()}{said[1:]}")
        if time.monotonic() >= ends:
            raise Transient(f"Caixa {nome}: {BUSY_ELSEWHERE[:1].lower()}{BUSY_ELSEWHERE[1:]}")
        time.sleep(POLL_SECONDS)


def _fetch(question: Question, file: BinaryIO, clock: Clock) -> None:
    try:
        try:
            _ask(question, question.sessao, file)
        except SessionRefused:
            with transaction() as db:
                another = next_session(db, question.row_id)
            file.seek(0)
            file.truncate()
            _ask(question, another, file)
    except Misconfigured as fault:
        # A wrong activation code parks the box, whichever question it came with.
        with transaction() as db:
            parking = Asked(question, Verificacao(question.box.name, PARADA, str(fault)))
            findings.write(db, [parking], configured(), clock.now())
        raise


def _ask(question: Question, sessao: int, file: BinaryIO) -> None:
    loop.run(extrair_logs(question.box, sessao, file))


def _release(question: Question, clock: Clock) -> None:
    with transaction() as db:
        give_back(db, [question], clock.now())
