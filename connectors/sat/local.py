"""A box on this machine: the vendor's library runs in a child process, which alone pays for its hangs and crashes."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import BinaryIO, TypeVar

from connectors.sat import logs
from connectors.sat.status import FUNCAO, InvalidAnswer
from core.errors import Bug, Misconfigured, PlatformError, Transient
from core.settings.sat import BoxSettings

GRACE_SECONDS = 1.0
LINE_LIMIT = 1024 * 1024
CHUNK = 64 * 1024
T = TypeVar("T")
Receive = Callable[[asyncio.StreamReader], Awaitable[T]]
NO_ANSWER = "a consulta terminou sem resposta."
# What the child says went wrong, and what that means here; the texts follow the name of the box.
FAULTS: dict[str, tuple[type[PlatformError], str]] = {
    "biblioteca": (Misconfigured, "não consegui carregar a biblioteca {library}"),
    "funcao": (Misconfigured, "a biblioteca {library} não tem a função de consulta"),
    "nulo": (InvalidAnswer, "a biblioteca respondeu vazio"),
    "codigo": (Misconfigured, "o código de ativação tem caracteres que nenhum equipamento aceita"),
}


async def ler(box: BoxSettings, sessao: int) -> str:
    """Return the wire line of a query through the box's library, within the box's deadline."""
    code, line = await _ask(box, _request(box, sessao, FUNCAO), _line, box.timeout_seconds)
    found = _answer(box, code, line)
    if "retorno" not in found:
        raise InvalidAnswer(NO_ANSWER)
    return found["retorno"]


async def extrair_logs(box: BoxSettings, sessao: int, saida: BinaryIO) -> None:
    """Write the box's log to a file as the child hands it over."""
    seconds, head = max(box.timeout_seconds, logs.SECONDS), bytearray()

    async def pieces(stdout: asyncio.StreamReader) -> AsyncIterator[bytes]:
        while piece := await stdout.read(CHUNK):
            head.extend(piece[: CHUNK - len(head)])
            yield piece

    async def receive(stdout: asyncio.StreamReader) -> PlatformError | None:
        try:
            await logs.write(pieces(stdout), saida, sessao)
        except PlatformError as fault:
            return fault
        return None

    code, fault = await _ask(box, _request(box, sessao, logs.FUNCAO), receive, seconds)
    if isinstance(fault, InvalidAnswer):
        # perhaps it is no answer of the box but a fault told by the child
        _answer(box, code, bytes(head))
    if fault is not None:
        raise fault


def _answer(box: BoxSettings, code: int, line: bytes) -> dict[str, str]:
    """Return what the child says, unless it is a fault, or the library brought it down before a whole line."""
    if code != 0 and not line.endswith(b"\n"):
        raise Transient(f"a biblioteca derrubou a consulta ({_end(code)}).")
    found = _found(line)
    if found.get("erro") in FAULTS:
        kind, text = FAULTS[found["erro"]]
        raise kind(f"{text.format(library=box.library)}.")
    return found


def _found(line: bytes) -> dict[str, str]:
    """Return what the child says; a library may write into any descriptor, so it is not trusted."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        raise InvalidAnswer(NO_ANSWER) from None
    said = found.items() if isinstance(found, dict) and line.endswith(b"\n") else ()
    return {name: value for name, value in said if isinstance(value, str)}


def _end(code: int) -> str:
    known = {number.value: number.name for number in signal.Signals}
    return f"sinal {known.get(-code, -code)}" if code < 0 else f"código {code}"


async def _ask(box: BoxSettings, request: bytes, receive: Receive[T], seconds: float) -> tuple[int, T]:
    """Run the child and return its code and what was received; it is gone afterwards, with the group it leads."""
    child = await _start()
    try:
        async with asyncio.timeout(seconds):
            received = await receive(await _output(child, request))
        # the library may have a device to release
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(child.wait(), GRACE_SECONDS)
    except TimeoutError:
        raise Transient(f"a biblioteca não respondeu em {seconds:g} s.") from None
    finally:
        await _finish(child)
    return child.returncode or 0, received


async def _output(child: asyncio.subprocess.Process, request: bytes) -> asyncio.StreamReader:
    """Hand the request over and return what the child writes."""
    if child.stdin is None or child.stdout is None:
        raise Bug
    child.stdin.write(request)
    with contextlib.suppress(ConnectionError):
        await child.stdin.drain()
    child.stdin.close()
    return child.stdout


async def _line(stdout: asyncio.StreamReader) -> bytes:
    """Return the first line the child writes, as far as it goes."""
    try:
        return await stdout.readline()
    except ValueError:
        raise InvalidAnswer(NO_ANSWER) from None


async def _finish(child: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        if sys.platform == "win32":
            child.kill()
        else:
            os.killpg(child.pid, signal.SIGKILL)
    # a daemon of the library may hold the other end of the pipe; asyncio has no public way to close this one
    pipe = child._transport.get_pipe_transport(1)  # type: ignore[attr-defined]
    if pipe is not None:
        pipe.close()
    await child.wait()


async def _start() -> asyncio.subprocess.Process:
    try:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "connectors.sat.child"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
            limit=LINE_LIMIT,
            # settings may be given there, secrets among them; a vendor's library needs none
            env={name: value for name, value in os.environ.items() if not name.startswith("ESTEIRA_")},
        )
    except OSError:
        raise Transient("não consegui iniciar o processo da consulta.") from None


def _request(box: BoxSettings, sessao: int, funcao: str) -> bytes:
    code = box.activation_code.get_secret_value() if box.activation_code else ""
    request = {"library": str(box.library), "activation_code": code, "sessao": sessao, "funcao": funcao}
    return json.dumps(request | {"parent": os.getpid()}).encode()
