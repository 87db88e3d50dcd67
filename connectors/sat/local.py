"""A box on this machine: the vendor's library runs in a child process, which alone pays for its hangs and crashes."""

import asyncio
import contextlib
import json
import os
import signal
import sys

from connectors.sat.status import InvalidAnswer, StatusOperacional, parse
from core.errors import Bug, Misconfigured, PlatformError, Transient
from core.settings_sat import BoxSettings

GRACE_SECONDS = 1.0
LINE_LIMIT = 1024 * 1024
NO_ANSWER = "a consulta terminou sem resposta."
# What the child says went wrong, and what that means here; the texts follow the name of the box.
FAULTS: dict[str, tuple[type[PlatformError], str]] = {
    "biblioteca": (Misconfigured, "não consegui carregar a biblioteca {library}"),
    "funcao": (Misconfigured, "a biblioteca {library} não tem a função de consulta"),
    "nulo": (InvalidAnswer, "a biblioteca respondeu vazio"),
    "codigo": (Misconfigured, "o código de ativação tem caracteres que nenhum equipamento aceita"),
}


async def consultar(box: BoxSettings, sessao: int) -> StatusOperacional:
    """Query the box through its library, within the box's deadline."""
    code, line = await _ask(box, sessao)
    # an answer is one whole line; what the library does after it does not matter
    if code != 0 and not line.endswith(b"\n"):
        raise Transient(f"a biblioteca derrubou a consulta ({_end(code)}).")
    found = _found(line)
    if found.get("erro") in FAULTS:
        kind, text = FAULTS[found["erro"]]
        raise kind(f"{text.format(library=box.library)}.")
    if "retorno" not in found:
        raise InvalidAnswer(NO_ANSWER)
    return parse(found["retorno"], sessao)


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


async def _ask(box: BoxSettings, sessao: int) -> tuple[int, bytes]:
    """Run the child and return its code and line; it is gone afterwards, with the process group it leads."""
    child = await _start()
    try:
        async with asyncio.timeout(box.timeout_seconds):
            line = await _line(child, _request(box, sessao))
        # the library may have a device to release
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(child.wait(), GRACE_SECONDS)
    except TimeoutError:
        raise Transient(f"a biblioteca não respondeu em {box.timeout_seconds:g} s.") from None
    finally:
        await _finish(child)
    return child.returncode or 0, line


async def _line(child: asyncio.subprocess.Process, request: bytes) -> bytes:
    """Return the first line the child writes, as far as it goes."""
    if child.stdin is None or child.stdout is None:
        raise Bug
    child.stdin.write(request)
    with contextlib.suppress(ConnectionError):
        await child.stdin.drain()
    child.stdin.close()
    try:
        return await child.stdout.readline()
    except ValueError:
        raise InvalidAnswer(NO_ANSWER) from None


async def _finish(child: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
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


def _request(box: BoxSettings, sessao: int) -> bytes:
    code = box.activation_code.get_secret_value() if box.activation_code else ""
    request = {"library": str(box.library), "activation_code": code, "sessao": sessao, "parent": os.getpid()}
    return json.dumps(request).encode()
