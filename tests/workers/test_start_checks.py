"""One `subir` per data folder, and ports that are free."""

import errno
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from support.ports import free_port, wait_until
from support.threads import main_thread_in

from core.errors import Misconfigured, Transient
from core.settings.load import Settings, settings_model
from workers import start_checks

HOLDER = """
import sys, time
from pathlib import Path
from workers.start_checks import alone
with alone(Path(sys.argv[1])):
    print("tenho", flush=True)
    time.sleep(60)
"""


def settings(**sections: Any) -> Settings:
    ports = {"flower": {"port": free_port()}, "api": {"port": free_port()}}
    return settings_model()(**{name: ports.get(name, {}) | sections.get(name, {}) for name in ports})


def test_a_second_one_on_the_same_folder_is_refused_while_the_first_lives(tmp_path: Path) -> None:
    folder = tmp_path / "dados"
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(folder)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(Misconfigured, match=rf"processo {holder.pid}.*core\.data_dir"), start_checks.alone(folder):
            pass
        holder.kill()
    with start_checks.alone(folder):
        assert (folder / start_checks.LOCK_FILE).read_text() == f"{os.getpid()}\n"
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "arquivo").touch()
    with pytest.raises(Misconfigured, match=r"core\.data_dir"), start_checks.alone(tmp_path / "arquivo" / "dados"):
        pass


FULL_DISK = """
import resource, sys
from pathlib import Path
from workers.start_checks import alone
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
with alone(Path(sys.argv[1])):
    print("tenho")
"""


def test_a_disk_that_takes_no_byte_keeps_nobody_from_having_the_folder(tmp_path: Path) -> None:
    """What is said of the full disk then is said by whoever needs it."""
    done = subprocess.run([sys.executable, "-c", FULL_DISK, str(tmp_path)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "tenho\n"), done.stderr


def test_a_disk_on_which_nothing_can_be_made_is_for_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(Transient, match=r"core\.data_dir.*o disco está cheio"), start_checks.alone(tmp_path):
        pass


def test_free_ports_are_accepted() -> None:
    start_checks.check_ports(settings())


@pytest.mark.parametrize("name", ["flower", "api"])
def test_a_taken_port_is_told_with_its_key(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start_checks, "PATIENCE_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Transient, match=rf"porta {port} .*{name}\.port"):
            start_checks.check_ports(settings(**{name: {"port": port}}))


def test_both_taken_ports_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start_checks, "PATIENCE_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        taken = {"flower": {"port": one.getsockname()[1]}, "api": {"port": other.getsockname()[1]}}
        with pytest.raises(Transient, match=r"flower\.port.*api\.port"):
            start_checks.check_ports(settings(**taken))


def test_what_only_an_operator_makes_good_beside_what_passes_is_a_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start_checks, "_fault", lambda _, port: {1: errno.EACCES, 2: errno.EADDRNOTAVAIL}[port])
    with pytest.raises(Misconfigured, match=r"flower\.port.*api\.port"):
        start_checks.check_ports(settings(flower={"port": 1}, api={"port": 2}))


def test_a_port_that_is_about_to_be_free_is_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as leaving:

        def leave() -> None:
            wait_until(lambda: main_thread_in("_mistake", start_checks.__file__))
            leaving.close()

        thread = threading.Thread(target=leave)
        thread.start()
        start_checks.check_ports(settings(api={"port": leaving.getsockname()[1]}))
        thread.join()


def test_one_port_for_two_is_a_mistake() -> None:
    port = free_port()
    with pytest.raises(Misconfigured, match=r"flower\.port e api\.port"):
        start_checks.check_ports(settings(flower={"port": port}, api={"port": port}))


@pytest.mark.parametrize("host", ["192.0.2.1", "nao.existe.invalid"])
def test_a_host_that_is_not_of_this_machine_is_told_with_its_key(host: str) -> None:
    with pytest.raises(Transient, match=r"api\.host"):
        start_checks.check_ports(settings(api={"host": host}))
