"""What is code in a statement, and what is a literal, a quoted name or a comment."""

import pytest

from sandbox.oracle.text import bare, closing, map_code, outside, split_list, unowned


@pytest.mark.parametrize(
    ("sql", "mapped"),
    [
        ("a 'b' c", "A 'b' C"),
        ("a 'it''s b' c", "A 'it''s b' C"),
        ('a "b" c', 'A "b" C'),
        ("a -- b 'c\nd", "A  \nD"),
        ("a /* 'b\nc */ d", "A   D"),
        ("a = '' b", "A = NULL B"),
        ("a '-- b' c", "A '-- b' C"),
        ("", ""),
    ],
)
def test_only_code_is_changed_a_comment_is_a_space_and_the_empty_text_is_null(sql: str, mapped: str) -> None:
    assert map_code(sql, str.upper) == mapped


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("select  x\n from t", "SELECT X FROM T"),
        ("select 'limit 2' from t", "SELECT '' FROM T"),
        ('select "x y" from t', 'SELECT "X Y" FROM T'),
        ("select x -- from\nfrom t /* ; */", "SELECT X FROM T"),
    ],
)
def test_the_bare_code_is_in_capitals_with_empty_literals(sql: str, code: str) -> None:
    assert bare(sql) == code


@pytest.mark.parametrize(
    ("sql", "kept"), [("a (b (c) d) e", "a  e"), ("(a)", ""), ("a", "a"), ("f() g", "f g"), ("a (b", "a ")]
)
def test_what_stands_in_parentheses_is_left_out(sql: str, kept: str) -> None:
    assert outside(sql) == kept


@pytest.mark.parametrize(("sql", "start", "end"), [("(a)", 1, 2), ("(a(b)c)d", 1, 6), ("a", 0, 1), ("(a(b)", 1, 5)])
def test_a_parenthesis_is_closed_by_its_own_or_by_the_end(sql: str, start: int, end: int) -> None:
    assert closing(sql, start) == end


@pytest.mark.parametrize(
    ("sql", "parts"),
    [("a, b", ["a", "b"]), ("a, f(b, c), d", ["a", "f(b, c)", "d"]), ("NUMBER(10,2)", ["NUMBER(10,2)"]), ("", [""])],
)
def test_a_list_is_split_at_its_own_commas(sql: str, parts: list[str]) -> None:
    assert split_list(sql) == parts


@pytest.mark.parametrize("name", ["fila", '"Fila"', "hsm.fila", 'hsm."FILA"', '"HSM"."fila"', '"HSM".fila'])
def test_a_table_has_one_name_whoever_owns_it_and_however_it_is_quoted(name: str) -> None:
    assert unowned(name) == "FILA"
