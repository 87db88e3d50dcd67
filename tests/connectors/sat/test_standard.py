"""The SATHub passes the standard set."""

import asyncio
from typing import ClassVar
from urllib.parse import urlsplit

from standard import Standard

from connectors.sat.client import consultar_status
from connectors.sat.status import StatusOperacional
from core.settings.sat import BoxSettings
from sandbox.sat_wire import status_line


class TestHub(Standard):
    content: ClassVar[object] = {"funcao": "ConsultarStatusOperacional", "retorno": status_line()}
    secret = "codigo-1234"  # pragma: allowlist secret

    def call(self, url: str, seconds: float) -> object:
        parts = urlsplit(url)
        fields = {"host": parts.hostname, "port": parts.port, "activation_code": self.secret}
        box = BoxSettings.model_validate({"name": "loja-1", "timeout_seconds": seconds, **fields})
        return asyncio.run(consultar_status(box, 123456))

    def understood(self, answer: object) -> bool:
        return isinstance(answer, StatusOperacional) and answer.EEEEE == "10000"
