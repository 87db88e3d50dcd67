"""Questor passes the standard set: an import, and a query."""

import asyncio
from typing import ClassVar

from standard import Standard

from connectors.questor import Documento, Questor, Verdict
from core.settings.questor import ContaQuestor
from sandbox.questor import documentos

TOKEN = "chave/do+escritório".replace("ó", "o")
ONE = documentos.documento("nfe", 1)


def account(url: str, seconds: float) -> Questor:
    fields = {"base_url": url, "token": TOKEN, "total_timeout": seconds, "connect_timeout": min(seconds, 5)}
    return Questor("padrao", ContaQuestor.model_validate(fields))


class TestImport(Standard):
    content: ClassVar[object] = [{"Key": ONE.chave, "Success": True, "Message": "Importado."}]
    secret = TOKEN
    writes = True

    def call(self, url: str, seconds: float) -> object:
        async def once() -> list[Verdict]:
            async with account(url, seconds) as questor:
                return await questor.importar("nfe", [Documento(ONE.identidade, ONE.texto)])

        return asyncio.run(once())

    def understood(self, answer: object) -> bool:
        return isinstance(answer, list) and [one.estado for one in answer] == ["enviado"]


class TestQuery(Standard):
    content: ClassVar[object] = {"data": [{"Key": ONE.chave}]}
    secret = TOKEN

    def call(self, url: str, seconds: float) -> object:
        async def once() -> set[str] | None:
            async with account(url, seconds) as questor:
                return await questor.existe("nfe", [ONE.chave])

        return asyncio.run(once())

    def understood(self, answer: object) -> bool:
        return answer == {ONE.chave}
