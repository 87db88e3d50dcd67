"""Whether work can be done now: a yes or a no, whatever is wrong."""

from pathlib import Path

import pytest
from conftest import Configure, forget_process_state
from sqlalchemy import text
from support.ports import free_port
from support.redis import RedisServer

from core.broker_address import ADDRESS_FILE
from flows.diagnostico import ready
from storage import migrate
from storage.session import connect_engine, engine


def write(url: str, statement: str) -> None:
    """Let another program change the database."""
    other = connect_engine(url)
    with other.begin() as connection:
        connection.execute(text(statement))
    other.dispose()


def test_a_database_of_this_version_is_ready(sqlite: str) -> None:
    assert ready.database()


@pytest.mark.parametrize("revision", ["0001", f"{int(migrate.HEAD) - 1:04d}", f"{int(migrate.HEAD) + 1:04d}"])
def test_one_of_another_version_is_not(sqlite: str, revision: str) -> None:
    write(sqlite, f"UPDATE alembic_version SET version_num = '{revision}'")
    forget_process_state()
    assert not ready.database()


@pytest.mark.parametrize(
    "statement", ["DELETE FROM alembic_version", "UPDATE alembic_version SET version_num = '0001'"]
)
def test_one_that_was_put_back_while_this_process_runs_is_not(sqlite: str, statement: str) -> None:
    engine()
    write(sqlite, statement)
    assert not ready.database()


def test_a_server_that_is_away_is_not(configure: Configure) -> None:
    configure(core__database_url=f"postgresql://127.0.0.1:{free_port()}/x")
    assert not ready.database()


def test_a_file_that_is_no_database_is_not(configure: Configure, tmp_path: Path) -> None:
    path = tmp_path / "esteira.db"
    path.write_bytes(b"isto nao e um banco" * 1000)
    configure(core__database_url=f"sqlite:///{path}")
    assert not ready.database()


def test_without_a_broker_there_is_none_that_answers() -> None:
    assert not ready.broker()


def test_a_broker_that_answers_is_ready(configure: Configure, redis_server: RedisServer) -> None:
    configure(core__redis_url=redis_server.url)
    assert ready.broker()


def test_one_that_lets_us_not_in_is_not(configure: Configure, redis_server: RedisServer) -> None:
    configure(core__redis_url=f"redis://esteira:errada@127.0.0.1:{redis_server.port}/0")  # pragma: allowlist secret
    assert not ready.broker()


def test_one_that_is_away_or_has_an_option_that_none_knows_is_not(
    configure: Configure, redis_server: RedisServer
) -> None:
    for url in (f"redis://127.0.0.1:{free_port()}/0", f"{redis_server.url}?cor=azul"):
        configure(core__redis_url=url)
        assert not ready.broker()


def test_an_address_that_is_none_is_not(tmp_path: Path) -> None:
    (tmp_path / "dados").mkdir()
    (tmp_path / "dados" / ADDRESS_FILE).write_text("rediss://127.0.0.1:1/0?ssl_cert_reqs=talvez")
    assert not ready.broker()
