"""Statements at the driver: values as SQLAlchemy would write and read them, in the same transaction."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import bindparam, func, insert, literal, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from support.deliveries import webhook
from support.statements import statements

from storage.direct import Direct, Prepared, direct
from storage.models.destinos import Destino
from storage.models.eventos import Delivery
from storage.models.limites import Marca
from storage.rows import table_of
from storage.session import engine, reading, transaction

pytestmark = pytest.mark.usefixtures("banco")
MARKS, DESTINOS = table_of(Marca), table_of(Destino)
NOW = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
ADD = Prepared(insert(MARKS).values(nome=bindparam("p_nome"), instante=bindparam("p_instante")))
READ = Prepared(select(MARKS.c.nome, MARKS.c.instante).where(MARKS.c.nome == bindparam("p_nome")))


def marks() -> dict[str, datetime]:
    with reading() as db:
        return {row.nome: row.instante for row in db.query(Marca)}


def test_values_are_what_sqlalchemy_would_write_and_read() -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=-3)))
    with transaction() as db:
        on = direct(db)
        assert on.run(ADD, {"p_nome": "100%", "p_instante": elsewhere}) == []
        assert on.run(READ, {"p_nome": "100%"}) == [("100%", NOW)]
        assert on.run(READ, {"p_nome": "z"}) == []
    assert marks() == {"100%": NOW}


def test_what_a_statement_says_itself_is_among_its_values() -> None:
    listed = select(MARKS.c.nome).where(MARKS.c.nome.in_(("a", "c")), MARKS.c.instante >= literal(NOW))
    moved = update(MARKS).where(MARKS.c.nome == "b").values(nome="c").returning(MARKS.c.nome)
    with transaction() as db:
        on = direct(db)
        on.run_many(ADD, [{"p_nome": nome, "p_instante": NOW} for nome in "ab"])
        assert on.run(Prepared(moved), {}) == [("c",)]
        assert on.run(Prepared(listed.order_by(MARKS.c.nome)), {}) == [("a",), ("c",)]


def test_a_type_that_makes_something_of_a_value_makes_it_here_too() -> None:
    """A credential is stored encrypted and read in clear; a truth is none of SQLite's numbers."""
    number, columns = webhook("https://example.com/x"), ("secret_key", "lento", "timeout", "topico")
    given = {name: bindparam(f"p_{name}", type_=DESTINOS.c[name].type) for name in columns}
    changed = update(DESTINOS).where(DESTINOS.c.id == number).values(given)
    values = ("abc", True, 1.5, None)
    with transaction() as db:
        on = direct(db)
        on.run(Prepared(changed), {f"p_{name}": value for name, value in zip(columns, values, strict=True)})
        assert on.run(Prepared(select(*(DESTINOS.c[name] for name in columns))), {}) == [values]
        assert db.query(Destino).one().secret_key == values[0]


def test_what_the_session_has_not_written_yet_goes_first() -> None:
    with transaction() as db:
        db.add(Marca(nome="a", instante=NOW))
        assert direct(db).run(READ, {"p_nome": "a"}) == [("a", NOW)]


def test_it_ends_with_the_transaction_of_its_session() -> None:
    with pytest.raises(RuntimeError), transaction() as db:
        direct(db).run(ADD, {"p_nome": "a", "p_instante": NOW})
        raise RuntimeError
    assert marks() == {}


def test_a_fault_of_the_driver_is_sqlalchemy_s_and_shows_no_value() -> None:
    with pytest.raises(IntegrityError) as raised, transaction() as db:
        for _ in range(2):
            direct(db).run(ADD, {"p_nome": "secret", "p_instante": NOW})
    assert raised.value.orig is not None
    assert "secret" not in str(raised.value).partition("[SQL")[2]
    assert not raised.value.connection_invalidated


def test_who_listens_to_statements_hears_these() -> None:
    with transaction() as db, statements() as said:
        direct(db).run(ADD, {"p_nome": "a", "p_instante": NOW})
    assert any("INSERT INTO marca" in one for one in said)


@pytest.mark.parametrize(
    "statement",
    [
        select(MARKS.c.nome).where(MARKS.c.nome.in_(bindparam("p_nomes", expanding=True))),
        insert(table_of(Delivery)).values(event_id=bindparam("p_event")),
    ],
    ids=["a text that depends on its values", "a default that nobody would set"],
)
def test_what_would_go_wrong_in_silence_is_refused(statement: object) -> None:
    with transaction() as db, pytest.raises(TypeError):
        Prepared(statement).text(db.connection().dialect)


def test_a_session_is_given_where_there_is_none_and_commits_with_it() -> None:
    with engine().connect() as connection:
        on = Direct(connection)
        on.db.add(Marca(nome="a", instante=NOW))
        assert isinstance(on.db, Session)
        assert direct(on) is on
        on.commit()
    assert marks() == {"a": NOW}


def test_the_number_of_rows_counts_in_sqlalchemy_too() -> None:
    with transaction() as db:
        direct(db).run_many(ADD, [{"p_nome": f"{number}", "p_instante": NOW} for number in range(3)])
        assert db.scalar(select(func.count()).select_from(MARKS)) == 3
