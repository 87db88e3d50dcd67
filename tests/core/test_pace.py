from core.pace import Budget, Counted, Free


class Reluctant(Free):
    def take(self, seconds: float) -> bool:
        return seconds > 1


def test_what_goes_through_several_paces_is_counted_together() -> None:
    counted = Counted(Reluctant)
    one, other = counted(Budget("a", 1)), counted(Budget("b", 1), Budget("c", 1))
    assert (one.take(2), other.take(2), other.take(1)) == (True, True, False)
    other.told(5)
    assert (counted.requests, counted.told_to_wait) == (2, 1)
