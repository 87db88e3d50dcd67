"""The broker, how it keeps messages, the Redis beside it, and the workers that answer through it."""

from collections.abc import Iterator

from core import broker_probe, messages
from core.addresses import Address
from core.amqp_address import AmqpAddress
from core.broker_address import broker_address, shared_redis
from core.checks import FAULT, OK, WARNING, Finding
from core.queues import queues
from core.redis_address import authority_fault, certificate_refused
from core.text import redact

PATIENCE_SECONDS = 3.0
ADDRESS = "Corrija core.redis_url: redis://servidor:6379/0, rediss:// ou sentinel://; RabbitMQ vai em core.broker_url: amqp://."
LOGIN = "Confira usuário, senha e vhost em core.broker_url, ou usuário, senha e número do banco em core.redis_url."
AWAY = "Confira core.broker_url e core.redis_url, ou rode `esteira subir`."
NONE = (
    "Os comandos funcionam sem ele; para os workers, rode `esteira subir` ou defina core.redis_url ou core.broker_url."
)
BROKERS = "Veja docs/how-to/brokers.md."
ALONE = "nenhum: a API conta pedidos por processo, e máquinas se acordam por mensagem"


def broker() -> Iterator[Finding]:
    """Tell whether the broker answers and keeps what it is given, and then who of the workers answers."""
    try:
        address = broker_address()
    except ValueError as mistake:
        yield Finding("broker", FAULT, str(mistake), ADDRESS)
        return
    if address is None:
        yield Finding("broker", WARNING, "nenhum configurado nem iniciado", NONE)
        return
    found = list(_seen("broker", address))
    yield from found
    if found[0].situacao == FAULT:
        return
    if isinstance(address, AmqpAddress):
        yield from beside()
    if any(one.detalhe in broker_probe.TAKE_NOTHING for one in found):
        yield Finding("workers", WARNING, "não perguntei: o broker não aceita mensagens", "Resolva isso primeiro.")
        return
    names = messages.answering()
    if names:
        yield Finding("workers", OK, ", ".join(names))
    else:
        yield Finding("workers", WARNING, "nenhum respondeu", "Rode `esteira subir`.")


def beside() -> Iterator[Finding]:
    """Tell of the Redis beside a RabbitMQ."""
    try:
        redis = shared_redis()
    except ValueError as mistake:
        yield Finding("redis", FAULT, str(mistake), ADDRESS)
        return
    if redis is None:
        yield Finding("redis", OK, ALONE)
    else:
        yield from _seen("redis", redis)


def _seen(system: str, address: Address) -> Iterator[Finding]:
    if unreadable := authority_fault(address.tls, address.system):
        yield Finding(system, FAULT, unreadable, f"Corrija {_authority(address)}.")
        return
    # Loaded by those who have a broker.
    from core.broker_faults import FAULTS

    # only a RabbitMQ knows of each queue how it is kept; to name them loads Celery
    names = [queue.name for queue in queues()] if isinstance(address, AmqpAddress) else []
    try:
        seen = broker_probe.look(address, PATIENCE_SECONDS, names)
    except broker_probe.LoginRefused:
        yield Finding(system, FAULT, f"o {address.system} recusou {broker_probe.entry(address)}", LOGIN)
    except FAULTS as error:
        if certificate_refused(error):
            refused = f"o certificado do {address.system} não é de uma autoridade conhecida"
            yield Finding(
                system, FAULT, refused, f"Diga em {_authority(address)} o arquivo da autoridade que o assina."
            )
        elif said := broker_probe.refusal(error):
            yield Finding(system, FAULT, f"o {address.system} {said}", BROKERS)
        else:
            yield Finding(system, FAULT, redact(str(error))[:200], AWAY)
    except ValueError:
        yield Finding(system, FAULT, f"core.redis_url não é um endereço de {address.system}", ADDRESS)
    else:
        yield Finding(system, OK, f"{seen.about}, em {address.where}")
        for worry in seen.worries:
            yield Finding(system, WARNING, worry, BROKERS)


def _authority(address: Address) -> str:
    return "core.broker_ca" if isinstance(address, AmqpAddress) else "core.redis_ca"
