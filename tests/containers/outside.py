"""The world outside in one container: a receiver of webhooks, and ntfy; with `ask` instead a visitor from there."""

import asyncio
import json
import os
import sys

import urllib3

urllib3.disable_warnings()


async def serve() -> None:
    """Serve until the end: webhooks at /x, port 9000; ntfy at port 8080."""
    from sandbox.ntfy.server import NtfyServer
    from sandbox.receiver import ReceiverServer

    for server, port in ((ReceiverServer({"/x": os.environ["SEGREDO"]}), 9000), (NtfyServer(), 8080)):
        server.listen = "0.0.0.0"
        await server.start(port)
    await asyncio.Event().wait()


def ask(url: str, user: str = "", password: str = "") -> dict[str, object]:
    """Return the code, the headers and the beginning of the page of an address."""
    import requests

    who = (user, password) if user else None
    verify = os.environ.get("AUTORIDADE", True)
    answer = requests.get(url, auth=who, verify=verify, allow_redirects=False, timeout=30)
    return {"code": answer.status_code, "headers": dict(answer.headers), "text": answer.text[:2000]}


if __name__ == "__main__":
    if sys.argv[1:2] == ["ask"]:
        sys.stdout.write(json.dumps(ask(*sys.argv[2:])))
    else:
        asyncio.run(serve())
