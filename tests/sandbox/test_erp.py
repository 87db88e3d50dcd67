import sqlite3
from pathlib import Path

from sandbox.erp import FIRST_ORDER, ErpServer


def test_orders_appear_and_the_trigger_puts_each_into_the_queue(tmp_path: Path) -> None:
    path = tmp_path / "erp.db"
    with ErpServer(path, every=0.01) as server:
        assert server.wait_for(lambda: server.estado()["ordens"] >= 3)
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT ID_OS, STATUS FROM HSM_FILA_NOTIFICACAO ORDER BY ID LIMIT 2").fetchall()
    connection.close()
    assert rows == [(FIRST_ORDER, "PENDENTE"), (FIRST_ORDER + 1, "PENDENTE")]


def test_it_tells_what_was_processed(tmp_path: Path) -> None:
    path = tmp_path / "erp.db"
    server = ErpServer(path)
    server.order()
    server.order()
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("UPDATE HSM_FILA_NOTIFICACAO SET STATUS = 'PROCESSADO' WHERE ID = 1")
    connection.close()
    assert server.estado() == {"ordens": 2, "processadas": 1}


def test_orders_go_on_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "erp.db"
    ErpServer(path).order()
    ErpServer(path).order()
    assert ErpServer(path).estado() == {"ordens": 2, "processadas": 0}
