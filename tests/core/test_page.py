from core.page import Page


def test_a_page_of_other_things_goes_on_at_the_same_place() -> None:
    assert Page((1, 2), 2).map(str) == Page(("1", "2"), 2)
    assert list(Page((1, 2))) == [1, 2]
