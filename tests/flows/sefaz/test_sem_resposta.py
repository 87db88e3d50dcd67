"""What never gets an answer holds up nothing else, and is owed all the same.

docs/reference/contracts/sefaz.md §3.6, §3.9.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from aiohttp import web
from conftest import Configure
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from support.consultas import Loja, rows
from support.ports import free_port
from support.sefaz import EMPRESA

from core.settings.sefaz import SefazSettings
from flows.sefaz import lacunas
from flows.sefaz.pedidos import pedir_chaves, pedir_nsu
from flows.sefaz.regras import Falta, Situacao
from sandbox import faults
from sandbox.sefaz import soap_fault
from storage.models.sefaz import BuscaSEFAZ, LacunaNSU
from storage.session import transaction

REST = 3780.0


@contextmanager
def broken(minha: Loja, *what: str, fault: faults.Fault | None = None) -> Iterator[None]:
    """Let the server fail whenever one of these is asked for, a key or a number."""
    failing = fault or faults.status(500, "<html>erro</html>")

    async def act(request: web.Request, answer: faults.Usual) -> web.StreamResponse:
        body = (await request.read()).decode()
        return await (failing(request, answer) if any(f">{one}<" in body for one in what) else answer())

    minha.server.faults.always(act)
    yield
    minha.server.faults.clear()


def nsu(number: int) -> str:
    return f"{number:015d}"


def missing(minha: Loja, de: int, ate: int) -> None:
    """Note a gap of numbers that exist."""
    with transaction() as db:
        lacunas.anotar(db, minha.serie.id, [Falta(de, ate, "consumo_indevido")], minha.lugar.clock.now())


def hours(minha: Loja, count: int) -> Sequence[Situacao]:
    """Let some hours pass, each with its questions; return how they ended."""
    ends = []
    for _ in range(count):
        ends.append(minha.completar().situacao)
        minha.passa(REST)
    return ends


@pytest.fixture
def falta(minha: Loja) -> Loja:
    """A company of whose 9 documents another program took 6, so that they are a gap."""
    minha.receber(3)
    minha.consultar()
    minha.receber(6)
    minha.passa(REST)
    minha.server.serie(EMPRESA).distribuir(3, minha.lugar.clock.now())
    minha.passa(REST)
    assert minha.consultar().situacao is Situacao.BLOQUEADA
    minha.passa(REST)
    return minha


@pytest.mark.parametrize("fault", [faults.status(500), soap_fault(), faults.garbage(), faults.status(400)])
def test_a_key_without_an_answer_lets_other_keys_and_the_gaps_go_first(falta: Loja, fault: faults.Fault) -> None:
    first, *others = list(falta.server.notas)[:5]
    list(pedir_chaves(falta.dono, [first, *others], falta.lugar.clock))
    with broken(falta, first, fault=fault):
        hours(falta, 3)
        assert {one.chave: one.estado for one in rows(BuscaSEFAZ)} == {
            first: "pendente",
            **dict.fromkeys(others, "encontrada"),
        }
        assert [one.desfecho for one in rows(LacunaNSU)] == ["respondida"]
        (owed,) = [one for one in rows(BuscaSEFAZ) if one.estado == "pendente"]
        assert (owed.tentativas, owed.tentada_em is not None, bool(owed.resposta)) == (0, True, True)
    assert hours(falta, 1) == [Situacao.CONCLUIDA]
    assert {one.estado for one in rows(BuscaSEFAZ)} == {"encontrada"}


def test_a_number_without_an_answer_lets_the_others_of_its_gap_go_first(falta: Loja) -> None:
    with broken(falta, nsu(4)):
        assert hours(falta, 2) == [Situacao.SEM_RESPOSTA, Situacao.SEM_RESPOSTA]
        owed = [(one.de, one.ate, one.proxima, one.tentativas) for one in rows(LacunaNSU) if one.fechada_em is None]
        assert owed == [(4, 4, 4, 0)]
        assert falta.nsus == [1, 2, 3, 5, 6, 7, 8, 9]
        # however often: no answer is no refusal
        hours(falta, 5)
        assert rows(LacunaNSU)[-1].desfecho is None
    hours(falta, 1)
    assert {one.desfecho for one in rows(LacunaNSU)} == {"respondida"}
    assert falta.chaves == set(falta.server.notas)


def test_the_last_number_of_a_gap_without_an_answer_lets_later_gaps_go_first(falta: Loja) -> None:
    falta.receber(2)
    with broken(falta, nsu(9)):
        falta.completar()
        missing(falta, 10, 11)
        falta.passa(REST)
        hours(falta, 1)
        assert falta.nsus == [*range(1, 9), 10, 11]
    hours(falta, 1)
    assert falta.chaves == set(falta.server.notas)


def test_a_number_that_a_person_wants_and_never_gets_lets_the_gaps_go_first(falta: Loja) -> None:
    falta.receber(1)
    pedir_nsu(falta.dono, "nfe", 10, falta.lugar.clock)
    with broken(falta, nsu(10)):
        hours(falta, 2)
        assert falta.nsus == list(range(1, 10))
    hours(falta, 1)
    assert falta.nsus == list(range(1, 11))


def test_several_without_an_answer_have_their_turn_one_after_the_other(falta: Loja) -> None:
    """One of them, answered again, is not held up by another that still is not."""
    first, second = list(falta.server.notas)[:2]
    list(pedir_chaves(falta.dono, [first, second], falta.lugar.clock))
    with broken(falta, first, second, nsu(4)):
        hours(falta, 4)
    with broken(falta, first):
        hours(falta, 3)
        assert {one.chave: one.estado for one in rows(BuscaSEFAZ)} == {first: "pendente", second: "encontrada"}
        assert 4 in falta.nsus


def test_a_gap_without_end_does_not_keep_back_what_a_person_asked_for_in_vain(falta: Loja) -> None:
    """What gaps leave of the hour's count is there for it, too."""
    key = next(iter(falta.server.notas))
    falta.server.serie(EMPRESA).pular(1_000_000)
    missing(falta, 10, 1_000_009)
    list(pedir_chaves(falta.dono, [key], falta.lugar.clock))
    with broken(falta, key):
        hours(falta, 2)
        (owed,) = rows(BuscaSEFAZ)
        assert (owed.estado, len(falta.chaves) > 3) == ("pendente", True)
        at = owed.tentada_em
        hours(falta, 1)
        assert rows(BuscaSEFAZ)[0].tentada_em != at
    hours(falta, 1)
    assert rows(BuscaSEFAZ)[0].estado == "encontrada"


def test_what_the_database_refuses_of_one_number_lets_the_others_go_first(falta: Loja) -> None:
    with transaction() as db:
        if db.get_bind().dialect.name == "sqlite":
            when = "BEFORE INSERT ON sefaz_documento WHEN NEW.nsu = 4 BEGIN SELECT RAISE(ABORT, 'no'); END"
            db.execute(text(f"CREATE TRIGGER refuse {when}"))
        else:
            db.execute(text("ALTER TABLE sefaz_documento ADD CONSTRAINT refuse CHECK (nsu <> 4)"))
    with pytest.raises(IntegrityError):
        falta.completar()
    falta.passa(REST)
    with pytest.raises(IntegrityError):
        falta.completar()
    assert falta.nsus == [1, 2, 3, 5, 6, 7, 8, 9]


def test_a_number_that_a_person_had_asked_for_is_owed_again_where_a_gap_has_it(falta: Loja) -> None:
    now = falta.lugar.clock.now()
    with transaction() as db:
        ended = {"proxima": 5, "fechada_em": now, "desfecho": "respondida"}
        db.add(LacunaNSU(serie_id=falta.serie.id, de=4, ate=4, motivo=lacunas.PEDIDA, aberta_em=now, **ended))
    with broken(falta, nsu(4)):
        hours(falta, 1)
        assert [(one.proxima, one.desfecho) for one in rows(LacunaNSU) if one.de == one.ate] == [(4, None)]
    hours(falta, 2)
    assert falta.chaves == set(falta.server.notas)


def test_a_question_that_did_not_leave_says_nothing_of_what_was_to_be_asked(falta: Loja, configure: Configure) -> None:
    url = SefazSettings.current().url_nfe
    configure(sefaz__url_nfe=f"https://127.0.0.1:{free_port()}/")
    assert hours(falta, 1) == [Situacao.SEM_RESPOSTA]
    assert [(one.proxima, one.tentada_em) for one in rows(LacunaNSU)] == [(4, None)]
    configure(sefaz__url_nfe=url)
    assert hours(falta, 1) == [Situacao.CONCLUIDA]
