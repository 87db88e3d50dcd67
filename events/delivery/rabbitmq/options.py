"""What a person says of an exchange: the server by URL, the rest by options `nome=valor`. docs/how-to/rabbitmq.md"""

import json
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from core.errors import UsageError
from core.text import storable
from events.delivery.address import BlockedAddress, Judge
from events.delivery.rabbitmq.routing import EVENT, checked_key
from storage.models.destinos import Destino

USER, PASSWORD, EXCHANGE, KEY, CA = "usuario", "senha", "exchange", "routing_key", "ca"
NAMES = (USER, PASSWORD, EXCHANGE, KEY, CA)
PORTS = {"amqps": 5671, "amqp": 5672}
URL_LIMIT, NAME_LIMIT, CA_LIMIT = 2000, 255, 64 * 1024
_FORM = re.compile(
    r"(?P<scheme>amqps?)://(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]{1,253})(:(?P<port>[0-9]{1,5}))?(/(?P<vhost>[^/?#]*))?"
)


@dataclass(frozen=True)
class Exchange:
    """Where messages go. It is compared by all it says, so that a change of password opens another connection."""

    host: str
    port: int
    vhost: str
    tls: bool
    user: str
    password: str = field(repr=False)
    name: str = ""
    key: str = EVENT
    ca: str | None = field(default=None, repr=False)

    @property
    def place(self) -> str:
        """Its server, as the record of an attempt has it."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def judge(self, rules: Judge) -> Judge:
        """Return the judge of its address; AMQP's own ports are those of its kind."""
        rules.scheme("https" if self.tls else "http")
        return Judge(rules.allow_networks, rules.allow_http, (*rules.allow_ports, *PORTS.values()))

    def refused(self, rules: Judge) -> bool:
        """Tell whether it would be refused already; a name waits for the connection."""
        try:
            self.judge(rules).address(self.host, self.port)
        except BlockedAddress:
            return True
        except ValueError:
            return False
        return False


def checked_url(text: str) -> str:
    """Return a URL without user or password; raise `UsageError` with what is wrong."""
    typed = text.strip()
    if "@" in typed:
        raise UsageError("A URL não pode ter usuário nem senha: diga as opções usuario e senha.", campo="url")
    form = _FORM.fullmatch(typed)
    if form is None or len(typed) > URL_LIMIT or not 0 < int(form["port"] or 1) < 65536:
        raise UsageError("A URL de um destino rabbitmq tem a forma amqps://servidor:5671/vhost.", campo="url")
    if not storable(unquote(form["vhost"] or "")):
        raise UsageError("O vhost tem caracteres inválidos.", campo="url")
    return typed


def checked(given: Mapping[str, str]) -> str:
    """Return the options as they are stored, in JSON; raise `UsageError` with what is wrong, never with a value."""
    said = {name: value.strip() for name, value in given.items() if value.strip()}
    if unknown := sorted(set(said) - set(NAMES)):
        raise UsageError(f"Um destino rabbitmq não tem a opção {unknown[0]!r}. Há: {', '.join(NAMES)}.", campo="opcao")
    if missing := [name for name in (USER, PASSWORD) if name not in said]:
        raise UsageError(f"Diga a opção {missing[0]} do RabbitMQ.", campo="opcao")
    for name in (USER, PASSWORD, EXCHANGE):
        value = said.get(name, "")
        if not value.isprintable() or len(value.encode("utf-8", "replace")) > NAME_LIMIT:
            raise UsageError(f"A opção {name} tem até {NAME_LIMIT} bytes, sem caracteres invisíveis.", campo="opcao")
    if KEY in said:
        said[KEY] = checked_key(said[KEY])
    if CA in said:
        said[CA] = _authority(said[CA])
    return json.dumps(said, ensure_ascii=False)


def _authority(said: str) -> str:
    """Return the certificates of an authority: what is kept is the text, for a file may not be on every machine."""
    text = said if said.startswith("-----BEGIN") else _file(said)
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=text)
    except (ssl.SSLError, ValueError, TypeError):
        raise UsageError("A opção ca não tem um certificado em PEM.", campo="opcao") from None
    return text


def _file(name: str) -> str:
    try:
        with Path(name).open(encoding="ascii") as file:
            text = file.read(CA_LIMIT + 1)
    except (OSError, ValueError):
        text = ""
    if not text or len(text) > CA_LIMIT:
        raise UsageError("A opção ca é um arquivo PEM de até 64 KiB que possa ser lido.", campo="opcao")
    return text


def stored(destino: Destino) -> dict[str, str]:
    """Return the options of a destination."""
    found: dict[str, str] = json.loads(destino.opcoes or "{}")
    return found


def exchange_of(destino: Destino) -> Exchange:
    """Return where a destination that was checked leads to."""
    form, said = _FORM.fullmatch(destino.url), stored(destino)
    if form is None:
        raise UsageError("A URL do destino rabbitmq não se entende.", campo="url")
    return Exchange(
        host=form["host"].strip("[]"),
        port=int(form["port"] or PORTS[form["scheme"]]),
        vhost=unquote(form["vhost"] or "") or "/",
        tls=form["scheme"] == "amqps",
        user=said[USER],
        password=said[PASSWORD],
        name=said.get(EXCHANGE, ""),
        key=said.get(KEY, EVENT),
        ca=said.get(CA),
    )
