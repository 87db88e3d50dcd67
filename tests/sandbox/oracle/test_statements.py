"""What Oracle refuses is refused, with its number; what it accepts does what it does there."""

import oracledb
import pytest

from sandbox.oracle.statement import parse

T = "HSM_FILA_NOTIFICACAO"


@pytest.mark.parametrize(
    ("sql", "number"),
    [
        (f"SELECT ID FROM {T} ORDER BY ID FETCH FIRST 2 ROWS ONLY FOR UPDATE", 2014),
        (f"SELECT ID FROM {T} ORDER BY ID OFFSET 1 ROWS FETCH NEXT 2 ROWS ONLY FOR UPDATE SKIP LOCKED", 2014),
        (f"SELECT ID FROM (SELECT ID FROM {T} ORDER BY ID) WHERE ROWNUM <= 2 FOR UPDATE", 2014),
        (f"SELECT DISTINCT ID FROM {T} FOR UPDATE", 2014),
        (f"SELECT ID FROM {T} LIMIT 2", 933),
        (f"SELECT ID FROM {T};", 933),
        (f"UPDATE {T} SET STATUS = 'X' ORDER BY ID", 933),
        (f"DELETE FROM {T} FETCH FIRST 1 ROWS ONLY", 933),
        (f"INSERT INTO {T} (ID_OS) VALUES (1) ON CONFLICT DO NOTHING", 933),
        (f"INSERT INTO {T} (ID_OS) VALUES (1) RETURNING ID", 925),
        ("SELECT 1", 923),
        (f"SELECT ID FROM {T} WHERE ID IN ({','.join('1' for _ in range(1001))})", 1795),
        ("SELECT ID FROM NAO_HA", 942),
        ("UPDATE NAO_HA SET A = 1", 942),
        (f"SELECT NAO_HA FROM {T}", 904),
        (f"UPDATE {T} SET NAO_HA = 'x'", 904),
        (f"INSERT INTO {T} (ID, ID_OS) VALUES (7, 1)", 32795),
        (f"INSERT INTO {T} (MENSAGEM) VALUES ('{'ç' * 21}')", 12899),
        (f"INSERT INTO {T} (ID_OS) VALUES ('um')", 1722),
    ],
)
def test_what_oracle_refuses_is_refused(fila: oracledb.Connection, sql: str, number: int) -> None:
    with pytest.raises(oracledb.Error) as refused:
        fila.cursor().execute(sql)
    assert refused.value.args[0].full_code == f"ORA-{number:05d}"


def test_words_within_literals_and_comments_are_no_code(fila: oracledb.Connection) -> None:
    cursor = fila.cursor()
    cursor.execute("SELECT 'LIMIT 2; FOR UPDATE' A /* LIMIT 3 */ FROM DUAL -- ON CONFLICT")
    assert cursor.fetchone() == ("LIMIT 2; FOR UPDATE",)


def test_the_empty_text_is_null(fila: oracledb.Connection) -> None:
    cursor = fila.cursor()
    cursor.execute(f"UPDATE {T} SET MENSAGEM = '' WHERE ID = 1")
    cursor.execute(f"SELECT COUNT(*) FROM {T} WHERE MENSAGEM IS NULL")
    assert cursor.fetchone() == (1,)


def test_rownum_limits_a_query_and_a_change(fila: oracledb.Connection) -> None:
    cursor = fila.cursor()
    cursor.execute(f"SELECT ID FROM {T} WHERE ROWNUM <= 2")
    assert len(cursor.fetchall()) == 2
    cursor.execute(f"UPDATE {T} SET STATUS = 'X' WHERE STATUS = 'PENDENTE' AND ROWNUM < 4")
    assert cursor.rowcount == 3


def test_an_array_tells_what_each_row_changed(fila: oracledb.Connection) -> None:
    cursor = fila.cursor()
    rows = [("X", 1), ("X", 99), ("X", 2)]
    cursor.executemany(f"UPDATE {T} SET STATUS = :1 WHERE ID = :2", rows, arraydmlrowcounts=True)
    assert cursor.getarraydmlrowcounts() == [1, 0, 1]


def test_an_array_may_go_on_after_an_error(fila: oracledb.Connection) -> None:
    cursor = fila.cursor()
    texts = [("curta",), ("longa" * 20,), ("outra",)]
    cursor.executemany(f"INSERT INTO {T} (MENSAGEM) VALUES (:1)", texts, batcherrors=True)
    assert [(error.offset, error.full_code) for error in cursor.getbatcherrors()] == [(1, "ORA-12899")]


def test_a_change_gives_values_back(fila: oracledb.Connection) -> None:
    cursor = fila.cursor()
    ids = cursor.var(int)
    cursor.execute(f"UPDATE {T} SET STATUS = 'X' WHERE ID <= 3 RETURNING ID INTO :ids", ids=ids)
    assert ids.getvalue() == [1, 2, 3]


def test_clocks_and_intervals_are_the_servers(fila: oracledb.Connection) -> None:
    cursor = fila.cursor()
    cursor.execute(
        f"SELECT COUNT(*) FROM {T} WHERE DT_CRIACAO > SYSDATE - NUMTODSINTERVAL(:s, 'SECOND') "
        "AND DT_CRIACAO < SYSTIMESTAMP + INTERVAL '1' HOUR",
        s=60,
    )
    assert cursor.fetchone() == (6,)


def test_ddl_commits_and_can_add_columns(fila: oracledb.Connection) -> None:
    cursor = fila.cursor()
    cursor.execute(f"UPDATE {T} SET STATUS = 'X'")
    cursor.execute(f"ALTER TABLE {T} ADD (TENTATIVAS NUMBER(5) DEFAULT 0 NOT NULL, ERRO VARCHAR2(1000))")
    fila.rollback()
    cursor.execute(f"SELECT STATUS, TENTATIVAS, ERRO FROM {T} WHERE ID = 1")
    assert cursor.fetchone() == ("X", 0, None)


def test_binds_are_numbered_in_the_order_in_which_they_stand() -> None:
    statement = parse("""UPDATE T SET A = :b, B = ':"c"' WHERE C = :"1_a" AND D = :b""")
    assert statement.sql.count(":p0 ") == statement.sql.count(":p1 ") == statement.sql.count(":p2 ") == 1
    assert ":p3" not in statement.sql
