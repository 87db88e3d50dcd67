"""Questions of one turn: each is a row before it leaves, and is put again after a fault that may pass.

docs/reference/contracts/sefaz.md §3.9, §3.10a.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, cast

import pytest
from sqlalchemy.orm import Session
from support.consultas import rows
from support.numeracao import Numeracao, after, change, numeracao, row
from support.sefaz import FILIAL, INICIO

from connectors.base.faults import Fault, Overloaded, Refused, UnknownOutcome, Unreachable
from connectors.sefaz import Forma, Pergunta, Resposta, Resultado, Sefaz, servico
from connectors.sefaz.faults import CertificadoNaoAceito, ServidorNaoReconhecido
from core import stopping
from core.certificado import CertificadoRecusado
from core.clock import FixedClock
from core.errors import Transient
from core.settings.sefaz import SefazSettings
from flows.sefaz.chamadas import (
    DATABASE_RETRIES,
    RETRIES,
    Chamadas,
    Perdida,
    aberto,
    answered,
    desligar,
    em_uso,
    situacao_de,
)
from flows.sefaz.regras import Situacao
from flows.sefaz.vez import Quem, SemVez, Vez, take
from storage.models.certificados import CertificadoDigital
from storage.models.sefaz import NAO_FEITA, ChamadaSEFAZ, Contribuinte
from storage.session import reading, transaction

NADA = Resposta(Resultado.NADA, "137", "Nenhum documento localizado")
GONE, LOST = Unreachable("não aceita conexão"), UnknownOutcome("não respondeu a tempo", may_be_stored=True)


@dataclass
class Roteiro:
    """The other side, as it is told: what is a fault is raised, and the last answer stays."""

    answers: list[Resposta | Fault]
    asked: list[Pergunta] = field(default_factory=list)
    open_rows: list[int] = field(default_factory=list)

    def perguntar(self, _servico: object, pergunta: Pergunta) -> Resposta:
        self.asked.append(pergunta)
        self.open_rows.append(len(rows(ChamadaSEFAZ)))
        said = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(said, Fault):
            raise said
        return said


@dataclass
class Turno:
    """A turn that is held, what answers in it, and the pauses that were made."""

    vez: Vez
    clock: FixedClock
    other: Roteiro
    pauses: list[float] = field(default_factory=list)

    def chamadas(self, permitida: Callable[[Session, datetime], None] | None = None) -> Chamadas:
        return Chamadas(cast("Sefaz", self.other), self.vez, self.clock, self.pauses.append, permitida)

    def asks(self, **more: Any) -> Pergunta:
        return Pergunta(self.vez.quem.cnpj, "SP", **more)


@pytest.fixture
def mine(sqlite: str) -> Numeracao:
    return numeracao()


@pytest.fixture
def turn(mine: Numeracao) -> Iterator[Callable[..., Turno]]:
    """Take the turn; what is given is answered."""
    settings = SefazSettings.current()

    def begin(*answers: Resposta | Fault) -> Turno:
        with transaction() as db:
            vez, _ = take(db, mine.quem, servico("nfe"), settings, INICIO)
        return Turno(vez, FixedClock(INICIO), Roteiro(list(answers)))

    yield begin
    stopping.reset()


def noted() -> list[str | None]:
    return [one.cstat for one in rows(ChamadaSEFAZ)]


def test_a_question_is_a_row_before_it_leaves_and_its_answer_is_open_until_it_is_noted(
    turn: Callable[..., Turno],
) -> None:
    at = turn(NADA)
    number, said = at.chamadas().ask(at.asks(forma=Forma.NSU, nsu=7))
    (one,) = rows(ChamadaSEFAZ)
    assert (said, number, at.other.open_rows) == (NADA, one.id, [1])
    assert (one.forma, one.nsu, one.chave, one.em, one.cstat) == ("nsu", 7, None, INICIO, None)
    with transaction() as db:
        answered(db, number, "137" + "x" * 20)
    assert noted() == ["137" + "x" * 7]


def test_what_may_pass_is_asked_again_after_longer_and_longer_pauses(turn: Callable[..., Turno]) -> None:
    at = turn(GONE)
    asking = at.chamadas()
    with pytest.raises(Unreachable):
        asking.ask(at.asks())
    assert len(at.pauses) == len(RETRIES.waits)
    for pause, wait in zip(at.pauses, RETRIES.waits, strict=True):
        assert pause == pytest.approx(wait, rel=RETRIES.jitter)
    assert asking.linhas == [f"tentativa {number}: não aceita conexão" for number in (1, 2, 3)]
    assert len(at.other.asked) == 4


def test_a_refusal_is_not_asked_again(turn: Callable[..., Turno]) -> None:
    at = turn(Refused("recusou o pedido"), NADA)
    with pytest.raises(Refused):
        at.chamadas().ask(at.asks())
    assert (len(at.other.asked), at.pauses) == (1, [])


@pytest.mark.parametrize(
    ("fault", "cstat", "lost"), [(GONE, NAO_FEITA, False), (LOST, None, True)], ids=["did not leave", "left"]
)
def test_of_a_question_that_may_have_been_answered_nothing_is_said(
    turn: Callable[..., Turno], fault: Fault, cstat: str | None, lost: bool
) -> None:
    at = turn(fault, NADA)
    asking = at.chamadas()
    asking.ask(at.asks())
    assert noted() == [cstat, None]
    assert (asking.perdida, asking.falha) == (lost, fault)
    asking.ask(at.asks())
    assert (asking.perdida, asking.falha) == (lost, None)


@pytest.mark.parametrize(("seconds", "pauses"), [(40, 1), (61, 0)])
def test_who_is_asked_to_wait_for_long_leaves_it_to_the_next_time(
    turn: Callable[..., Turno], seconds: float, pauses: int
) -> None:
    at = turn(Overloaded("está indisponível", retry_after=seconds), NADA)
    if pauses:
        assert at.chamadas().ask(at.asks())[1] == NADA
        assert at.pauses[0] >= seconds
    else:
        with pytest.raises(Overloaded):
            at.chamadas().ask(at.asks())
    assert len(at.pauses) == pauses


def test_who_is_asked_to_stop_asks_no_more(turn: Callable[..., Turno]) -> None:
    at = turn(GONE, NADA)
    stopping.ask_to_stop()
    with pytest.raises(Unreachable):
        at.chamadas().ask(at.asks())
    assert (len(at.other.asked), at.pauses) == (1, [])


def test_who_is_asked_to_stop_in_a_pause_asks_no_more_after_it(turn: Callable[..., Turno]) -> None:
    at = turn(GONE, NADA)
    asking = at.chamadas()
    asking.sleep = lambda _: stopping.ask_to_stop()
    with pytest.raises(Unreachable):
        asking.ask(at.asks())
    assert len(at.other.asked) == 1


def test_whose_turn_it_is_no_more_asks_nothing(turn: Callable[..., Turno], mine: Numeracao) -> None:
    at = turn(NADA)
    change(Contribuinte, mine.contribuinte_id, lease_token="outro")
    with pytest.raises(Perdida):
        at.chamadas().ask(at.asks())
    assert (at.other.asked, noted()) == ([], [])


def test_a_question_that_is_not_allowed_now_leaves_no_row(turn: Callable[..., Turno]) -> None:
    at = turn(GONE, NADA)

    def only_once(db: Session, now: datetime) -> None:
        if db.query(ChamadaSEFAZ).count():
            raise SemVez(Situacao.ESGOTADA, after(60), "acabaram")

    with pytest.raises(SemVez):
        at.chamadas(only_once).ask(at.asks())
    assert (len(at.other.asked), noted()) == (1, [NAO_FEITA])


def test_each_question_holds_the_turn_for_longer(turn: Callable[..., Turno], mine: Numeracao) -> None:
    at = turn(NADA)
    before = row(Contribuinte, mine.contribuinte_id).due_at
    at.clock.advance(100)
    at.chamadas().ask(at.asks())
    assert (row(Contribuinte, mine.contribuinte_id).due_at - before).total_seconds() == pytest.approx(100)


@pytest.mark.parametrize(
    ("faults", "written", "pauses"),
    [
        ([], True, 0),
        ([Transient("ocupado")] * 3, True, 3),
        ([Transient("ocupado")] * 4, False, 3),
        ([Perdida()], False, 0),
        ([ValueError("nosso")], False, 0),
    ],
)
def test_an_answer_is_written_again_while_the_database_is_busy(
    turn: Callable[..., Turno], faults: list[Exception], written: bool, pauses: int
) -> None:
    at, left = turn(NADA), list(faults)

    def write() -> str:
        if left:
            raise left.pop(0)
        return "guardado"

    if written:
        assert at.chamadas().kept(write) == "guardado"
    else:
        with pytest.raises(type(faults[0])):
            at.chamadas().kept(write)
    assert len(at.pauses) == pauses
    for pause, wait in zip(at.pauses, DATABASE_RETRIES.waits, strict=False):
        assert pause == pytest.approx(wait, rel=DATABASE_RETRIES.jitter)


@pytest.mark.parametrize(
    ("fault", "situacao"),
    [
        (CertificadoNaoAceito(), Situacao.CERTIFICADO),
        (ServidorNaoReconhecido(), Situacao.SEM_RESPOSTA),
        (GONE, Situacao.SEM_RESPOSTA),
    ],
)
def test_only_a_certificate_that_is_not_accepted_is_one_s_own(fault: Fault, situacao: Situacao) -> None:
    assert situacao_de(fault) is situacao


def opens(_: Quem) -> AbstractContextManager[Sefaz]:
    return nullcontext(cast("Sefaz", "aberto"))


def refuses(_: Quem) -> AbstractContextManager[Sefaz]:
    raise CertificadoRecusado("senha")


def test_who_is_asked_for_comes_with_the_open_certificate(mine: Numeracao) -> None:
    with aberto(mine.dono, SefazSettings.current(), FixedClock(INICIO), opens) as (who, sefaz):
        assert (who.cnpj, who.certificado_id, sefaz) == (mine.quem.cnpj, mine.quem.certificado_id, "aberto")


def test_a_certificate_that_opens_no_more_is_told_as_one(mine: Numeracao) -> None:
    with (
        pytest.raises(SemVez, match="A senha não abre") as told,
        aberto(mine.dono, SefazSettings.current(), FixedClock(INICIO), refuses),
    ):
        pass
    assert (told.value.situacao, told.value.ate) == (Situacao.CERTIFICADO, None)


OTHER_NUMBER = {"numero": "b2"}


@pytest.mark.parametrize(("changed", "used"), [({}, True), (OTHER_NUMBER, False)])
def test_a_certificate_that_took_the_place_of_the_one_shown_is_another(
    mine: Numeracao, changed: dict[str, object], used: bool
) -> None:
    change(CertificadoDigital, mine.quem.certificado_id, **changed)
    with reading() as db:
        assert em_uso(db, mine.quem) is used
        assert not em_uso(db, replace(mine.quem, certificado_id=99))


@pytest.mark.parametrize(
    ("before", "on", "why"),
    [
        ({"consulta_automatica": True}, False, "d" * 500),
        ({"consulta_automatica": True} | OTHER_NUMBER, True, None),
        ({"consulta_automatica": False, "desligado_por": "antes"}, False, "antes"),
    ],
    ids=["on", "another in its place", "off already"],
)
def test_a_refused_certificate_is_turned_off_with_the_reason_and_no_other(
    mine: Numeracao, before: dict[str, object], on: bool, why: str | None
) -> None:
    other = numeracao(FILIAL)
    change(CertificadoDigital, other.quem.certificado_id, consulta_automatica=True)
    change(CertificadoDigital, mine.quem.certificado_id, **before)
    with transaction() as db:
        desligar(db, mine.quem, "d" * 501)
    found = row(CertificadoDigital, mine.quem.certificado_id)
    assert (found.consulta_automatica, found.desligado_por) == (on, why)
    assert row(CertificadoDigital, other.quem.certificado_id).consulta_automatica
