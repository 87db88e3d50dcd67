"""`python -m sandbox`: the demonstration's outside world in one process, until SIGTERM or SIGINT.

Standard input: one JSON line, `{"segredo": "whsec_..."}`, the secret the receiver expects. Standard output: one JSON
line with the addresses, `{"hubs": {loja: {"host", "port"}}, "ntfy": url, "receptor": url}`. Each server answers
`GET /_sandbox/estado` with what it received.
"""

import asyncio
import contextlib
import json
import signal
import sys
from contextlib import AsyncExitStack

from sandbox.hub import HubServer
from sandbox.ntfy import NtfyServer
from sandbox.receiver import ReceiverServer
from sandbox.story import NUMERO_CAIXA, Story

CAMINHO = "/webhook/fiscal"


async def serve(segredo: str) -> None:
    """Serve the three systems and say where, until asked to end."""
    over = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, over.set)
    hubs = {loja: HubServer({NUMERO_CAIXA: act}) for loja, act in Story().lojas().items()}
    ntfy, receptor = NtfyServer(), ReceiverServer({CAMINHO: segredo})
    async with AsyncExitStack() as running:
        for server in (*hubs.values(), ntfy, receptor):
            await server.start()
            running.push_async_callback(server.finish)
        addresses = {loja: {"host": hub.host, "port": hub.port} for loja, hub in hubs.items()}
        _say({"hubs": addresses, "ntfy": ntfy.url, "receptor": receptor.url + CAMINHO})
        await over.wait()


def main() -> int:
    """Read the secret, serve, and return the exit code."""
    try:
        segredo = _segredo(sys.stdin.readline())
    except ValueError as mistake:
        sys.stderr.write(f"sandbox: {mistake}\n")
        return 2
    asyncio.run(serve(segredo))
    return 0


def _segredo(line: str) -> str:
    try:
        content = json.loads(line)
    except ValueError:
        content = None
    if not isinstance(content, dict) or set(content) != {"segredo"} or not isinstance(content["segredo"], str):
        raise ValueError('a entrada padrão deve trazer uma linha {"segredo": "whsec_..."}')
    ReceiverServer({CAMINHO: content["segredo"]})
    return content["segredo"]


def _say(addresses: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(addresses) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main())
