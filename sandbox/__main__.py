"""`python -m sandbox`: the demonstration's outside world in one process, until SIGTERM or SIGINT.

Standard input: one JSON line, the stage, `{"folder": …, "ports": {part: [port, …]}, "seed": …}`; port 0 is any free
one. Standard output: one JSON line, `{"ports": …}`, when all of them serve. Each server answers `GET /_sandbox/estado`
with what it received.
"""

import asyncio
import contextlib
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from core import stop_signals
from sandbox.demo.part import Stage, parts
from sandbox.server import SandboxServer


async def serve(servers: Mapping[str, Sequence[SandboxServer]], stage: Stage) -> None:
    """Serve every part and say where, until asked to end."""
    over = asyncio.Event()
    stop_signals.on_loop(over.set)
    running: list[SandboxServer] = []
    try:
        for name, started in servers.items():
            for server, port in zip(started, stage.ports[name], strict=True):
                await server.start(port)
                running.append(server)
        ports = {name: [server.port for server in started] for name, started in servers.items()}
        sys.stdout.write(json.dumps({"ports": ports}) + "\n")
        sys.stdout.flush()
        await over.wait()
    finally:
        # Each closes its connections with a pause: together they take as long as one.
        await asyncio.gather(*(server.finish() for server in running))


def main() -> int:
    """Read the stage, serve, and return the exit code."""
    try:
        stage = _stage(sys.stdin.readline())
    except ValueError as mistake:
        sys.stderr.write(f"sandbox: {mistake}\n")
        return 2
    try:
        # What is heavy is loaded here, before anybody waits for an answer.
        servers = {name: part.servers(stage) for name, part in parts().items()}
        asyncio.run(serve(servers, stage))
    except OSError as fault:
        sys.stderr.write(f"sandbox: não consegui servir: {fault.strerror or fault}\n")
        return 3
    return 0


def _stage(line: str) -> Stage:
    try:
        content = json.loads(line)
    except ValueError:
        content = None
    if not isinstance(content, dict) or not _complete(content):
        raise ValueError('a entrada padrão deve trazer uma linha {"folder": …, "ports": {…}, "seed": …}')
    return Stage(**content)


def _complete(content: dict[str, Any]) -> bool:
    named = {"folder": str, "ports": dict, "seed": str}
    if set(content) != set(named) or not all(isinstance(content[name], kind) for name, kind in named.items()):
        return False
    wanted = parts()
    return set(content["ports"]) == set(wanted) and all(
        isinstance(ports, list) and len(ports) == wanted[name].ports and all(type(port) is int for port in ports)
        for name, ports in content["ports"].items()
    )


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main())
