"""The section `[agente]`: where `esteira sat agente` sends what it reads of the boxes of its machine."""

from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field, SecretStr

from core.settings.base import Section, Unit, checked_base_url, checked_key, default_is


class AgenteSettings(Section):
    """The centre that an agent sends readings to."""

    about: ClassVar[str] = (
        "O agente das caixas que o centro não alcança (`esteira sat agente`), na máquina delas; as caixas são as de "
        "`sat.boxes` dessa máquina."
    )

    url: Annotated[str, AfterValidator(checked_base_url)] | None = Field(
        None,
        description="Endereço da API do centro.",
        examples=["https://esteira.exemplo.com.br"],
        json_schema_extra=default_is("o que se diz ao comando"),
    )
    token: Annotated[SecretStr, AfterValidator(checked_key)] | None = Field(
        None,
        description="Token da API, do usuário que o centro diz em `sat.boxes[].usuario`; de preferência no ambiente.",
        examples=["<token>"],
        json_schema_extra=default_is("o arquivo que se diz ao comando"),
    )
    keep: Annotated[int, Field(ge=1, le=1_000_000), Unit("leituras")] = Field(
        10_000, description="Quantas leituras de cada caixa esperam no disco pela volta da linha; as mais velhas saem."
    )
