"""A process that dies at any step of a page: the numbering goes on, and every document is here or noted as missing."""

import subprocess
import sys

import pytest
from support.consultas import Loja, rows
from support.sefaz import EMPRESA

from flows.sefaz import upkeep
from storage.models.sefaz import ConsultaSEFAZ

# A statement of the second page's transaction, or its end, after which the process is gone.
PROGRAM = """
import os, sys
from datetime import datetime, timedelta
from sqlalchemy import event
from sqlalchemy.orm import Session
from core.clock import FixedClock
from flows.sefaz.consultas import consultar
from storage.session import engine
point, now, cnpj = sys.argv[1], datetime.fromisoformat(sys.argv[2]), sys.argv[3]
seen = {"page": 0, "written": False}
MARKS = {"before": "UPDATE sefaz_chamada SET cstat", "between": "UPDATE sefaz_serie SET ult_nsu"}
def die(*_):
    os._exit(77)
def look(connection, cursor, statement, *_):
    if statement.startswith(MARKS["before"]):
        seen["page"] += 1
    seen["written"] = seen["page"] == 2 and statement.startswith(MARKS["between"]) or seen["written"]
    if seen["page"] == 2 and point in MARKS and statement.startswith(MARKS[point]):
        die()
def ended(session):
    if point == "after" and seen["written"]:
        die()
event.listen(engine(), "after_cursor_execute", look)
event.listen(Session, "after_commit", ended)
clock = FixedClock(now)
consultar(cnpj, "nfe", "ana", clock, clock.advance)
"""


@pytest.mark.parametrize("point", ["before", "between", "after"])
def test_a_death_loses_nothing(minha: Loja, point: str) -> None:
    minha.receber(130)
    command = [sys.executable, "-c", PROGRAM, point, minha.lugar.clock.now().isoformat(), EMPRESA]
    assert subprocess.run(command, check=False).returncode == 77
    assert len(minha.server.pedidos) == 2
    assert upkeep.give_back(minha.lugar.clock.now()) == 1
    minha.consultar()
    minha.passa(3780)
    minha.consultar()
    missing = {nsu for de, ate, _ in minha.lacunas for nsu in range(de, ate + 1)}
    stored = {nsu for nsu in minha.nsus if nsu is not None}
    assert (minha.serie.ult_nsu, stored | missing, stored & missing) == (130, set(range(1, 131)), set())
    assert missing == (set() if point == "after" else set(range(51, 101)))
    assert len(minha.chaves) == len(stored)
    states = [one.status for one in rows(ConsultaSEFAZ)]
    assert states[0] == "ERRO"
    assert states.count("CONCLUIDA") == len(minha.avisos) == (2 if point == "after" else 1)
