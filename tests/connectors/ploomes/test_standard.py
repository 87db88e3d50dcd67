"""Ploomes passes the standard set: a key that is tested, and a contact that is made."""

from typing import ClassVar

from pydantic import SecretStr
from standard import Standard

from connectors.base.policy import Policy
from connectors.ploomes import Contact, Ploomes
from core.settings.ploomes import ContaPloomes


def opened(url: str, secret: str, seconds: float) -> Ploomes:
    conta = ContaPloomes(base_url=url, user_key=SecretStr(secret))
    return Ploomes("padrao", conta, policy=Policy(overall=seconds, connect=seconds))


class TestReading(Standard):
    content: ClassVar[object] = {"@odata.context": "", "value": [{"Id": 4321}]}
    secret = "chave-de-exemplo-1"  # pragma: allowlist secret

    def call(self, url: str, seconds: float) -> object:
        with opened(url, self.secret, seconds) as ploomes:
            return ploomes.check_key()

    def understood(self, answer: object) -> bool:
        return answer == 4321


class TestMaking(TestReading):
    writes = True

    def call(self, url: str, seconds: float) -> object:
        with opened(url, self.secret, seconds) as ploomes:
            return ploomes.create_contact({"Name": "Padaria Estrela"})

    def understood(self, answer: object) -> bool:
        return isinstance(answer, Contact) and answer.id == 4321
