"""The section `[api]`: where the HTTP API is."""

from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from core.settings.base import Port, Section, checked_base_url, default_is


class ApiSettings(Section):
    """Where the HTTP API is."""

    about: ClassVar[str] = "A API HTTP."

    host: str = Field("127.0.0.1", description="Endereço em que a API abre.")
    port: Port = Field(8000, description="Porta da API.")
    base_url: Annotated[str, AfterValidator(checked_base_url)] | None = Field(
        None,
        description="A API como as pessoas a alcançam: dela são os links que os e-mails trazem.",
        examples=["https://esteira.exemplo.com.br"],
        json_schema_extra=default_is("os e-mails não trazem links"),
    )
