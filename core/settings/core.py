"""The section `[core]`: where things live."""

from pathlib import Path
from typing import ClassVar
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, field_validator

from core.addresses import judge_broker, judge_redis
from core.settings.base import Section, Zone, default_is, with_password


class CoreSettings(Section):
    """Database, broker, files, keys."""

    about: ClassVar[str] = (
        "Onde ficam as coisas. Para trocar as chaves, ponha a nova na frente e deixe as antigas atrás dela. O endereço "
        "do broker que `esteira subir` iniciou fica em `data_dir/broker.url` (modo 0600), onde os outros processos o "
        "acham."
    )

    database_url: SecretStr | None = Field(
        None,
        description="Banco de dados: `sqlite:///arquivo.db` ou `postgresql://usuario:<senha>@servidor/banco`.",
        examples=["postgresql://usuario:<senha>@servidor/esteira"],
        json_schema_extra=default_is("um SQLite em `data_dir`"),
    )
    database_password: SecretStr | None = Field(
        None,
        description="A senha do banco, quando `database_url` traz usuário e não senha; escrita como é, sem codificar.",
        examples=["<senha>"],
        json_schema_extra=default_is("a de `database_url`"),
    )
    redis_url: SecretStr | None = Field(
        None,
        description=(
            "Redis: `redis://`, `rediss://`, ou `sentinel://no1:26379,no2:26379/mestre` (`sentinels://` com TLS). É o "
            "broker quando `broker_url` não diz outro."
        ),
        examples=["redis://servidor:6379/0"],
        json_schema_extra=default_is("`esteira subir` inicia um Redis próprio"),
    )
    broker_url: SecretStr | None = Field(
        None,
        description=(
            "O broker, quando não é o Redis de `redis_url`: outro Redis, ou um RabbitMQ, `amqp://` ou `amqps://` com "
            "`usuario:<senha>@no1:5672,no2:5672/vhost`."
        ),
        examples=["amqp://esteira:<senha>@servidor:5672/esteira"],
        json_schema_extra=default_is("`redis_url`"),
    )
    redis_password: SecretStr | None = Field(
        None,
        description="A senha de `redis_url`, quando o endereço não traz uma; escrita como é, sem codificar.",
        examples=["<senha>"],
        json_schema_extra=default_is("a de `redis_url`"),
    )
    broker_password: SecretStr | None = Field(
        None,
        description="A senha de `broker_url`, da mesma forma.",
        examples=["<senha>"],
        json_schema_extra=default_is("a de `broker_url`"),
    )
    redis_ca: Path | None = Field(
        None,
        description="Arquivo PEM da autoridade que assina o certificado do Redis, quando o endereço é `rediss://`.",
        examples=["/etc/ssl/redis-ca.pem"],
        json_schema_extra=default_is("as autoridades do sistema"),
    )
    broker_ca: Path | None = Field(
        None,
        description="Arquivo PEM da autoridade que assina o certificado do RabbitMQ, quando o endereço é `amqps://`.",
        examples=["/etc/ssl/rabbitmq-ca.pem"],
        json_schema_extra=default_is("as autoridades do sistema"),
    )
    data_dir: Path = Field(
        Path("dados"), description="Pasta do banco, do arquivo de chaves, da senha do Flower e do broker próprio."
    )
    timezone: Zone = Field(
        "America/Sao_Paulo",
        description="Fuso dos horários marcados, dos instantes mostrados e das caixas sem fuso próprio.",
    )
    keys: tuple[SecretStr, ...] = Field(
        (),
        description="Chaves Fernet (32 bytes em base64 url-safe): a primeira cifra, todas decifram.",
        examples=[["chave-fernet-em-base64"]],
        json_schema_extra=default_is("um arquivo `chaves` em `data_dir`, criado na primeira vez"),
    )

    @field_validator("redis_url")
    @classmethod
    def _redis(cls, given: SecretStr | None) -> SecretStr | None:
        if given is not None:
            judge_redis(given.get_secret_value())
        return given

    @field_validator("broker_url")
    @classmethod
    def _broker(cls, given: SecretStr | None) -> SecretStr | None:
        if given is not None:
            judge_broker(given.get_secret_value())
        return given

    @property
    def database(self) -> str:
        """The configured database, else a SQLite file in the data folder."""
        given = self.database_url
        return (
            with_password(given, self.database_password) if given else f"sqlite:///{self.data_dir.resolve()}/esteira.db"
        )

    @property
    def redis(self) -> str | None:
        """The configured Redis, if there is one."""
        return with_password(self.redis_url, self.redis_password) if self.redis_url else None

    @property
    def broker(self) -> str | None:
        """The configured broker, if there is one."""
        return with_password(self.broker_url, self.broker_password) if self.broker_url else self.redis

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the installation."""
        return ZoneInfo(self.timezone)
