"""The section `[flower]`: Flower's page, behind a password."""

from typing import ClassVar

from pydantic import Field, SecretStr

from core.settings.base import Port, Section, default_is


class FlowerSettings(Section):
    """Where Flower's page is, and who may see it."""

    about: ClassVar[str] = "A página do Flower, atrás de uma senha."

    host: str = Field("127.0.0.1", description="Endereço em que a página abre.")
    port: Port = Field(5555, description="Porta da página.")
    user: str = Field("esteira", description="Usuário.")
    password: SecretStr | None = Field(
        None,
        description="Senha, em ASCII, não vazia.",
        examples=["<senha>"],
        json_schema_extra=default_is("criada na primeira vez em `data_dir/flower.password` (modo 0600)"),
    )
