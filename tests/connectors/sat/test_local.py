"""A box of this machine: a real C library in a real child process, with every way in which one may misbehave."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Configure
from support.ports import soon, wait_until
from support.processes import alive, arguments

import connectors.sat
from connectors.sat import child, client
from connectors.sat.client import consultar_status
from connectors.sat.status import Busy, InvalidAnswer, StatusOperacional
from core.errors import Misconfigured, PlatformError, Transient
from core.settings.sat import BoxSettings

SESSAO = 123456
PATIENCE = 60.0
CHANGING = (
    *("AtivarSAT", "ComunicarCertificadoICPBRASIL", "EnviarDadosVenda", "CancelarUltimaVenda", "TesteFimAFim"),
    *("ConfigurarInterfaceDeRede", "AssociarAssinatura", "AtualizarSoftwareSAT", "BloquearSAT", "DesbloquearSAT"),
    "TrocarCodigoDeAtivacao",
)

Compile = Callable[..., Path]
Box = Callable[..., BoxSettings]


def ask(settings: BoxSettings, sessao: int = SESSAO) -> StatusOperacional:
    return asyncio.run(consultar_status(settings, sessao))


def fault_of(settings: BoxSettings) -> PlatformError:
    """Return what asking raises; every fault is one sentence that names the box and shows no inner part."""
    with pytest.raises(PlatformError) as caught:
        ask(settings)
    said = str(caught.value)
    assert re.fullmatch(r"Caixa loja-1: .+\.", said)
    assert said.isprintable()
    assert not re.search(r"Traceback|Error|Exception|\[Errno|None", said)
    return caught.value


@pytest.mark.parametrize("behaviour", ["ok", "latin1", "prints"])
def test_a_library_answers_in_either_encoding_and_may_print(box: Box, behaviour: str) -> None:
    found = ask(box(behaviour))
    assert (found.numeroSessao, found.STATUS_LAN, found.ESTADO_OPERACAO) == (SESSAO, "NÃO CONECTADO", 0)


@pytest.mark.parametrize("behaviour", ["end crash", "end hang", "leaves a process", "leaves a daemon"])
def test_an_answer_counts_whatever_the_library_does_afterwards(box: Box, behaviour: str, tmp_path: Path) -> None:
    with soon():
        assert ask(box(behaviour)).ESTADO_OPERACAO == 0
    left = {"end hang": "pid", "leaves a process": "neto"}.get(behaviour)
    if left:
        process = int((tmp_path / left).read_text())
        wait_until(lambda: not alive(process))


@pytest.mark.parametrize(
    "text",
    [
        *("5", "null", "[]", "{}", '"erro"', '{"erro": "x"}', '{"erro": ["x"]}', '{"retorno": 1}', '{"erro": "nulo"'),
        *("\n", "[" * 40_000, "x" * 3_000_000),
    ],
    ids=lambda text: text[:20],
)
@pytest.mark.parametrize("end", ["", "\n"], ids=["unfinished", "line"])
def test_a_library_that_writes_into_the_channel_costs_itself_only(box: Box, text: str, end: str) -> None:
    with soon():
        found = fault_of(box(f"writes {text}{end}"))
    assert type(found) is InvalidAnswer


@pytest.mark.parametrize("sessao", [1, 100_000, 999_999])
def test_the_session_number_given_is_the_one_used(box: Box, sessao: int) -> None:
    assert ask(box(), sessao).numeroSessao == sessao


@pytest.mark.parametrize(
    ("behaviour", "kind", "says"),
    [
        ("wrong", Misconfigured, "10001"),
        ("busy", Busy, "10098"),
        ("other session", InvalidAnswer, "outra sessão"),
        ("other function", InvalidAnswer, "outra função"),
        ("garbage", InvalidAnswer, "não pôde ser entendida"),
        ("empty", InvalidAnswer, "não pôde ser entendida"),
        ("long", InvalidAnswer, "não pôde ser entendida"),
        ("null", InvalidAnswer, "respondeu vazio"),
        ("exit 0", InvalidAnswer, "terminou sem resposta"),
        ("exit", Transient, "código 7"),
        ("crash", Transient, "sinal SIGSEGV"),
        ("abort", Transient, "sinal SIGABRT"),
        ("realtime", Transient, "sinal "),
    ],
)
def test_faults_of_a_library(box: Box, behaviour: str, kind: type[PlatformError], says: str) -> None:
    with soon():
        found = fault_of(box(behaviour))
    assert type(found) is kind
    assert says in str(found)


@pytest.mark.parametrize("code", ["ok\0resto", "ok €", "ok \ud800"], ids=["NUL", "euro", "surrogate"])
def test_an_activation_code_that_cannot_be_sent_whole_is_not_sent(box: Box, code: str) -> None:
    found = fault_of(box(code))
    assert type(found) is Misconfigured
    assert "código de ativação" in str(found)
    assert "resto" not in str(found)


def test_an_activation_code_repeated_by_the_box_is_not_told(box: Box) -> None:
    with pytest.raises(PlatformError) as caught:
        ask(box("echo-segredo-9"))
    assert "10050" in str(caught.value)
    assert "segredo-9" not in str(caught.value)


def test_a_library_that_is_missing_or_none(box: Box, tmp_path: Path) -> None:
    text = tmp_path / "texto.so"
    text.write_text("isto não é uma biblioteca")
    for path in (tmp_path / "falta.so", text, tmp_path, tmp_path / "driver.dll", "falta.so", "a\0b.so"):
        found = fault_of(box(library=path))
        assert type(found) is Misconfigured
        assert "não consegui carregar a biblioteca" in str(found)


def test_a_library_without_the_function(box: Box, compiled: Compile, tmp_path: Path) -> None:
    source = tmp_path / "outra.c"
    source.write_text("int outra(void) { return 0; }")
    found = fault_of(box(library=compiled(source)))
    assert type(found) is Misconfigured
    assert "não tem a função" in str(found)


def test_a_library_of_the_working_folder_needs_no_path(box: Box, library: Path, tmp_path: Path) -> None:
    shutil.copy(library, tmp_path / "perto.so")
    for path in ("perto.so", "./perto.so"):
        assert ask(box(library=path)).ESTADO_OPERACAO == 0


@pytest.mark.parametrize("behaviour", ["stubborn", "hang child"])
def test_a_library_that_hangs_is_killed_at_the_deadline_with_all_it_started(
    box: Box, behaviour: str, tmp_path: Path
) -> None:
    with soon():
        found = fault_of(box(behaviour, timeout_seconds=3))
    assert type(found) is Transient
    assert "não respondeu em 3 s" in str(found)
    for name in ("pid", "neto") if behaviour == "hang child" else ("pid",):
        process = int((tmp_path / name).read_text())
        wait_until(lambda process=process: not alive(process))  # type: ignore[misc]


def test_a_cancelled_question_leaves_no_process(box: Box, tmp_path: Path) -> None:
    async def give_up() -> int:
        asking = asyncio.create_task(consultar_status(box("hang"), SESSAO))
        await asyncio.to_thread(wait_until, (tmp_path / "pid").exists, PATIENCE)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        return int((tmp_path / "pid").read_text())

    process = asyncio.run(give_up())
    wait_until(lambda: not alive(process))


ASK_IN_A_PROCESS = """
import asyncio, json, sys
from connectors.sat.client import consultar_status
from core.settings.sat import BoxSettings
asyncio.run(consultar_status(BoxSettings.model_validate_json(sys.stdin.read()), 123456))
"""


def test_the_child_dies_with_its_parent_and_shows_the_activation_code_to_nobody(
    box: Box, tmp_path: Path, configure: Configure
) -> None:
    code = "hang-segredo-7"
    settings = {**box(code).model_dump(mode="json"), "activation_code": code}
    # the usual place of settings in a container
    configure(sat__boxes=json.dumps([settings]))
    parent = subprocess.Popen([sys.executable, "-c", ASK_IN_A_PROCESS], stdin=subprocess.PIPE, text=True)
    assert parent.stdin is not None
    with parent, parent.stdin:
        parent.stdin.write(json.dumps(settings))
        parent.stdin.close()
        wait_until((tmp_path / "pid").exists, PATIENCE)
        child = int((tmp_path / "pid").read_text())
        shown = arguments(child) + Path(f"/proc/{child}/environ").read_text("utf-8", "replace")
        assert "connectors.sat.child" in shown
        assert "segredo" not in shown
        assert "ESTEIRA_" not in shown
        parent.kill()
    wait_until(lambda: not alive(child))


def test_two_boxes_are_asked_at_once_and_one_hang_costs_itself(box: Box) -> None:
    async def both() -> list[object]:
        slow, quick = box("hang", timeout_seconds=1), box("ok", name="loja-2")
        asked = [consultar_status(slow, SESSAO), *(consultar_status(quick, SESSAO + n) for n in range(3))]
        return list(await asyncio.gather(*asked, return_exceptions=True))

    with soon():
        hung, *answered = asyncio.run(both())
    assert isinstance(hung, Transient)
    assert [one.numeroSessao for one in answered if isinstance(one, StatusOperacional)] == [
        SESSAO + n for n in range(3)
    ]


def test_a_process_that_cannot_be_started_is_a_fault_like_any_other(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nao/existe/python")
    found = fault_of(box())
    assert type(found) is Transient
    assert "iniciar o processo" in str(found)


def test_no_file_descriptor_and_no_process_is_left(box: Box) -> None:
    ask(box())
    before, children = len(os.listdir("/proc/self/fd")), own_children()
    for behaviour in ("ok", "crash", "exit", "null"):
        try:
            ask(box(behaviour))
        except PlatformError:
            continue
    assert len(os.listdir("/proc/self/fd")) <= before
    assert own_children() == children


def own_children() -> set[str]:
    return {pid for listed in Path("/proc/self/task").glob("*/children") for pid in listed.read_text().split()}


def test_the_library_of_the_test_notices_a_forbidden_call(library: Path, tmp_path: Path) -> None:
    trace = tmp_path / "rastro"
    code = f"import ctypes; lib = ctypes.CDLL({str(library)!r}); [getattr(lib, f)() for f in {CHANGING!r}]"
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, "BIBLIOTECA_RASTRO": str(trace)})
    assert trace.read_text().split() == list(CHANGING)


def test_whatever_happens_no_function_that_changes_a_box_is_called(
    box: Box, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    trace = tmp_path / "rastro"
    monkeypatch.setenv("BIBLIOTECA_RASTRO", str(trace))
    for behaviour in ("ok", "wrong", "busy", "null", "crash", "garbage"):
        try:
            ask(box(behaviour))
        except PlatformError:
            continue
    assert not trace.exists()
    assert not (tmp_path / "chamada_proibida").exists()


def test_the_connector_names_no_function_that_changes_a_box() -> None:
    text = "\n".join(path.read_text() for path in Path(connectors.sat.__path__[0]).glob("*.py")).lower()
    snake = [re.sub(r"(?<!^)(?=[A-Z][a-z])", "_", name).lower() for name in CHANGING]
    assert "consultar_status_operacional" in text
    assert "extrair_logs" in text
    assert [name for name in (*map(str.lower, CHANGING), *snake) if name in text] == []


def test_only_the_status_and_the_log_can_be_asked_for() -> None:
    public = {name for name in vars(client.ClienteCaixa) if not name.startswith("_")}
    assert public == {"consultar_status_operacional"}
    assert set(client.WAYS) == set(client.LOGS) == {"agente", "hub", "local"}
    assert set(child.LIMITS) == {"ConsultarStatusOperacional", "ExtrairLogs"}
