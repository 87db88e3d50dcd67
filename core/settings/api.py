"""The section `[api]`: where the HTTP API is."""

from ipaddress import ip_network
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from core.settings.base import Network, Port, Section, Unit, checked_base_url, default_is

EVERYWHERE = ("", "0.0.0.0", "::")  # noqa: S104 - nothing listens here


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
    rate_limit: Annotated[int, Field(ge=1, le=1_000_000), Unit("pedidos")] = Field(
        100, description="Pedidos por janela de cada usuário, ou de cada endereço sem token."
    )
    rate_window_seconds: Annotated[int, Field(ge=1, le=86_400), Unit("segundos")] = Field(
        60, description="Tamanho da janela, que desliza."
    )
    trusted_proxies: list[Network] = Field(
        [],
        description="Redes dos proxies de quem se aceita X-Forwarded-For e X-Forwarded-Proto; de ninguém, se vazia.",
        examples=[["10.0.0.0/8"]],
    )
    metrics_networks: list[Network] = Field(
        [ip_network("127.0.0.0/8"), ip_network("::1/128")],
        description="Redes de onde um monitor lê `/metrics` sem token; de qualquer outra, só com o token de alguém da"
        " equipe.",
        examples=[["127.0.0.0/8", "10.1.2.0/24"]],
        json_schema_extra=default_is("esta máquina"),
    )
    session_idle_minutes: Annotated[int, Field(ge=1, le=60 * 24 * 90), Unit("minutos")] = Field(
        480, description="Depois de tanto tempo sem uso, quem entrou pelo navegador entra de novo."
    )
    session_hours: Annotated[int, Field(ge=1, le=24 * 90), Unit("horas")] = Field(
        24, description="Depois de tanto tempo desde a entrada, com uso ou sem, também."
    )
    cookie_secure: bool = Field(
        True,
        description="Só deixa entrar pelo navegador por https, ou na própria máquina; `false` deixa também por http,"
        " em que outros na rede leem a senha.",
    )

    @property
    def painel(self) -> str:
        """The address at which people open the painel: one that listens everywhere is this machine's."""
        host = "127.0.0.1" if self.host in EVERYWHERE else self.host
        own = f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"
        return f"{(self.base_url or own).rstrip('/')}/painel/"
