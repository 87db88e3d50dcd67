"""The section `[flower]`: Flower's page, behind a password."""

from typing import Annotated, ClassVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr

from core.settings.base import Port, Section, default_is


def _plain(url: str) -> str:
    """Accept the address of a page, without a name or password in it."""
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise ValueError(
            "deve ser o endereço de uma página, como https://flower.exemplo.com.br/, sem usuário nem senha"
        )
    return url


class FlowerSettings(Section):
    """Where Flower's page is, and who may see it."""

    about: ClassVar[str] = "A página do Flower, atrás de uma senha."

    host: str = Field("127.0.0.1", description="Endereço em que a página abre.")
    port: Port = Field(5555, description="Porta da página.")
    url: Annotated[str, AfterValidator(_plain)] | None = Field(
        None,
        description="Endereço da página como o painel a mostra, se é outro; nunca com a senha. Com um caminho, como"
        " /flower/, a página responde sob esse caminho: o proxy passa adiante o caminho inteiro.",
        examples=["https://flower.exemplo.com.br/"],
        json_schema_extra=default_is("`http://` com `host` e `port`"),
    )
    user: str = Field("esteira", description="Usuário.")
    password: SecretStr | None = Field(
        None,
        description="Senha, em ASCII, não vazia.",
        examples=["<senha>"],
        json_schema_extra=default_is("criada na primeira vez em `data_dir/flower.password` (modo 0600)"),
    )

    @property
    def page(self) -> str:
        """Where people find the page."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.url or f"http://{host}:{self.port}/"

    @property
    def prefix(self) -> str:
        """The path under which it answers; nothing where it has an address of its own."""
        return urlsplit(self.url or "").path.strip("/")
