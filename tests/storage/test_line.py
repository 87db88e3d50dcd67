"""A connection that is kept: the transactions on it, and what becomes of it when the other side goes away."""

import os
from contextlib import closing
from datetime import UTC, datetime

import pytest
from conftest import Configure
from sqlalchemy import bindparam, event, func, insert, select, text

from core.errors import Transient
from storage import line as lines
from storage import session
from storage.direct import Direct, Prepared
from storage.line import Line, kept
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
    with pytest.raises(RuntimeError), kept() as kept_line, kept_line.transaction() as on:
        assert on.run(NUMBER, {}) == [(number,)]
        add(on, "a")
        raise RuntimeError
    assert marks() == []


def out() -> int:
    return engine().pool.checkedout()  # type: ignore[attr-defined, no-any-return]


def test_a_process_keeps_one_connection_for_all_even_after_a_fault(banco: str) -> None:
    with pytest.raises(RuntimeError), kept() as line, line.transaction() as on:
        add(on, "a")
        raise RuntimeError
    for nome in ("b", "c"):
        with kept() as line, line.transaction() as on:
            add(on, nome)
        assert out() == 1
    assert marks() == ["b", "c"]


def test_who_comes_while_it_is_in_use_gets_another_and_gives_that_back(banco: str) -> None:
    with kept() as first:
        with kept() as second, second.transaction() as on:
            add(on, "a")
            assert second is not first
        with first.transaction() as on:
            add(on, "b")
    assert (marks(), out()) == (["a", "b"], 1)


def test_one_that_nobody_used_for_long_is_looked_at_by_the_pool(postgres: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    with kept() as line, line.transaction() as on:
        add(on, "a")
    event.listen(engine(), "checkout", lambda *given: asked.append(given))
    with kept() as line, line.transaction() as on:
        add(on, "b")
    assert not asked
    monkeypatch.setattr(lines, "IDLE_SECONDS", -1.0)
    with kept() as line, line.transaction() as on:
        add(on, "c")
    assert len(asked) == 1
    assert marks() == ["a", "b", "c"]


def test_none_is_kept_of_a_database_that_is_left(banco: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with kept() as line, line.transaction() as on:
        add(on, "a")
    left = engine()
    session.dispose()
    assert (left.pool.checkedout(), engine() is left) == (0, False)  # type: ignore[attr-defined]
    with kept() as line, line.transaction() as on:
        add(on, "b")
    assert marks() == ["a", "b"]


def test_a_forked_process_has_one_of_its_own(banco: str) -> None:
    with kept() as line, line.transaction() as on:
        add(on, "a")
    child = os.fork()
    if not child:
        code = 1
        try:
            with kept() as line, line.transaction() as on:
                add(on, "b")
            code = 0
        finally:
            os._exit(code)
    assert os.waitpid(child, 0)[1] == 0
    with kept() as line, line.transaction() as on:
        add(on, "c")
    assert marks() == ["a", "b", "c"]


def test_the_pool_gets_a_connection_of_sqlite_back_as_patient_as_it_was(sqlite: str) -> None:
    line = Line()
    with line.transaction() as on:
        driver = on.driver
        assert driver.execute("PRAGMA busy_timeout").fetchone() == (0,)
    line.close()
    assert driver.execute("PRAGMA busy_timeout").fetchone() == (int(session.BUSY_SECONDS * 1000),)


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


def test_a_server_that_only_reads_is_left_and_the_next_works(postgres: str) -> None:
    with closing(Line()) as line:
        with line.transaction() as on:
            on.driver.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
        with pytest.raises(Transient, match="só aceita leituras"), line.transaction() as on:
            add(on, "a")
        with line.transaction() as on:
            add(on, "b")
    assert marks() == ["b"]


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
