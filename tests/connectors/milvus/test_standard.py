"""Milvus passes the standard set: a search, a list of tickets, a client that is made."""

from datetime import UTC, datetime
from typing import ClassVar

from pydantic import SecretStr
from standard import Standard

from connectors.base.policy import Policy
from connectors.milvus import Listing, Milvus
from core.settings.milvus import ContaMilvus

TOKEN = "token-de-exemplo-1"  # pragma: allowlist secret


class OfMilvus(Standard):
    secret = TOKEN

    def call(self, url: str, seconds: float) -> object:
        conta = ContaMilvus(base_url=url, token=SecretStr(TOKEN))
        with Milvus("padrao", conta, policy=Policy(overall=seconds, connect=seconds)) as milvus:
            return self.ask(milvus)

    def ask(self, milvus: Milvus) -> object:
        raise NotImplementedError


class TestSearching(OfMilvus):
    content: ClassVar[object] = {"lista": [{"id": 7, "token": "ABC123", "cnpj_cpf": "11222333000181"}]}

    def ask(self, milvus: Milvus) -> object:
        return [one.id for one in milvus.find_clientes("11222333000181")]

    def understood(self, answer: object) -> bool:
        return answer == [7]


class TestListing(OfMilvus):
    content: ClassVar[object] = {
        "meta": {"paginate": {"current_page": "1", "total": 1}},
        "lista": [{"codigo": 9, "cliente_token": "ABC123", "descricao": "x", "data_criacao": "2026-07-14 12:00:00"}],
    }

    def ask(self, milvus: Milvus) -> object:
        return milvus.list_chamados("ABC123", datetime(2026, 7, 1, tzinfo=UTC))

    def understood(self, answer: object) -> bool:
        return isinstance(answer, Listing) and answer.complete and [one.codigo for one in answer.rows] == ["9"]


class TestMaking(OfMilvus):
    content: ClassVar[object] = 4321
    writes = True

    def ask(self, milvus: Milvus) -> object:
        return milvus.create_cliente({"cliente_documento": "11222333000181"})

    def understood(self, answer: object) -> bool:
        return answer == 4321
