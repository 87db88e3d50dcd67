"""What waits: in which order and company it goes, and who is the reason of a failure."""

from flows.questor.outcome import MOST_ERRORS, Item, tried
from flows.questor.waiting import Group, Waiting
from sandbox.questor.documentos import documento


def item(number: int, tipo: str = "nfe", **more: int) -> Item:
    counts = {"tentativas": 0, "repeticoes": 0, "erros": 0} | more
    return Item(number, tipo, documento(tipo, number), 100, **counts)  # type: ignore[arg-type]


def waiting(*items: Item, most_bytes: int = 10_000) -> Waiting:
    made = Waiting(most_bytes)
    made.add(items)
    return made


def numbers(group: Group | None) -> list[int]:
    return [one.id for one in group.items] if group else []


def test_documents_of_one_kind_go_together_up_to_the_limits() -> None:
    made = waiting(item(1), item(2), item(3, "cte"), item(4), most_bytes=250)
    assert numbers(made.take(10, in_flight=0, dry=False)) == [1, 2]
    assert numbers(made.take(1, in_flight=0, dry=False)) == [4]
    assert numbers(made.take(10, in_flight=0, dry=False)) == [3]
    assert not made


def test_a_document_larger_than_a_request_goes_alone() -> None:
    assert numbers(waiting(item(1), item(2), most_bytes=10).take(10, in_flight=0, dry=False)) == [1]


def test_half_of_what_failed_goes_first_and_the_rest_waits() -> None:
    made = waiting(item(9))
    made.split(Group(tuple(item(number) for number in (1, 2, 3, 4))).tried())
    assert numbers(made.take(10, in_flight=0, dry=False)) == [1, 2]
    assert numbers(made.take(10, in_flight=0, dry=False)) == [3, 4, 9]


def test_who_was_blamed_before_goes_alone() -> None:
    made = waiting(item(1), item(2, erros=2), item(3))
    assert numbers(made.take(10, in_flight=0, dry=False)) == [2]
    assert numbers(made.take(10, in_flight=0, dry=False)) == [1, 3]


def blame(made: Waiting, one: Item, rounds: int) -> int:
    """Let a document fail and another pass after it, again and again; return how often until it was called guilty."""
    at = 1.0
    made.suspect(one, at, 500, None)
    for round_ in range(1, rounds + 1):
        if made.passed("nfe", at + 0.5):
            return round_
        group = made.take(10, in_flight=3, dry=False)
        assert group
        assert group.proven
        at += 1.0
        made.suspect(tried(group.items[0]), at, 500, None)
    return 0


def test_a_document_is_the_reason_when_others_pass_after_each_of_its_failures() -> None:
    assert blame(waiting(), item(1), 20) == MOST_ERRORS


def test_who_passed_before_the_failure_or_is_of_another_kind_proves_nothing() -> None:
    made = waiting()
    made.suspect(item(1), 5.0, 500, None)
    for _ in range(20):
        assert made.passed("nfe", 4.9) == []
        assert made.passed("cte", 6.0) == []
    (left,) = made.take_all()
    assert left.erros == 0


def test_one_pass_proves_one_failure() -> None:
    made = waiting()
    made.suspect(item(1), 5.0, 500, None)
    for _ in range(20):
        assert made.passed("nfe", 6.0) == []
    (left,) = made.take_all()
    assert left.erros == 1


def test_a_suspect_is_tried_again_without_proof_only_when_nothing_else_is_left() -> None:
    made = waiting(item(2))
    made.suspect(item(1), 5.0, 500, None)
    assert numbers(made.take(10, in_flight=0, dry=False)) == [2]
    assert made.take(10, in_flight=1, dry=False) is None
    probe = made.take(10, in_flight=0, dry=False)
    assert (numbers(probe), probe and probe.proven) == ([1], False)


def test_the_last_of_a_kind_are_kept_to_prove_who_is_the_reason() -> None:
    made = waiting(*(item(number) for number in range(2, 13)))
    made.suspect(item(1), 0.0, 500, None)
    at, guilty = 1.0, []
    while not guilty:
        witness = made.take(50, in_flight=0, dry=True)
        assert witness
        assert made.take(50, in_flight=1, dry=True) is None
        guilty = made.passed("nfe", at)
        if not guilty:
            again = made.take(50, in_flight=0, dry=True)
            assert numbers(again) == [1]
            assert again
            made.suspect(again.items[0], at + 0.5, 500, None)
        at += 1.0
    assert [one.item.id for one in guilty] == [1]


def test_nothing_is_lost_on_the_way() -> None:
    made = waiting(*(item(number) for number in range(1, 8)), item(8, erros=1))
    made.suspect(item(9), 1.0, 500, None)
    made.retry(Group((item(10), item(11))))
    made.split(Group((item(12), item(13))))
    assert sorted(one.id for one in made.take_all()) == list(range(1, 14))
    assert not made
    assert (made.count, made.bytes) == (0, 0)
