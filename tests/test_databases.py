"""A database that tests use one after the other is as it was, or is not used again."""

import psycopg
import pytest
from support.emptying import Model, emptied, model_of
from support.postgres import Cluster

USER = "INSERT INTO usuario (username, email, first_name, is_staff, ativo) VALUES ('{}', '', '', false, true)"

NINE_THOUSAND = "FROM generate_series(1, 9000) g"
MANY = USER.replace("VALUES ('{}',", "SELECT g || repeat('x', 100),").replace("true)", f"true {NINE_THOUSAND}")


@pytest.fixture
def dsn(cluster: Cluster) -> str:
    return cluster.url(cluster.create_from("modelo")).replace("+psycopg", "")


@pytest.fixture
def model(dsn: str) -> Model:
    return model_of(dsn)


@pytest.mark.parametrize(
    ("done", "again"),
    [
        ("SELECT 1", True),
        (USER.format("ana"), True),
        (f"BEGIN; {USER.format('ana')}; ROLLBACK", True),
        ("DROP TABLE latencia", False),
        ("ALTER TABLE usuario ADD COLUMN idade int", False),
        ("ALTER TABLE usuario ALTER COLUMN email DROP NOT NULL", False),
        ("ALTER TABLE usuario SET (fillfactor = 50)", False),
        ("CREATE INDEX ON usuario (email)", False),
        ("CREATE SCHEMA outro", False),
        ("CREATE FUNCTION um() RETURNS int LANGUAGE sql AS 'SELECT 1'", False),
        ("ANALYZE usuario; " + USER.format("ana") + "; ANALYZE usuario", False),
        ("UPDATE alembic_version SET version_num = '0001'", False),
        (MANY, False),
    ],
)
def test_what_was_done_is_undone_or_told(dsn: str, model: Model, done: str, again: bool) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        for statement in done.split("; "):
            connection.execute(statement)
    assert emptied(dsn, model) is again
    if again:
        assert model_of(dsn).form == model.form
        with psycopg.connect(dsn, autocommit=True) as connection:
            assert connection.execute("SELECT count(*) FROM usuario").fetchone() == (0,)
            assert connection.execute(f"{USER.format('bia')} RETURNING id").fetchone() == (1,)


def test_who_is_still_connected_and_holds_a_lock_is_sent_away(dsn: str, model: Model) -> None:
    with psycopg.connect(dsn) as other:
        other.execute(USER.format("ana"))
        other.execute("LOCK TABLE usuario")
        assert emptied(dsn, model)
        with pytest.raises(psycopg.OperationalError):
            other.execute("SELECT 1")


def test_one_that_is_away_is_told(dsn: str, model: Model, cluster: Cluster) -> None:
    cluster.drop(dsn.rpartition("/")[2])
    assert not emptied(dsn, model)
