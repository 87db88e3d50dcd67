"""The centre: an Esteira that takes the readings of boxes it cannot reach, for a token of the user of each box."""

import json
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

from yarl import URL

from connectors.base.asynchronous import AsyncSession
from connectors.base.faults import Blocked, Refused, Unintelligible
from connectors.base.policy import KIB, Policy
from connectors.base.table import DEFAULT, Row
from connectors.base.teller import Teller
from core.secrets import Secrets

POLICY = Policy(overall=60, connect=10, read=30, answer_limit=256 * KIB)
TABLE = DEFAULT.changed(
    {
        401: Row(Blocked, "não aceitou o token (HTTP {status}); confira-o, e se o usuário dele está ativo"),
        404: Row(Refused, "não conhece a caixa como deste token (HTTP {status}); confira o nome dela e o usuário"),
    }
)
NO_ANSWER = Row(Unintelligible, "respondeu algo que não é de uma Esteira; confira o endereço")


class Centro:
    """An open line to the centre: `async with Centro(url, token) as centro`. Never shows its token."""

    def __init__(self, url: str, token: str, policy: Policy = POLICY) -> None:
        self._url = url.rstrip("/")
        self._headers = {
            "Authorization": f"Token {token}",
            "Content-Type": "application/json",
            "Accept": "application/json",
            "User-Agent": "Esteira",
        }
        self._teller = Teller(f"O centro em {self._url}", TABLE, Secrets(token))
        self._session = AsyncSession(policy, self._teller, most=4)

    async def __aenter__(self) -> Self:
        await self._session.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.__aexit__(kind, fault, trace)

    async def enviar(self, nome: str, leituras: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Send readings of a box; return what became of each, in their order. Sending them again changes nothing.

        Raises a `Fault`: also where the answer does not say of every one what became of it.
        """
        # encoded already: a name may hold anything but a slash
        url = URL(f"{self._url}/api/sat/{quote(nome, safe='')}/leituras/", encoded=True)
        body = json.dumps({"leituras": leituras}).encode()
        reply = await self._session.call("POST", url, headers=self._headers, body=body, success=range(200, 201))
        if reply.cut:
            raise reply.cut
        said = reply.json_or_none()
        found = said.get("resultados") if isinstance(said, dict) else None
        if not isinstance(found, list) or [_name(one) for one in found] != [one["leitura"] for one in leituras]:
            raise self._teller.of_row(NO_ANSWER)
        return found


def _name(one: Any) -> Any:
    return one.get("leitura") if isinstance(one, dict) and isinstance(one.get("situacao"), str) else None
