"""What the sections of the settings are made of."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, Any, ClassVar, Self
from urllib.parse import quote, urlsplit
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, SecretStr


@dataclass(frozen=True)
class Unit:
    """The unit of a number of the settings, in Portuguese, for the reference."""

    name: str


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"fuso horário desconhecido: {name!r}")
    return name


def _network(text: object) -> IPv4Network | IPv6Network:
    try:
        return ip_network(str(text))
    except ValueError:
        raise ValueError(f"deve ser uma rede, como 10.0.0.0/8, sem bits de host: {text!r}") from None


def checked_base_url(address: str) -> str:
    """Return the address of a server: scheme, host and port, and nothing else that could hold a secret."""
    reason = "deve ter só esquema, host e porta, como https://servidor:8443"
    try:
        parts = urlsplit(address)
        port, host = parts.port, parts.hostname
    except ValueError:
        raise ValueError(reason) from None
    bare = parts.scheme in ("http", "https") and host and re.fullmatch(r"[a-z0-9.:-]+", host)
    if not bare or "@" in parts.netloc or parts.path not in ("", "/") or set("?#\\") & set(address) or port == 0:
        raise ValueError(reason)
    return f"{parts.scheme}://{parts.netloc}"


def with_password(address: SecretStr, password: SecretStr | None) -> str:
    """Return an address with the password that is kept apart from it, quoted; one that has its own keeps that."""
    url = address.get_secret_value()
    if password is None or not (secret := password.get_secret_value()):
        return url
    scheme, mark, rest = url.partition("://")
    end = min((place for sign in "/?#" if (place := rest.find(sign)) >= 0), default=len(rest))
    user, _, server = rest[:end].rpartition("@")
    if not mark or ":" in user:
        return url
    return f"{scheme}://{user}:{quote(secret, safe='')}@{server}{rest[end:]}"


def checked_key(key: SecretStr) -> SecretStr:
    """Return a key that can stand in a header; one that was pasted with blanks around it, without them."""
    bare = key.get_secret_value().strip()
    if not re.fullmatch(r"[!-~]+", bare):
        raise ValueError("deve ser a chave de acesso, sem espaços nem acentos")
    return SecretStr(bare)


# No wait for the network may be longer than some weeks; a moment that is a thousand years away can still be written.
WEEK_SECONDS, YEAR_SECONDS, LONGEST_DAYS = 604_800, 31_536_000, 365_000
Seconds = Annotated[float, Field(gt=0, le=WEEK_SECONDS), Unit("segundos")]
Days = Annotated[int, Field(ge=1, le=36_500), Unit("dias")]
Port = Annotated[int, Field(ge=1, le=65535), Unit("porta")]
Zone = Annotated[str, AfterValidator(_zone)]
Network = Annotated[IPv4Network | IPv6Network, PlainValidator(_network)]


class Table(BaseModel):
    """A table of the settings file; unknown keys are mistakes, and so are `inf` and `nan`.

    Its own validator is built only when it is made alone; the whole settings have theirs.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True, allow_inf_nan=False)


class Section(Table):
    """A table of its own at the top of the file; its name there is the name of its module."""

    about: ClassVar[str]

    @classmethod
    def current(cls) -> Self:
        """Return this process's section, read once."""
        found: Self = getattr(_loading()(), cls.table())
        return found

    @classmethod
    @cache
    def table(cls) -> str:
        """Return its name in the file."""
        return cls.__module__.rpartition(".")[2]


@cache
def _loading() -> Callable[[], Any]:
    """Return what reads the settings; looked up once, for a setting is asked for on the hottest paths."""
    from core.settings.load import get_settings

    return get_settings


def table_field(kind: type[Table], **more: Any) -> Any:
    """Describe a table within a table; its default is made on first use, not when it is declared."""
    return Field(default_factory=kind, **more)


def default_is(words: str) -> dict[str, Any]:
    """Say for the reference what holds when a key without default is not given."""
    return {"padrao": words}
