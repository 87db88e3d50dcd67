"""Every setting of Esteira: one frozen, typed object built once from `esteira.toml` and the environment.

No other file reads the environment. A mistake anywhere is told together with all the others.
"""

import os
import tomllib
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import (
    Field,
    PlainValidator,
    SecretStr,
    ValidationError,
)
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from core.accounts import Contas
from core.errors import Misconfigured
from core.settings_base import Port, Seconds, Section, Zone
from core.settings_errors import explain, unknown_variables
from core.settings_questor import ContaQuestor
from core.settings_sat import SatSettings
from core.text import os_fault

PREFIX = "ESTEIRA_"
CONFIG_VARIABLE = "ESTEIRA_CONFIG"
SINGLE_VARIABLES = frozenset({CONFIG_VARIABLE})


def _network(text: object) -> IPv4Network | IPv6Network:
    try:
        return ip_network(str(text))
    except ValueError:
        raise ValueError(f"deve ser uma rede, como 10.0.0.0/8, sem bits de host: {text!r}") from None


Network = Annotated[IPv4Network | IPv6Network, PlainValidator(_network)]
Days = Annotated[int, Field(ge=1, le=36_500)]


class CoreSettings(Section):
    """Where things live: database, broker, files, keys."""

    database_url: SecretStr | None = None
    redis_url: SecretStr | None = None
    broker_url: SecretStr | None = None
    data_dir: Path = Path("dados")
    timezone: Zone = "America/Sao_Paulo"
    keys: tuple[SecretStr, ...] = ()


class AlertSettings(Section):
    """How alerts are told."""

    reminder_hours: Annotated[float, Field(ge=0)] = 24


class DeliverySettings(Section):
    """How events leave: timeouts, schedule (webhooks_delivery.md 3) and the addresses allowed (section 4)."""

    connect_timeout: Seconds = 3
    total_timeout: Annotated[float, Field(ge=1, le=30)] = 15
    schedule: tuple[Annotated[float, Field(ge=0)], ...] = (5, 60, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
    jitter: Annotated[float, Field(ge=0, lt=1)] = 0.2
    max_in_flight: Annotated[int, Field(ge=1, le=256)] = 8
    sweep_seconds: Annotated[float, Field(ge=1, le=5)] = 2
    allow_networks: tuple[Network, ...] = ()
    allow_http: bool = False
    allow_ports: tuple[Port, ...] = (80, 443, 8443)
    ntfy_burst: Annotated[int, Field(ge=1)] = 60
    ntfy_refill_seconds: Seconds = 5


class RetentionSettings(Section):
    """How many days attempts, events and the changes of boxes are kept (docs/reference/retention.md)."""

    tentativas_dias: Days = 30
    eventos_dias: Days = 90
    historico_dias: Days = 365


class FlowerSettings(Section):
    """The Flower page, behind a password."""

    host: str = "127.0.0.1"
    port: Port = 5555
    user: str = "esteira"
    password: SecretStr | None = None


class ApiSettings(Section):
    """The HTTP API."""

    host: str = "127.0.0.1"
    port: Port = 8000


class Settings(BaseSettings):
    """All sections. Precedence: environment, then the file, then the defaults."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True, case_sensitive=False
    )

    core: CoreSettings = CoreSettings()
    sat: SatSettings = SatSettings()
    alerts: AlertSettings = AlertSettings()
    questor: Contas[ContaQuestor] = Contas()
    deliveries: DeliverySettings = DeliverySettings()
    retencao: RetentionSettings = RetentionSettings()
    flower: FlowerSettings = FlowerSettings()
    api: ApiSettings = ApiSettings()

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource, *_: Any, **__: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (_Environment(settings_cls), init_settings)

    @property
    def database_url(self) -> str:
        """The configured database, else a SQLite file in the data folder."""
        given = self.core.database_url
        return given.get_secret_value() if given else f"sqlite:///{self.core.data_dir.resolve()}/esteira.db"

    @property
    def broker_url(self) -> str | None:
        """The configured broker, else the one that `esteira subir` started and wrote down, else none."""
        given = self.core.broker_url or self.core.redis_url
        if given:
            return given.get_secret_value()
        written = self.core.data_dir / "broker.url"
        try:
            return written.read_text().strip() or None
        except OSError:
            return None

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the installation."""
        return ZoneInfo(self.core.timezone)


class _Environment(EnvSettingsSource):
    """Keep a value that is not the JSON it should be, so that validation tells it beside every other mistake."""

    def decode_complex_value(self, field_name: str, field: Any, value: Any) -> Any:
        try:
            return super().decode_complex_value(field_name, field, value)
        except ValueError:
            return value


def read_file(path: Path) -> dict[str, Any]:
    """Return the tables of a settings file."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Misconfigured(f"Não consegui ler {path}: {os_fault(error)}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{path} não é um TOML válido: {error}.") from None


def load_settings() -> Settings:
    """Build the settings; raise `Misconfigured` with every mistake and the name of its key."""
    named = os.environ.get(CONFIG_VARIABLE)
    path = Path(named or "esteira.toml")
    tables = read_file(path) if named or path.exists() else {}
    mistakes = unknown_variables(os.environ, PREFIX, Settings.model_fields, SINGLE_VARIABLES)
    try:
        settings = Settings(**tables)
    except ValidationError as error:
        mistakes += explain(error, Settings)
    if mistakes:
        raise Misconfigured("Configuração inválida: " + "; ".join(mistakes) + ".")
    return settings


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """Return this process's settings, read once."""
    return load_settings()
