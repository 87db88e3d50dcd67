"""A box on this machine: the vendor's library runs in a child process, which alone pays for its hangs and crashes."""

import asyncio
import contextlib
import json
import os
import signal
import sys

from connectors.sat.status import InvalidAnswer, StatusOperacional, parse
from core.errors import Misconfigured, PlatformError, Transient
from core.settings import BoxSettings

# What the child says went wrong, and what that means here; the texts follow the name of the box.
FAULTS: dict[str, tuple[type[PlatformError], str]] = {
    "biblioteca": (Misconfigured, "não consegui carregar a biblioteca {library}"),
    "funcao": (Misconfigured, "a biblioteca {library} não tem a função de consulta"),
    "nulo": (InvalidAnswer, "a biblioteca respondeu vazio"),
    "codigo": (Misconfigured, "o código de ativação tem caracteres que nenhum equipamento aceita"),
}


async def consultar(box: BoxSettings, sessao: int) -> StatusOperacional:
    """Query the box through its library, within the box's deadline."""
    code, answer = await _ask(box, sessao)
    if code != 0:
        raise Transient(f"a biblioteca derrubou a consulta ({_end(code)}).")
    try:
        found = json.loads(answer)
    except ValueError:
        raise InvalidAnswer("a consulta terminou sem resposta.") from None
    if "erro" in found:
        kind, text = FAULTS[found["erro"]]
        raise kind(f"{text.format(library=box.library)}.")
    return parse(found["retorno"], sessao)


def _end(code: int) -> str:
    known = {number.value: number.name for number in signal.Signals}
    return f"sinal {known.get(-code, -code)}" if code < 0 else f"código {code}"


async def _ask(box: BoxSettings, sessao: int) -> tuple[int, bytes]:
    """Run the child; whatever happens here, it is gone afterwards with everything it started."""
    child = await _start()
    try:
        async with asyncio.timeout(box.timeout_seconds):
            answer, _ = await child.communicate(_request(box, sessao))
    except TimeoutError:
        raise Transient(f"a biblioteca não respondeu em {box.timeout_seconds:g} s.") from None
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        await child.wait()
    return child.returncode or 0, answer


async def _start() -> asyncio.subprocess.Process:
    try:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "connectors.sat.child"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
            # settings may be given there, secrets among them; a vendor's library needs none
            env={name: value for name, value in os.environ.items() if not name.startswith("ESTEIRA_")},
        )
    except OSError:
        raise Transient("não consegui iniciar o processo da consulta.") from None


def _request(box: BoxSettings, sessao: int) -> bytes:
    code = box.activation_code.get_secret_value() if box.activation_code else ""
    request = {"library": str(box.library), "activation_code": code, "sessao": sessao, "parent": os.getpid()}
    return json.dumps(request).encode()
