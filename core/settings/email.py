"""The section `[email]`: the server that takes our mail, and who it is from."""

from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator

from core.email_address import Mailbox, checked_sender
from core.errors import UsageError
from core.settings.accounts import Contas
from core.settings.base import Port, Seconds, Section, Table, Unit, default_is

Security = Literal["starttls", "tls", "none"]
PORTS: dict[Security, int] = {"starttls": 587, "tls": 465, "none": 25}


def _sender(text: str) -> str:
    try:
        checked_sender(text)
    except UsageError as mistake:
        raise ValueError(str(mistake).removesuffix(".")) from None
    return text.strip()


def _host(text: str) -> str:
    bare = text.strip()
    if not bare or not bare.isprintable() or set("/@ ?#") & set(bare):
        raise ValueError("deve ser só o nome do servidor, sem esquema nem porta")
    return bare


class ContaEmail(Table):
    """One account: a server, and the sender that it lets through."""

    host: Annotated[str, AfterValidator(_host)] = Field(
        description="O servidor SMTP.", examples=["smtp.exemplo.com.br"]
    )
    port: Port | None = Field(
        None,
        description="Porta do servidor.",
        examples=[587],
        json_schema_extra=default_is("587, 465 (tls), 25 (none)"),
    )
    security: Security = Field(
        "starttls",
        description="`starttls` (começa sem cifra e passa a ela), `tls` (cifra desde o início) ou `none` (sem cifra).",
    )
    user: str | None = Field(None, description="Usuário, se o servidor pede um.", examples=["avisos@exemplo.com.br"])
    password: SecretStr | None = Field(None, description="Senha do usuário.", examples=["<senha>"])
    sender: Annotated[str, AfterValidator(_sender)] = Field(
        description="De quem são as mensagens.", examples=["Esteira <avisos@exemplo.com.br>"]
    )
    ca: Path | None = Field(
        None,
        description="Arquivo PEM da autoridade que assina o certificado do servidor.",
        examples=["/etc/ssl/smtp-ca.pem"],
        json_schema_extra=default_is("as autoridades do sistema"),
    )
    connections: Annotated[int, Field(ge=1, le=20), Unit("conexões")] = Field(
        2, description="Conexões abertas ao mesmo tempo, por processo; há servidores que aceitam três."
    )
    domain_burst: Annotated[int, Field(ge=1), Unit("mensagens")] = Field(
        60, description="Mensagens de uma vez ao domínio de quem recebe."
    )
    domain_refill_seconds: Seconds = Field(1, description="Depois disso, uma a mais a cada tanto.")
    dkim_selector: str | None = Field(
        None, description="Seletor da chave DKIM do domínio, para o diagnóstico.", examples=["s1"]
    )

    @property
    def service(self) -> int:
        """The port, said or usual."""
        return self.port or PORTS[self.security]

    @property
    def mailbox(self) -> Mailbox:
        """The mailbox of the sender."""
        return checked_sender(self.sender)

    @model_validator(mode="after")
    def _login(self) -> Self:
        if (self.user is None) != (self.password is None):
            raise ValueError("user e password vêm juntos")
        if self.user is not None and self.security == "none" and not is_this_machine(self.host):
            raise ValueError("a senha iria sem cifra: use security starttls ou tls")
        return self


def is_this_machine(host: str) -> bool:
    """Tell whether a host is this machine, as far as its name says."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


class EmailSettings(Contas[ContaEmail], Section):
    """The accounts of e-mail."""

    about: ClassVar[str] = (
        "Contas de e-mail, por onde saem os avisos às pessoas. Chaves soltas são a conta `padrao`; várias contas são "
        "tabelas, `[email.contas.matriz]`, no ambiente `ESTEIRA_EMAIL__CONTAS__MATRIZ__HOST`. Sem conta nenhum e-mail "
        "é enviado."
    )
