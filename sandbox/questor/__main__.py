"""`python -m sandbox.questor`: a Questor to try things against, until SIGTERM or SIGINT.

Standard input: one JSON line, `{"token": "..."}`; with `"listen": "0.0.0.0", "port": 8080` it answers other machines
and containers too, at that port. Standard output: one JSON line, `{"questor": url}`, for `questor.base_url`.
`GET /_sandbox/estado` tells what it received.
"""

import asyncio
import json
import sys
from typing import Any

from core import stop_signals
from sandbox.questor import QuestorServer
from sandbox.server import LOOPBACK


async def serve(token: str, listen: str, port: int) -> None:
    """Serve, say where, until asked to end."""
    over = asyncio.Event()
    stop_signals.on_loop(over.set)
    server = QuestorServer(token)
    server.listen = listen
    await server.start(port)
    try:
        sys.stdout.write(json.dumps({"questor": server.url}) + "\n")
        sys.stdout.flush()
        await over.wait()
    finally:
        await server.finish()


def main() -> int:
    """Read the token and where to serve, serve, and return the exit code."""
    token, listen, port = _given(sys.stdin.readline())
    if not isinstance(token, str) or not token or not isinstance(listen, str) or not isinstance(port, int):
        sys.stderr.write('sandbox.questor: a entrada padrão deve trazer uma linha {"token": "..."}\n')
        return 2
    try:
        asyncio.run(serve(token, listen, port))
    except (OSError, OverflowError) as fault:
        sys.stderr.write(f"sandbox.questor: não consegui servir em {listen}:{port} ({fault})\n")
        return 3
    return 0


def _given(line: str) -> tuple[Any, Any, Any]:
    try:
        content = json.loads(line)
        return content["token"], content.get("listen", LOOPBACK), content.get("port", 0)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None, None, None


if __name__ == "__main__":
    sys.exit(main())
