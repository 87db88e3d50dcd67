"""Several accounts of one outside system: `[questor.contas.matriz]`; flat keys are the account `padrao`."""

import json
from typing import Any, Generic, TypeVar, get_args

from pydantic import BaseModel, Field, model_validator

from core.errors import Misconfigured, UsageError
from core.settings.base import Section, Table

PADRAO = "padrao"
Conta = TypeVar("Conta", bound=BaseModel)


def decoded(given: Any) -> Any:
    """Read the JSON of a variable: the flat keys of an account reach us as text."""
    if not isinstance(given, str):
        return given
    try:
        return json.loads(given)
    except ValueError:
        return given


class Contas(Table, Generic[Conta]):
    """A section whose keys may be given flat, by name, or both."""

    contas: dict[str, Conta] = Field({}, description="As contas, pelo nome.")

    def conta(self, nome: str) -> Conta:
        """Return an account; without it, say which there are."""
        if nome not in self.contas:
            raise Misconfigured(f"Não há conta {nome!r} na configuração. {self._known()}.")
        return self.contas[nome]

    def _known(self) -> str:
        if self.contas or not isinstance(self, Section):
            return f"As que há: {', '.join(sorted(self.contas)) or 'nenhuma'}"
        return f"Preencha a seção {self.table()}: não há nenhuma"

    def meant(self) -> str:
        """Return the account that is meant where none is named: `padrao`, or the only one there is."""
        if PADRAO in self.contas or not self.contas:
            return PADRAO
        if len(self.contas) > 1:
            raise UsageError(f"Há várias contas: {', '.join(sorted(self.contas))}. Diga qual.", campo="conta")
        return next(iter(self.contas))

    @model_validator(mode="before")
    @classmethod
    def _flat_keys_are_padrao(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        flat = {key: value for key, value in given.items() if key != "contas"}
        named = given.get("contas", {})
        if not flat or not isinstance(named, dict):
            return {"contas": named}
        if PADRAO in named:
            raise ValueError("a conta padrao está escrita de duas formas; use uma só")
        return {"contas": {PADRAO: flat, **named}}


def account_of(section: Any) -> type[BaseModel] | None:
    """Return the model of one account when a section is one of accounts."""
    if not (isinstance(section, type) and issubclass(section, Contas)):
        return None
    model = get_args(section.model_fields["contas"].annotation)[1]
    return model if isinstance(model, type) and issubclass(model, BaseModel) else None
