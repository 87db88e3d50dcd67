"""The section `[proxy]`: the way out, where a network has only one. Nothing is read from HTTP_PROXY and its like."""

from contextlib import suppress
from ipaddress import ip_address, ip_network
from typing import Annotated, ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr

from core.settings.base import Section, checked_base_url, default_is

Uso = Literal["entregas", "sefaz", "questor", "ploomes", "milvus"]


def _address(text: str) -> str:
    found = checked_base_url(text)
    if urlsplit(found).scheme != "http":
        raise ValueError("deve ser http://servidor:porta: o que passa por ele vai cifrado até o destino")
    if urlsplit(found).port is None:
        raise ValueError("deve dizer a porta, como http://proxy.interno:3128")
    return found


def _direct(text: str) -> str:
    """Return a host, a domain with its point, or a network."""
    bare = text.strip().lower()
    with suppress(ValueError):
        # as it is compared; an IPv6 one has many spellings
        return str(ip_address(bare.removeprefix("[").removesuffix("]")))
    if "/" in bare:
        try:
            return str(ip_network(bare))
        except ValueError:
            raise ValueError(f"deve ser uma rede, como 10.0.0.0/8: {text!r}") from None
    if not bare.strip(".") or not bare.isascii() or set(bare) & set(" *:@?#"):
        raise ValueError(f"deve ser um servidor, um domínio com ponto na frente, ou uma rede: {text!r}")
    return bare


class ProxySettings(Section):
    """The proxy that requests leave through."""

    about: ClassVar[str] = (
        "Por onde saem os pedidos HTTP, onde a rede só deixa sair por um proxy (CONNECT). As variáveis HTTP_PROXY e "
        "NO_PROXY não são lidas. E-mail, RabbitMQ, caixas SAT e bancos de dados não passam por ele."
    )

    url: Annotated[str, AfterValidator(_address)] | None = Field(
        None,
        description="O proxy, sem usuário nem senha.",
        examples=["http://proxy.interno:3128"],
        json_schema_extra=default_is("os pedidos saem direto"),
    )
    user: str | None = Field(None, description="Usuário do proxy.", json_schema_extra=default_is("nenhum"))
    password: SecretStr | None = Field(
        None, description="Senha do proxy; de preferência no ambiente.", json_schema_extra=default_is("nenhuma")
    )
    uses: tuple[Uso, ...] = Field(
        ("entregas", "sefaz", "questor", "ploomes", "milvus"),
        description="O que sai por ele. `entregas` são os destinos que falam HTTP.",
    )
    direct: tuple[Annotated[str, AfterValidator(_direct)], ...] = Field(
        (),
        description="O que sai direto: servidores, domínios (`.interno`), endereços, e redes (estas para endereços em "
        "números).",
        examples=[[".interno", "10.0.0.0/8"]],
        json_schema_extra=default_is("nada"),
    )
