"""A connection that is kept: the transactions on it, and what becomes of it when the other side goes away."""

from datetime import UTC, datetime

import pytest
from conftest import Configure
from sqlalchemy import bindparam, func, insert, select, text

from core.errors import Transient
from storage import session
from storage.direct import Direct, Prepared
from storage.line import Line, once
from storage.models.limites import Marca
from storage.rows import table_of
from storage.session import engine, reading, transaction

MARKS = table_of(Marca)
NOW = datetime(2026, 3, 1, tzinfo=UTC)
ADD = Prepared(insert(MARKS).values(nome=bindparam("p_nome"), instante=bindparam("p_instante")))
NUMBER = Prepared(select(func.pg_backend_pid()))


def add(on: Direct, nome: str) -> None:
    on.run(ADD, {"p_nome": nome, "p_instante": NOW})


def marks() -> list[str]:
    with reading() as db:
        return [row.nome for row in db.query(Marca).order_by(Marca.nome)]


def test_each_transaction_stands_for_itself(banco: str) -> None:
    line = Line()
    with line.transaction() as on:
        add(on, "a")
    with pytest.raises(RuntimeError), line.transaction() as on:
        add(on, "b")
        raise RuntimeError
    with line.transaction() as on:
        add(on, "c")
    assert marks() == ["a", "c"]
    line.close()


def test_what_a_session_writes_there_is_of_the_same_transaction(banco: str) -> None:
    line = Line()
    with pytest.raises(RuntimeError), line.transaction() as on:
        on.db.add(Marca(nome="a", instante=NOW))
        on.db.flush()
        raise RuntimeError
    with line.transaction() as on:
        add(on, "b")
        on.db.add(Marca(nome="c", instante=NOW))
    with line.transaction() as on:
        add(on, "d")
    assert marks() == ["b", "c", "d"]
    line.close()


def test_a_statement_alone_is_a_transaction_of_its_own(postgres: str) -> None:
    line = Line()
    with line.alone() as on:
        add(on, "a")
        assert marks() == ["a"]
    with pytest.raises(RuntimeError), line.transaction() as on:
        add(on, "b")
        raise RuntimeError
    with pytest.raises(RuntimeError), line.alone() as on:
        add(on, "c")
        raise RuntimeError
    assert marks() == ["a", "c"]
    line.close()


def test_a_line_that_was_alone_gives_its_connection_back_as_it_was(postgres: str) -> None:
    line = Line()
    with line.alone() as on:
        ((number,),) = on.run(NUMBER, {})
    line.close()
    with pytest.raises(RuntimeError), once() as on:
        assert on.run(NUMBER, {}) == [(number,)]
        add(on, "a")
        raise RuntimeError
    assert marks() == []


def test_once_gives_its_connection_back_even_after_a_fault(banco: str) -> None:
    with pytest.raises(RuntimeError), once() as on:
        add(on, "a")
        raise RuntimeError
    for nome in ("b", "c"):
        with once() as on:
            add(on, nome)
    assert marks() == ["b", "c"]
    assert engine().pool.checkedout() == 0  # type: ignore[attr-defined]


def test_a_connection_that_the_server_closed_meanwhile_is_made_anew(postgres: str) -> None:
    line = Line()
    with line.transaction() as on:
        ((number,),) = on.run(NUMBER, {})
    with transaction() as db:
        db.execute(text("SELECT pg_terminate_backend(:number, 10000)"), {"number": number})
    with line.transaction() as on:
        add(on, "a")
    assert marks() == ["a"]
    line.close()


def test_one_that_is_closed_in_mid_transaction_is_a_transient_fault_and_the_next_works(postgres: str) -> None:
    line = Line()
    with pytest.raises(Transient), line.transaction() as on:
        ((number,),) = on.run(NUMBER, {})
        with transaction() as db:
            db.execute(text("SELECT pg_terminate_backend(:number, 10000)"), {"number": number})
        add(on, "a")
    with line.transaction() as on:
        add(on, "b")
    assert marks() == ["b"]
    line.close()


def test_a_lock_that_somebody_keeps_is_a_transient_fault(sqlite: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "BUSY_SECONDS", 0.05)
    line = Line()
    with transaction() as db:
        db.add(Marca(nome="a", instante=NOW))
        db.flush()
        with pytest.raises(Transient), line.transaction():
            pass
    with line.transaction() as on:
        add(on, "b")
    assert marks() == ["a", "b"]
    line.close()


def test_an_address_where_nobody_answers_is_a_transient_fault(configure: Configure) -> None:
    configure(core__database_url="postgresql://127.0.0.1:1/nada")
    with pytest.raises(Transient), Line().transaction():
        pass
