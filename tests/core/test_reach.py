import socket

from core.reach import connection_fault


def test_where_somebody_listens_there_is_no_fault() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        assert connection_fault("127.0.0.1", server.getsockname()[1]) == ""


def test_where_nobody_listens_the_address_and_the_reason_are_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        assert connection_fault("127.0.0.1", port) == f"127.0.0.1:{port} não aceita conexão (recusou a conexão)"


def test_a_name_that_cannot_be_one_is_told_and_raises_nothing() -> None:
    assert connection_fault("a" * 64 + ".local", 80).endswith("(nome inválido)")
