"""An import that is left to the workers is a row: done by one process, once, whatever becomes of its message."""

import zlib
from datetime import timedelta
from signal import SIGKILL

import pytest
from sqlalchemy import delete, update
from support.consultas import Loja, rows
from support.forked import ran

from core import stopping
from core.caller import Caller
from core.clock import FixedClock
from core.documentos.leitor import ler_documentos
from core.errors import NotFound
from flows.documentos.entries import Entrada
from flows.documentos.owners import owner
from flows.documentos.storing import store
from flows.empresas.managing import criar
from flows.sefaz import upkeep
from flows.sefaz.importacoes_pedidas import AGAIN, SECONDS, devidas, importar, importar_devidas, pedir
from flows.sefaz.views import consultas
from flows.usuarios import managing as usuarios
from flows.usuarios.finding import caller_of
from sandbox.sefaz import Nota
from storage.models.documentos import XmlGuardado
from storage.models.sefaz import ConsultaSEFAZ, DocumentoDistribuido, ImportacaoPedida
from storage.session import transaction

NOTES = 2


@pytest.fixture
def ana(minha: Loja) -> Caller:
    return caller_of("ana")


@pytest.fixture
def numero(minha: Loja) -> int:
    """A consultation that brought summaries."""
    minha.receber(NOTES)
    minha.consultar()
    return rows(ConsultaSEFAZ)[-1].id


def have(minha: Loja, ana: Caller) -> None:
    """Let another company of the same user have the notes whole."""
    notes: list[Nota] = list(minha.server.notas.values())
    for cnpj in {one.emitente.documento for one in notes}:
        criar(cnpj, replacing=True, caller=ana)
    with transaction() as db:
        for one in notes:
            who = owner("ana", one.emitente.documento)
            store(db, [Entrada(part, None, who.usuario_id, who.empresa_id) for part in ler_documentos(one.feita.xml)])


def pending(numero: int) -> int:
    return consultas.mostrar(numero).estatisticas.pendentes


def test_what_is_asked_for_is_done_once_and_forgotten(minha: Loja, ana: Caller, numero: int) -> None:
    clock = minha.lugar.clock
    have(minha, ana)
    assert [pedir(numero, ana, clock) for _ in range(2)] == [NOTES, NOTES]
    assert devidas(clock=clock) == [numero]
    assert [one.importado for one in importar(numero, clock)] == [True] * NOTES
    assert (pending(numero), devidas(clock=clock), rows(ImportacaoPedida)) == (0, [], [])
    assert list(importar(numero, clock)) == []
    assert pedir(numero, ana, clock) == 0
    assert rows(ImportacaoPedida) == []


def test_what_was_asked_for_while_a_clock_was_ahead_is_owed(minha: Loja, ana: Caller, numero: int) -> None:
    pedir(numero, ana, FixedClock(minha.lugar.clock.now() + timedelta(days=1500)))
    assert devidas(clock=minha.lugar.clock) == [numero]


def test_what_still_cannot_be_imported_is_not_tried_for_ever(minha: Loja, ana: Caller, numero: int) -> None:
    pedir(numero, ana, minha.lugar.clock)
    assert [one.importado for one in importar(numero, minha.lugar.clock)] == [False] * NOTES
    assert rows(ImportacaoPedida) == []


def test_what_is_another_user_s_cannot_be_asked_for(minha: Loja, numero: int) -> None:
    usuarios.criar("bia")
    for caller, number in ((caller_of("bia"), numero), (Caller(), numero + 1), (Caller(), 2**70)):
        with pytest.raises(NotFound):
            pedir(number, caller)
    assert rows(ImportacaoPedida) == []


def test_without_workers_all_that_is_asked_for_is_done_here(minha: Loja, ana: Caller, numero: int) -> None:
    have(minha, ana)
    pedir(numero, ana, minha.lugar.clock)
    assert importar_devidas(minha.lugar.clock) == NOTES
    assert importar_devidas(minha.lugar.clock) == 0


def test_one_process_goes_through_it_and_once_more_where_somebody_asks_meanwhile(
    minha: Loja, ana: Caller, numero: int
) -> None:
    clock = minha.lugar.clock
    pedir(numero, ana, clock)
    going = importar(numero, clock)
    next(going)
    clock.advance(1)
    assert pedir(numero, ana, clock) == NOTES
    assert (devidas(clock=clock), list(importar(numero, clock))) == ([], [])
    assert len(list(going)) == NOTES - 1
    assert devidas(clock=clock) == [numero]
    assert len(list(importar(numero, clock))) == NOTES
    assert rows(ImportacaoPedida) == []


def test_who_takes_long_holds_on_to_it(minha: Loja, ana: Caller, numero: int) -> None:
    clock = minha.lugar.clock
    pedir(numero, ana, clock)
    going = importar(numero, clock)
    for _ in range(NOTES):
        next(going)
        clock.advance(SECONDS - 1)
        assert devidas(clock=clock) == []
    list(going)
    assert rows(ImportacaoPedida) == []


def test_what_a_stop_cuts_short_goes_on_at_once(minha: Loja, ana: Caller, numero: int) -> None:
    clock = minha.lugar.clock
    pedir(numero, ana, clock)
    stopping.ask_to_stop()
    try:
        assert len(list(importar(numero, clock))) == 1
    finally:
        stopping.reset()
    assert devidas(clock=clock) == [numero]
    assert len(list(importar(numero, clock))) == NOTES


def test_what_a_fault_cuts_short_is_looked_at_again_later(minha: Loja, ana: Caller, numero: int) -> None:
    clock = minha.lugar.clock
    have(minha, ana)
    pedir(numero, ana, clock)
    with transaction() as db:
        db.execute(update(XmlGuardado).values(conteudo=b"?"))
    with pytest.raises(zlib.error):
        list(importar(numero, clock))
    assert devidas(clock=clock) == []
    clock.advance(AGAIN.total_seconds())
    assert devidas(clock=clock) == [numero]


PROGRAM = """
import os, signal, sys
from datetime import datetime
from core.clock import FixedClock
from flows.sefaz.importacoes_pedidas import importar

for _ in importar(int(sys.argv[1]), FixedClock(datetime.fromisoformat(sys.argv[2]))):
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_process_had_in_hand_is_owed_still(minha: Loja, ana: Caller, numero: int) -> None:
    clock = minha.lugar.clock
    pedir(numero, ana, clock)
    words = (str(numero), clock.now().isoformat())
    assert ran(PROGRAM, *words, knowing=("flows.sefaz.importacoes_pedidas",)) == -SIGKILL
    assert devidas(clock=clock) == []
    assert upkeep.give_back(clock.now()) == 1
    assert devidas(clock=clock) == [numero]


def test_a_consultation_that_is_forgotten_takes_its_request_along(minha: Loja, ana: Caller, numero: int) -> None:
    pedir(numero, ana, minha.lugar.clock)
    with transaction() as db:
        db.execute(delete(DocumentoDistribuido))
        db.execute(delete(ConsultaSEFAZ))
    assert rows(ImportacaoPedida) == []
