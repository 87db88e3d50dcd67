"""Both sessions of the base pass the standard set, through a small connector each."""

import asyncio
import json
from typing import Any, ClassVar

from standard import Standard

from connectors.base.asynchronous import AsyncSession
from connectors.base.blocking import BlockingSession
from connectors.base.policy import Policy
from connectors.base.reading import Reply
from connectors.base.table import DEFAULT
from connectors.base.teller import Teller
from core.secrets import Secrets

KEY = "chave-de-exemplo-1"
TELLER = Teller("Exemplo padrao", DEFAULT, Secrets(KEY))
HEADERS = {"User-Key": KEY, "User-Agent": "Esteira", "Content-Type": "application/json"}


def rows(reply: Reply) -> list[Any]:
    """Return the rows of an answer in the manner of OData."""
    try:
        found = reply.json()
    except ValueError:
        found = None
    if not isinstance(found, dict) or not isinstance(found.get("value"), list) or not found["value"]:
        raise reply.cut or TELLER.of_status(reply.status)
    return list(found["value"])


class _Rows(Standard):
    content: ClassVar[object] = {"value": [{"Id": 7}]}
    secret = KEY
    writes = True

    def understood(self, answer: object) -> bool:
        return answer == [{"Id": 7}]


class TestRequests(_Rows):
    def call(self, url: str, seconds: float) -> object:
        with BlockingSession(Policy(overall=seconds, connect=seconds), TELLER) as session:
            body = json.dumps({"Name": "Loja"}).encode()
            return rows(session.call("POST", f"{url}/Contacts?chave={KEY}", headers=HEADERS, body=body))


class TestAiohttp(_Rows):
    def call(self, url: str, seconds: float) -> object:
        async def once() -> list[Any]:
            async with AsyncSession(Policy(overall=seconds, connect=seconds), TELLER) as session:
                body = json.dumps({"Name": "Loja"}).encode()
                return rows(await session.call("POST", f"{url}/Contacts?chave={KEY}", headers=HEADERS, body=body))

        return asyncio.run(once())
