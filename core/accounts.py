"""Several accounts of one outside system: `[questor.contas.matriz]`; flat keys are the account `padrao`."""

from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, model_validator

PADRAO = "padrao"
Conta = TypeVar("Conta", bound=BaseModel)


class Contas(BaseModel, Generic[Conta]):
    """A section of the settings whose keys may be given flat, by name, or both."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    contas: dict[str, Conta] = {}

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


def account_of(annotation: Any) -> type[BaseModel] | None:
    """Return the model of one account when an annotation is `Contas[Model]`."""
    if not (isinstance(annotation, type) and issubclass(annotation, Contas)):
        return None
    (model,) = annotation.__pydantic_generic_metadata__["args"]
    return model if isinstance(model, type) and issubclass(model, BaseModel) else None
