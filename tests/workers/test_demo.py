"""The demonstration: a folder of its own, settings that hold while it lives, a real sandbox, ordinary commands."""

import os
import re
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import pytest
from conftest import Configure, forget_process_state
from support.forked import typed

from cli.main import main
from cli.typed import type_all
from core.errors import Misconfigured
from core.settings.core import CoreSettings
from core.settings.deliveries import DeliverySettings
from core.settings.flower import FlowerSettings
from core.settings.load import get_settings, load_settings
from core.settings.questor import QuestorSettings
from core.settings.sat import SatSettings
from flows.usuarios import entering
from sandbox.demo.hub import SHOPS
from sandbox.demo.part import Stage, parts
from storage import migrate
from storage.session import engine
from workers import start_checks
from workers.child import child_environment
from workers.demo import Demonstration, staged

HOLDER = """
import time
from core.settings.load import get_settings
from workers.demo import staged
with staged(get_settings()):
    print("tenho", flush=True)
    time.sleep(60)
"""


@contextmanager
def serving(shown: Demonstration) -> Iterator[subprocess.Popen[str]]:
    """Run the sandbox as the supervisor would."""
    spec = shown.processes(after=[])[0]
    assert spec.stdin is not None
    assert spec.on_line is not None
    assert spec.ready is not None
    with subprocess.Popen(spec.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        try:
            running.stdin.write(spec.stdin())
            running.stdin.close()
            assert not spec.ready()
            assert not spec.on_line("um aviso")
            assert spec.on_line(running.stdout.readline())
            assert spec.ready()
            yield running
        finally:
            running.kill()


def prepared(shown: Demonstration) -> int:
    """Run the job that types, as the supervisor would; return its exit code."""
    job = shown.processes(after=[])[1]
    assert job.stdin is not None
    return subprocess.run(job.command, input=job.stdin(), text=True, check=False).returncode


def test_while_it_lives_its_settings_stand_above_environment_and_file(configure: Configure, tmp_path: Path) -> None:
    configure(
        deliveries__allow_networks='["10.1.0.0/16"]',
        sat__boxes='[{"name": "minha", "host": "10.0.0.5"}]',
        core__redis_url="redis://meu-servidor:6379/0",
        core__database_url="postgresql://meu-servidor/banco",
    )
    mine = get_settings()
    with staged(mine) as shown:
        found = load_settings()
        assert [box.name for box in found[SatSettings].boxes] == list(SHOPS)
        assert [box.port for box in found[SatSettings].boxes] == shown.stage.ports["hub"]
        assert [str(network) for network in found[DeliverySettings].allow_networks] == ["10.1.0.0/16", "127.0.0.0/8"]
        assert found[DeliverySettings].allow_http
        assert found[CoreSettings].data_dir == tmp_path / "dados" / "demonstracao"
        assert str(tmp_path) in found[CoreSettings].database
        assert found[CoreSettings].broker is None
        assert "demonstracao" in found[QuestorSettings].contas
    assert load_settings() == mine


def test_an_account_of_ones_own_stays_beside_that_of_the_demonstration(configure: Configure) -> None:
    configure(questor__token="minha-chave", questor__office="escritorio")
    with staged(get_settings()):
        assert set(load_settings()[QuestorSettings].contas) == {"padrao", "demonstracao"}


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_one_that_was_killed_leaves_nothing_that_holds(end: signal.Signals, tmp_path: Path) -> None:
    mine = load_settings()
    with subprocess.Popen([sys.executable, "-c", HOLDER], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        assert load_settings()[SatSettings].boxes
        holder.send_signal(end)
        holder.wait()
    assert (tmp_path / "dados" / "demonstracao").exists()
    assert load_settings() == mine


def test_another_line_in_its_folder_is_refused_with_the_number_of_its_process(tmp_path: Path) -> None:
    folder = get_settings()[CoreSettings].data_dir
    with start_checks.alone(folder), staged(get_settings()):
        within = get_settings()[CoreSettings].data_dir
        said = rf"`esteira subir --demo` rodando com a pasta \S+/dados \(processo {os.getpid()}\)"
        with pytest.raises(Misconfigured, match=said), start_checks.alone(within):
            pass
        assert not (within / start_checks.LOCK_FILE).exists()
    with start_checks.alone(get_settings()[CoreSettings].data_dir):
        pass


def test_each_start_is_a_new_one(tmp_path: Path) -> None:
    left = tmp_path / "dados" / "demonstracao" / "esteira.db"
    left.parent.mkdir(parents=True)
    left.write_text("de antes")
    with staged(get_settings()) as shown:
        assert not left.exists()
        assert left.parent.stat().st_mode & 0o777 == 0o700
        assert (left.parent / "ajustes.json").stat().st_mode & 0o777 == 0o600
        assert Path(shown.stage.folder) == left.parent
    assert not left.parent.exists()


def test_what_cannot_be_read_is_no_demonstration(tmp_path: Path) -> None:
    with staged(get_settings()) as shown:
        (Path(shown.stage.folder) / "ajustes.json").write_text("{")
        assert load_settings()[SatSettings].boxes == ()


def test_its_servers_tell_what_they_have_seen() -> None:
    with staged(get_settings()) as shown:
        assert shown.seen()["partes"] == {}
        with serving(shown):
            seen = shown.seen()
    # its first order comes at once
    assert re.fullmatch(r"(1 ordem|\d+ ordens), 0 avisadas", seen["partes"].pop("erp"))
    assert seen == {
        "partes": {
            "central": "1 cliente e 2 chamados no Milvus, 1 contato no Ploomes",
            "correio": "0 e-mails em 0 caixas",
            "documentos": "0 avisos recebidos",
            "ntfy": "0 publicadas",
            "questor": "0 documentos guardados",
            "receptor": "0 com assinatura verificada, 0 recusados",
            "sefaz": "0 perguntas com certificado, 0 eventos do destinatário",
        },
        "webhooks": [],
    }


def test_a_sandbox_that_was_killed_is_found_again_where_it_was() -> None:
    with staged(get_settings()) as shown:
        for _ in range(2):
            with serving(shown):
                assert shown.seen()["partes"]


@pytest.mark.slow
def test_what_the_parts_want_is_typed_and_seen_by_whoever_types_in_the_same_place(broker: str) -> None:
    with staged(get_settings()) as shown, serving(shown):
        address = Path(shown.stage.folder) / "broker.url"
        address.write_text(broker)
        migrate.upgrade(engine())
        assert prepared(shown) == 0
        for words in shown.look():
            # a process of its own would say the same for a hundred times the price
            forget_process_state()
            code = main(words.split()[1:])
            # nothing was delivered yet, and no worker runs
            assert code == 0 or "mostrar 1" in words or "diagnostico" in words, words
        destinations = typed("destinos", "listar")[1]
        assert {one["nome"] for one in destinations} == {
            "demo-webhook", "demo-ntfy", "demo-ordens", "demo-chamados", "demo-documentos", "demo-plantao",
            "E-mail de demonstracao"
        }  # fmt: skip
        state = typed("questor", "estado", "demonstracao", "--conta", "demonstracao")[1]
        assert state["total"] == 24
        assert prepared(shown) == 0


def test_people_sign_in_with_what_it_says(broker: str) -> None:
    with staged(get_settings()) as shown:
        said = re.findall(r"http://127\.0\.0\.1:\d+/painel/  .*: usuário (\w+), senha (\w+)", "\n".join(shown.pages()))
        (Path(shown.stage.folder) / "broker.url").write_text(broker)
        migrate.upgrade(engine())
        assert type_all([asdict(one) for one in parts()["pessoa"].commands(shown.stage)]) == 0
        assert [name for name, password in said if entering.enter(name, password)] == ["equipe", "demonstracao"]


def test_a_file_of_its_owner_has_the_passwords_for_those_who_read_objects() -> None:
    with staged(get_settings()) as shown:
        *pages, last = shown.access_file.read_text().splitlines()
        assert pages == shown.pages()
        where = get_settings()[FlowerSettings]
        kept = Path(shown.stage.folder) / "flower.password"
        assert last == f"{where.page}  filas e tarefas: usuário {where.user}, senha em {kept}"
        assert stat.S_IMODE(shown.access_file.stat().st_mode) == 0o600
    assert not shown.access_file.exists()


def test_every_part_has_a_server_for_each_port(tmp_path: Path) -> None:
    stage = Stage(str(tmp_path), {name: [0] * part.ports for name, part in parts().items()}, "semente")
    assert {name: len(part.servers(stage)) for name, part in parts().items()} == {
        name: part.ports for name, part in parts().items()
    }


def test_children_get_no_option_of_flower(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLOWER_UNAUTHENTICATED_API", "1")
    assert not any(name.startswith("FLOWER_") for name in child_environment())
