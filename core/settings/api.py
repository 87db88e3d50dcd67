"""The section `[api]`: where the HTTP API is."""

from typing import ClassVar

from pydantic import Field

from core.settings.base import Port, Section


class ApiSettings(Section):
    """Where the HTTP API is."""

    about: ClassVar[str] = "A API HTTP."

    host: str = Field("127.0.0.1", description="Endereço em que a API abre.")
    port: Port = Field(8000, description="Porta da API.")
