"""What an answer means: for its documents, for the size of requests, and for who failed before."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from connectors.questor import Fault, Overloaded, Refused, TooLarge, Unintelligible, UnknownOutcome, Unreachable
from connectors.questor import Verdict as Said
from core.clock import FixedClock
from flows.questor.judging import Judge
from flows.questor.outcome import MOST_ERRORS
from flows.questor.pace import MATCHES_TO_GROW, Batch
from flows.questor.rows import Outcome
from flows.questor.waiting import Group, Waiting
from storage.models.questor import Estado
from tests.flows.questor.test_waiting import item, numbers

NOW = datetime(2026, 11, 23, 22, tzinfo=UTC)
SENT, UNKNOWN = Said("enviado"), Said("desconhecido", "sem_veredito")
NO = Said("recusado", "xml_invalido", "XML inválido")


class Bench:
    """A judge with what it decides on."""

    def __init__(self, items: int = 8) -> None:
        self.waiting, self.batch = Waiting(10_000), Batch(50, items)
        self.judge = Judge(self.waiting, self.batch, FixedClock(NOW))

    def passes(self, *numbers: int, says: Sequence[Said] = (SENT,), again: bool = False) -> list[Outcome]:
        """Let a request that begins now be answered; what it says of one document it says of each."""
        group = Group(tuple(item(number) for number in numbers), again=again)
        verdicts = says if len(says) == len(numbers) else list(says) * len(numbers)
        return self.judge.answered(group, verdicts, time.monotonic())

    def next(self) -> Group:
        """Return what goes next when everything else is done."""
        group = self.waiting.take(50, in_flight=0, dry=False)
        assert group is not None
        return group


def test_each_document_has_its_own_outcome() -> None:
    found = Bench().passes(1, 2, 3, says=[SENT, NO, UNKNOWN])
    assert [(one.id, one.estado, one.motivo, one.mensagem) for one in found] == [
        (1, Estado.ENVIADO, None, None),
        (2, Estado.RECUSADO, "xml_invalido", "XML inválido"),
        (3, Estado.DESCONHECIDO, "sem_veredito", None),
    ]
    assert [one.tentativas for one in found] == [1, 1, 1]
    assert [one.due_at > NOW for one in found] == [False, False, True]


def test_requests_grow_while_every_document_has_its_verdict_and_shrink_when_one_has_none() -> None:
    bench = Bench(items=2)
    for _ in range(MATCHES_TO_GROW):
        bench.passes(1, 2, says=[SENT, NO])
    assert bench.batch.items == 4
    bench.passes(1, 2, 3, 4, says=[SENT, SENT, SENT, UNKNOWN])
    assert bench.batch.items == 2


def test_a_request_that_went_again_says_nothing_of_how_large_one_may_be() -> None:
    bench = Bench(items=2)
    for _ in range(2 * MATCHES_TO_GROW):
        bench.passes(1, 2, again=True)
    assert bench.batch.items == 2


@pytest.mark.parametrize(
    "fault",
    [
        UnknownOutcome(may_be_stored=True),
        Overloaded(status=504, said="gateway", may_be_stored=True),
        Refused(may_be_stored=True),
    ],
)
def test_what_may_be_stored_is_asked_for_before_it_is_sent_again_whatever_the_fault(fault: Fault) -> None:
    bench = Bench()
    found = bench.judge.failed(Group((item(1), item(2))), fault)
    assert [(one.id, one.estado, one.motivo, one.tentativas) for one in found] == [
        (1, Estado.DESCONHECIDO, "sem_resposta", 1),
        (2, Estado.DESCONHECIDO, "sem_resposta", 1),
    ]
    assert {(one.http, one.mensagem) for one in found} == {(fault.status, fault.said)}
    assert all(one.due_at > NOW + timedelta(seconds=30) for one in found)
    assert not bench.waiting


def test_a_request_that_did_not_leave_goes_as_it_was_and_counts_for_nobody() -> None:
    bench = Bench()
    assert bench.judge.failed(Group((item(1), item(2)), proven=True), Unreachable()) == []
    again = bench.next()
    assert ([one.tentativas for one in again.items], again.again, again.proven) == ([0, 0], False, False)
    assert bench.batch.items == 8


@pytest.mark.parametrize("status", [429, 502, 503, None])
def test_a_server_that_is_busy_is_asked_the_same_again(status: int | None) -> None:
    bench = Bench()
    assert bench.judge.failed(Group((item(1), item(2))), Overloaded(status=status)) == []
    again = bench.next()
    assert (numbers(again), [one.tentativas for one in again.items], again.again) == ([1, 2], [1, 1], True)
    assert bench.batch.items == 8


@pytest.mark.parametrize("fault", [Overloaded(status=500), TooLarge(status=413), Refused(status=400), Unintelligible()])
def test_what_one_document_or_the_size_may_explain_goes_in_halves(fault: Fault) -> None:
    bench = Bench()
    assert bench.judge.failed(Group(tuple(item(number) for number in range(1, 5))), fault) == []
    assert bench.batch.items == 2
    first, rest = bench.next(), bench.next()
    assert (numbers(first), numbers(rest)) == ([1, 2], [3, 4])
    assert {one.tentativas for one in (*first.items, *rest.items)} == {1}


def test_halves_that_fail_are_halved_and_say_no_more_of_the_size() -> None:
    bench = Bench()
    bench.judge.failed(Group((item(1), item(2)), again=True), TooLarge())
    assert (bench.batch.items, numbers(bench.next())) == (8, [1])


@pytest.mark.parametrize(
    ("fault", "motivo"),
    [
        (TooLarge(status=413, said="grande"), "grande_demais"),
        (Refused(status=400, said="não"), "pedido_recusado"),
    ],
)
def test_one_document_that_is_refused_by_itself_is_a_person_s_to_look_at(fault: Fault, motivo: str) -> None:
    bench = Bench()
    (one,) = bench.judge.failed(Group((item(1, tentativas=3),)), fault)
    assert (one.estado, one.motivo, one.http, one.mensagem) == (Estado.RECUSADO, motivo, fault.status, fault.said)
    assert (one.tentativas, bool(bench.waiting)) == (4, False)


@pytest.mark.parametrize("fault", [Overloaded(status=500), Unintelligible(status=200)])
def test_one_document_behind_which_the_whole_server_may_stand_is_tried_again(fault: Fault) -> None:
    bench = Bench()
    assert bench.judge.failed(Group((item(1),)), fault) == []
    again = bench.next()
    assert (numbers(again), again.items[0].tentativas, again.proven) == ([1], 1, False)


def test_a_document_that_fails_each_time_while_others_pass_is_the_reason() -> None:
    bench, group = Bench(), Group((item(1),))
    for round_ in range(1, MOST_ERRORS):
        bench.judge.failed(group, Overloaded(status=500, said=f"erro {round_}"))
        assert [one.id for one in bench.passes(2)] == [2]
        group = bench.next()
        assert group.proven
    bench.judge.failed(group, Overloaded(status=500, said="o último"))
    _, blamed = bench.passes(2)
    assert (blamed.id, blamed.estado, blamed.motivo) == (1, Estado.RECUSADO, "erro_do_servidor")
    assert (blamed.http, blamed.mensagem, blamed.tentativas) == (500, "o último", MOST_ERRORS)
    assert not bench.waiting


def test_an_answer_without_any_verdict_proves_nobody_s_fault() -> None:
    bench = Bench()
    bench.judge.failed(Group((item(1),)), Overloaded(status=500))
    for _ in range(2 * MOST_ERRORS):
        bench.passes(2, 3, says=[UNKNOWN, UNKNOWN])
    assert not bench.next().proven
