"""Addresses of every kind of broker, read by their scheme; no settings in here, for these are judged by it."""

from pathlib import Path
from urllib.parse import urlsplit

from core import amqp_address, redis_address, sentinel_address
from core.amqp_address import AmqpAddress
from core.redis_address import RedisAddress

Address = RedisAddress | AmqpAddress
LOOKS_LIKE = (
    "não é um endereço de broker: use redis://servidor:6379/0, rediss://, sentinel://no1:26379,no2:26379/mestre, "
    "amqp://usuario:<senha>@servidor:5672/vhost ou amqps://"
)


def address_of(url: str, redis_ca: Path | None = None, broker_ca: Path | None = None) -> Address:
    """Read an address of any kind of broker.

    Raises:
        ValueError: it is none.
    """
    if _scheme(url) in amqp_address.SCHEMES:
        return amqp_address.amqp_address(_one(url), broker_ca)
    return redis_of(url, redis_ca)


def redis_of(url: str, authority: Path | None = None) -> RedisAddress:
    """Read an address of a Redis, alone or watched by Sentinels.

    Raises:
        ValueError: it is none.
    """
    if _scheme(url) in sentinel_address.SCHEMES:
        return sentinel_address.sentinel_address(_one(url), authority)
    return redis_address.redis_address(_one(url), authority)


def judge_broker(url: str) -> None:
    """Look at an address of a broker as it is written, without a connection.

    Raises:
        ValueError: it is none; the text says what one looks like, and nothing of this one.
    """
    scheme = _scheme(url)
    if scheme in amqp_address.SCHEMES:
        amqp_address.amqp_address(url)
    elif scheme in (*redis_address.SCHEMES, *sentinel_address.SCHEMES):
        judge_redis(url)
    else:
        raise ValueError(LOOKS_LIKE)


def judge_redis(url: str) -> None:
    """Do the same for the address of a Redis, alone or watched by Sentinels."""
    if _scheme(url) in sentinel_address.SCHEMES:
        sentinel_address.sentinel_address(url)
    else:
        redis_address.judge(url)


def _one(url: str) -> str:
    """Return an address in which a password has no `;`: by that kombu parts several."""
    return url.replace(";", "%3B")


def _scheme(url: str) -> str:
    try:
        return urlsplit(url).scheme
    except ValueError:
        return ""
