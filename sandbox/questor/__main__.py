"""`python -m sandbox.questor`: a Questor to try things against, until SIGTERM or SIGINT.

Standard input: one JSON line, `{"token": "..."}`. Standard output: one JSON line, `{"questor": url}`, for
`questor.base_url`. `GET /_sandbox/estado` tells what it received.
"""

import asyncio
import json
import signal
import sys

from sandbox.questor import QuestorServer


async def serve(token: str) -> None:
    """Serve, say where, until asked to end."""
    over = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, over.set)
    server = QuestorServer(token)
    await server.start()
    try:
        sys.stdout.write(json.dumps({"questor": server.url}) + "\n")
        sys.stdout.flush()
        await over.wait()
    finally:
        await server.finish()


def main() -> int:
    """Read the token, serve, and return the exit code."""
    try:
        token = json.loads(sys.stdin.readline())["token"]
    except (ValueError, TypeError, KeyError):
        token = None
    if not isinstance(token, str) or not token:
        sys.stderr.write('sandbox.questor: a entrada padrão deve trazer uma linha {"token": "..."}\n')
        return 2
    asyncio.run(serve(token))
    return 0


if __name__ == "__main__":
    sys.exit(main())
