import pytest

from core.caller import OPERATOR, Caller


@pytest.mark.parametrize(
    ("caller", "owner", "his"),
    [
        (OPERATOR, None, True),
        (OPERATOR, 1, True),
        (Caller(1), 1, True),
        (Caller(1), 2, False),
        (Caller(1), None, False),
    ],
)
def test_the_operator_owns_everything_and_a_user_what_is_his(caller: Caller, owner: int | None, his: bool) -> None:
    assert caller.owns(owner) is his


def test_a_user_is_no_operator() -> None:
    assert OPERATOR.is_operator
    assert not Caller(0).is_operator
