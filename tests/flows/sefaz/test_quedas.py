"""A process killed at any step of a question: after the next rounds everything is as if it had lived."""

from signal import SIGKILL

import pytest
from support.consultas import Loja, rows
from support.forked import ran
from support.sefaz import EMPRESA

from flows.sefaz import upkeep
from flows.sefaz.pedidos import pedir_chaves
from storage.models.documentos import Documento
from storage.models.sefaz import BuscaSEFAZ, ConsultaSEFAZ, DocumentoDistribuido, LacunaNSU

# The process kills itself at a point of its `at`th question: once its row is written, once its answer is there, in the
# middle of the transaction that stores it, and once that has been committed.
PROGRAM = """
import os, signal, sys
from datetime import datetime
from sqlalchemy import event
from sqlalchemy.orm import Session
from core.clock import FixedClock
from flows.documentos.owners import owner
from flows.sefaz.avulsas import completar_para
from flows.sefaz.consultas import consultar_para
from storage.session import engine

what, point, at, now, cnpj = sys.argv[1:]
at, now = int(at), datetime.fromisoformat(now)
seen = {"asked": 0, "answered": 0, "late": False}
ASKED, ANSWERED = "INSERT INTO sefaz_chamada", "UPDATE sefaz_chamada SET cstat"
LATE = {"paginas": "UPDATE sefaz_serie SET ult_nsu", "lacunas": "UPDATE sefaz_lacuna", "chaves": "UPDATE sefaz_busca"}

def die():
    os.kill(os.getpid(), signal.SIGKILL)

def before(connection, cursor, statement, *_):
    if statement.startswith(ANSWERED):
        seen["answered"] += 1
        if point == "answered" and seen["answered"] == at:
            die()

def after(connection, cursor, statement, *_):
    seen["asked"] += statement.startswith(ASKED)
    if seen["answered"] == at and statement.startswith(LATE[what]):
        seen["late"] = True
        if point == "storing":
            die()

def ended(session):
    # a savepoint ends so, too
    if (point == "asking" and seen["asked"] == at) or (point == "stored" and seen["late"]):
        die()

event.listen(engine(), "before_cursor_execute", before)
event.listen(engine(), "after_cursor_execute", after)
event.listen(Session, "after_commit", ended)
clock = FixedClock(now)
run = consultar_para if what == "paginas" else completar_para
run(owner("ana", cnpj), "nfe", clock, clock.advance)
"""
POINTS = ["asking", "answered", "storing", "stored"]
REST, NOTES, PAGE = 3780.0, 36, 12


def killed(minha: Loja, what: str, point: str, at: int) -> None:
    """Have a process ask and die there; then give back what it held, as a worker's start does."""
    words = (what, point, str(at), minha.lugar.clock.now().isoformat(), EMPRESA)
    assert ran(PROGRAM, *words, knowing=("flows.sefaz.consultas", "flows.sefaz.avulsas")) == -SIGKILL
    assert upkeep.give_back(minha.lugar.clock.now()) == 1


def go_on(minha: Loja) -> None:
    """Let some hours pass, each with its round."""
    for _ in range(4):
        minha.consultar()
        minha.completar()
        minha.passa(REST)


def state(minha: Loja) -> dict[str, object]:
    """Return what there is in the end."""
    return {
        "numbering": (minha.serie.ult_nsu, minha.serie.max_nsu),
        "came": sorted(one.nsu or 0 for one in rows(DocumentoDistribuido)),
        "unread": [one.nsu for one in rows(DocumentoDistribuido) if one.resultado != "novo"],
        "documents": sorted((one.chave, one.situacao, one.completo) for one in rows(Documento)),
        "missing": [(one.proxima, one.ate) for one in rows(LacunaNSU) if one.fechada_em is None],
        "wanted": [one.estado for one in rows(BuscaSEFAZ)],
        "open": [one.id for one in rows(ConsultaSEFAZ) if one.status == "PROCESSANDO"],
    }


def whole(minha: Loja) -> dict[str, object]:
    """Return what there is where nobody died."""
    return {
        "numbering": (NOTES, NOTES),
        "came": list(range(1, NOTES + 1)),
        "unread": [],
        "documents": sorted((chave, "autorizada", False) for chave in minha.server.notas),
        "missing": [],
        "wanted": [],
        "open": [],
    }


@pytest.mark.parametrize("at", [1, 2])
@pytest.mark.parametrize("point", POINTS)
def test_a_page_ends_the_same_wherever_its_process_was_killed(minha: Loja, point: str, at: int) -> None:
    minha.receber(NOTES)
    minha.server.serie(EMPRESA).paginas.extend([PAGE] * 3)
    killed(minha, "paginas", point, at)
    assert len(minha.server.pedidos) == (at - 1 if point == "asking" else at)
    go_on(minha)
    assert state(minha) == whole(minha)
    lost = PAGE if point in ("answered", "storing") else 0
    assert sum(one.encontrados for one in rows(LacunaNSU)) == lost
    assert rows(ConsultaSEFAZ)[0].status == "ERRO"
    assert len(minha.avisos) == sum(one.status == "CONCLUIDA" for one in rows(ConsultaSEFAZ))


@pytest.mark.parametrize("point", POINTS)
def test_a_gap_ends_the_same_wherever_its_process_was_killed(minha: Loja, point: str) -> None:
    minha.receber(NOTES - PAGE)
    minha.consultar()
    minha.passa(REST)
    minha.receber(PAGE)
    minha.server.serie(EMPRESA).distribuir(NOTES - PAGE, minha.lugar.clock.now())
    minha.passa(REST)
    minha.consultar()
    minha.passa(REST)
    killed(minha, "lacunas", point, 3)
    go_on(minha)
    assert state(minha) == whole(minha)
    (gap,) = rows(LacunaNSU)
    assert (gap.encontrados, gap.vazios, gap.desfecho) == (PAGE, 0, "respondida")
    assert "656" not in [one.cstat for one in minha.server.pedidos if one.forma == "consNSU"]


@pytest.mark.parametrize("point", POINTS)
def test_a_key_ends_the_same_wherever_its_process_was_killed(minha: Loja, point: str) -> None:
    minha.receber(2)
    list(pedir_chaves(minha.dono, minha.server.notas, minha.lugar.clock))
    killed(minha, "chaves", point, 2)
    minha.completar()
    assert [one.estado for one in rows(BuscaSEFAZ)] == ["encontrada"] * 2
    assert sorted(one.chave or "" for one in rows(DocumentoDistribuido)) == sorted(minha.server.notas)
    assert minha.chaves == set(minha.server.notas)
    assert (minha.serie.ult_nsu, minha.serie.max_nsu) == (0, 0)
