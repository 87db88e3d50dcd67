"""The rules of use against the local SEFAZ, where they are about more than one answer.

docs/reference/contracts/sefaz.md §3. What each answer does by itself: test_regras.py and test_respostas.py.
"""

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta

import pytest
from conftest import Configure
from sqlalchemy import text
from support.consultas import Loja, rows
from support.forked import Forked
from support.ports import free_port
from support.sefaz import EMPRESA

from core import stopping
from core.settings.sefaz import SefazSettings
from flows.sefaz import causas
from flows.sefaz.consultas import consultar
from flows.sefaz.inicio import iniciar
from flows.sefaz.pedidos import pedir_chaves
from flows.sefaz.regras import BEGAN, MARGEM, Situacao
from sandbox import faults
from sandbox.sefaz import bomba
from storage.models.documentos import Documento
from storage.models.eventos import Event
from storage.models.sefaz import NAO_FEITA, ChamadaSEFAZ, ConsultaSEFAZ, DocumentoDistribuido
from storage.session import transaction

REST, MIB = 3780.0, 1024 * 1024


@pytest.fixture(autouse=True)
def going_on() -> Iterator[None]:
    """Nobody is left asked to stop."""
    yield
    stopping.reset()


def answers(minha: Loja) -> list[str]:
    return [one.cstat for one in minha.server.pedidos]


def test_the_first_contact_takes_over_where_another_program_stands_and_leaves_no_gap(minha: Loja) -> None:
    minha.receber(5)
    minha.server.serie(EMPRESA).distribuir(0, minha.lugar.clock.now())
    minha.passa(REST)
    found = minha.consultar()
    assert (found.situacao, minha.serie.ult_nsu, minha.lacunas) == (Situacao.BLOQUEADA, 5, [])
    assert str(found.aviso).startswith(BEGAN)
    minha.passa(REST)
    minha.receber(2)
    assert minha.consultar().total_importados == 2
    assert minha.nsus == [6, 7]


def test_a_page_of_31_below_the_greatest_number_is_no_end(minha: Loja) -> None:
    minha.receber(60)
    minha.server.serie(EMPRESA).paginas.append(31)
    assert (minha.consultar().paginas, minha.serie.ult_nsu) == (2, 60)


def test_a_block_is_left_alone_until_its_hour_and_its_margin_are_over(minha: Loja) -> None:
    minha.receber(1)
    minha.server.serie(EMPRESA).forcados.append("656")
    begun = minha.lugar.clock.now()
    assert minha.consultar().ate == begun + timedelta(hours=1) + MARGEM
    for _ in range(6):
        minha.passa(600)
        found = minha.consultar()
        assert (found.situacao, found.ate) == (Situacao.BLOQUEADA, begun + timedelta(hours=1) + MARGEM)
    minha.passa(180)
    assert minha.consultar().situacao is Situacao.CONCLUIDA
    assert answers(minha) == ["656", "138"]
    assert (minha.serie.max_nsu, minha.serie.bloqueado_ate) == (1, None)


def test_a_number_beyond_the_greatest_begins_again_from_the_answer(minha: Loja) -> None:
    minha.receber(5)
    minha.consultar()
    minha.passa(REST)
    serie = minha.server.serie(EMPRESA)
    serie.max_nsu = serie.ult_nsu = 3
    found = minha.consultar()
    assert (found.situacao, minha.serie.ult_nsu, minha.serie.ultimo_cstat) == (Situacao.RECUSADA, 3, "589")
    assert minha.consultar().situacao is Situacao.DESCANSANDO
    minha.passa(REST)
    assert minha.consultar().situacao is Situacao.CONCLUIDA


@pytest.mark.parametrize(
    ("code", "situacao", "minutes"),
    [
        ("109", Situacao.SEM_RESPOSTA, 5),
        ("252", Situacao.RECUSADA, 63),
        ("489", Situacao.RECUSADA, 63),
        ("593", Situacao.CERTIFICADO, 63),
    ],
)
def test_a_refusal_moves_nothing_and_is_asked_again_later(
    minha: Loja, code: str, situacao: Situacao, minutes: int
) -> None:
    minha.receber(2)
    minha.server.serie(EMPRESA).forcados.append(code)
    found = minha.consultar()
    assert (found.situacao, answers(minha), minha.serie.ult_nsu) == (situacao, [code], 0)
    assert found.ate == minha.lugar.clock.now() + timedelta(minutes=minutes)
    minha.passa(60 * minutes)
    assert minha.consultar().total_importados == 2


def test_what_comes_once_more_is_stored_once_and_told_once(minha: Loja) -> None:
    minha.receber(3)
    minha.consultar()
    before = (minha.nsus, [one.id for one in rows(Documento)])
    told = [one.nome for one in rows(Event) if one.nome != "consulta_concluida"]
    minha.passa(REST)
    iniciar(minha.dono, "nfe", 0, minha.lugar.clock, voltar=True)
    minha.server.serie(EMPRESA).ult_nsu = 0
    found = minha.consultar()
    assert (found.total_encontrados, found.total_importados, found.total_erros) == (3, 0, 0)
    assert (minha.nsus, [one.id for one in rows(Documento)]) == before
    assert [one.nome for one in rows(Event) if one.nome != "consulta_concluida"] == told


def test_a_question_that_surely_did_not_leave_is_marked_and_is_no_use_of_the_numbering(
    minha: Loja, configure: Configure
) -> None:
    url = SefazSettings.current().url_nfe
    configure(sefaz__url_nfe=f"https://127.0.0.1:{free_port()}/")
    assert minha.consultar().situacao is Situacao.SEM_RESPOSTA
    assert [one.cstat for one in rows(ChamadaSEFAZ)] == [NAO_FEITA] * 4
    configure(sefaz__url_nfe=url)
    minha.receber(4)
    minha.server.serie(EMPRESA).distribuir(0, minha.lugar.clock.now())
    minha.passa(REST)
    assert minha.consultar().situacao is Situacao.BLOQUEADA
    assert minha.lacunas == []


def test_a_worker_that_stops_in_mid_series_ends_after_the_page_under_way(minha: Loja) -> None:
    minha.receber(60)
    minha.server.serie(EMPRESA).paginas.extend([20, 20])
    clock = minha.lugar.clock

    def pause(seconds: float) -> None:
        clock.advance(seconds)
        stopping.ask_to_stop()

    found = consultar(EMPRESA, "nfe", "ana", clock, pause)
    assert (found.situacao, found.paginas, found.ate) == (Situacao.CONCLUIDA, 2, None)
    stopping.reset()
    assert minha.consultar().total_importados == 20
    assert (minha.serie.ult_nsu, answers(minha)) == (60, ["138"] * 3)


def test_a_worker_that_stops_asks_no_single_question_more(minha: Loja) -> None:
    minha.receber(3)
    list(pedir_chaves(minha.dono, minha.server.notas, minha.lugar.clock))
    stopping.ask_to_stop()
    found = minha.completar()
    assert (found.perguntas, found.restam) == (1, True)
    stopping.reset()
    assert minha.completar().perguntas == 2


def test_a_worker_that_stops_puts_no_lost_question_again(minha: Loja) -> None:
    minha.receber(1)
    minha.server.faults.always(faults.status(503))
    stopping.ask_to_stop()
    assert minha.consultar().situacao is Situacao.SEM_RESPOSTA
    assert len(rows(ChamadaSEFAZ)) == 1


BUSY = (
    "CREATE FUNCTION busy() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'busy' USING ERRCODE = '40001'; END $$",
    "CREATE TRIGGER busy BEFORE UPDATE ON sefaz_serie FOR EACH ROW EXECUTE FUNCTION busy()",
)


@pytest.mark.parametrize("banco", ["postgres"], indirect=True)
def test_a_busy_database_is_asked_again_for_nobody_else_has_the_answer(minha: Loja) -> None:
    minha.receber(3)
    clock, waits = minha.lugar.clock, list[float]()
    with transaction() as db:
        for statement in BUSY:
            db.execute(text(statement))

    def pause(seconds: float) -> None:
        clock.advance(seconds)
        waits.append(seconds)
        if len(waits) == 2:
            with transaction() as db:
                db.execute(text("DROP TRIGGER busy ON sefaz_serie"))

    found = consultar(EMPRESA, "nfe", "ana", clock, pause)
    assert (found.situacao, found.total_importados, answers(minha)) == (Situacao.CONCLUIDA, 3, ["138"])
    assert (minha.nsus, len(waits), len(minha.avisos)) == ([1, 2, 3], 2, 1)


PROGRAM = """
import sys
from datetime import datetime
from core.clock import FixedClock
from flows.sefaz.consultas import consultar
clock = FixedClock(datetime.fromisoformat(sys.argv[1]))
print(consultar(sys.argv[2], "nfe", "ana", clock, clock.advance).situacao)
"""


def test_two_processes_make_one_call(minha: Loja) -> None:
    minha.receber(3)
    minha.server.faults.always(faults.slow(0.5))
    words, knowing = (minha.lugar.clock.now().isoformat(), EMPRESA), ("flows.sefaz.consultas", "flows.sefaz.avulsas")
    both = [Forked(PROGRAM, *words, knowing=knowing) for _ in range(2)]
    assert [one.wait() for one in both] == [0, 0]
    said = sorted(one.said().strip() for one in both)
    assert said[0] == "concluida"
    assert said[1] in ("ocupada", "descansando")
    assert (answers(minha), minha.nsus, len(rows(ConsultaSEFAZ))) == (["138"], [1, 2, 3], 1)


# The greatest amount of memory held so far, in KiB; what resource.getrusage says may be that of the parent.
PEAK = """
def peak():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
"""
MEASURED = PEAK + PROGRAM.replace("print(", "before = peak()\nprint(") + "print(peak() - before)\n"


@pytest.mark.parametrize("banco", ["sqlite"], indirect=True)
def test_a_page_of_bombs_is_stored_in_flat_memory(minha: Loja) -> None:
    """Fifty documents of 64 MiB each: they are kept as they came, and the page goes on."""
    minha.receber(1)
    packed = bomba(64 * MIB)
    for _ in range(48):
        minha.server.publicar(EMPRESA, "nfe", "procNFe_v4.00.xsd", packed, cru=True)
    minha.receber(1)
    command = [sys.executable, "-c", MEASURED, minha.lugar.clock.now().isoformat(), EMPRESA]
    said, kilobytes = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.split()
    assert said == "concluida"
    assert int(kilobytes) < 100 * 1024
    kept = rows(DocumentoDistribuido)
    assert (len(kept), sum(one.resultado == "erro" for one in kept), minha.serie.ult_nsu) == (50, 48, 50)
    assert minha.chaves == set(minha.server.notas)


def test_a_single_question_does_not_spoil_the_judgement_of_a_refusal(minha: Loja) -> None:
    """A lost answer by key is no lost page: what SEFAZ is ahead by is another program's."""
    minha.receber(2)
    minha.consultar()
    minha.passa(REST)
    list(pedir_chaves(minha.dono, minha.server.notas, minha.lugar.clock))
    minha.server.faults.queue(faults.after(faults.close_early(b"")))
    minha.completar()
    minha.receber(2)
    minha.server.serie(EMPRESA).distribuir(2, minha.lugar.clock.now())
    minha.passa(REST)
    assert causas.Causa.OUTRO_PROGRAMA.value in minha.consultar().mensagem
