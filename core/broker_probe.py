"""What a broker says when it is asked: whether it answers, whether it keeps what it is given, how much waits in it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from core.addresses import Address
from core.amqp_address import AmqpAddress
from core.broker_link import KEY_PREFIX, QUEUE_ARGUMENTS, refuse
from core.redis_address import RedisAddress, client
from core.text import redact

KEEPS_ALL = "noeviction"
EVICTS = "o Redis apaga mensagens quando a memória acaba ({policy}): use maxmemory-policy noeviction"
NO_FILE = "sem arquivo (AOF): o que espera na fila se perde com o Redis, e o banco o repete na próxima varredura"
FILE = "em arquivo (AOF)"
ALARM = "o RabbitMQ não aceita mensagens: veja os alarmes de memória e de disco (rabbitmq-diagnostics alarms)"
OTHER_KIND = "filas que já existiam de outro tipo, que se perdem com um nó: {names}; apague-as, e voltam como quorum"
REPLICA = "este Redis é uma réplica e não aceita mensagens: dê o endereço do mestre"
NO_MEMORY = "a memória do Redis acabou (maxmemory), e ele não aceita mensagens: aumente-a, ou veja o que a ocupa"
NO_COPY = "o Redis não gravou os arquivos dele da última vez: veja o disco dele, ou ele passará a recusar mensagens"
TAKE_NOTHING = (ALARM, REPLICA, NO_MEMORY)
COPIES = ("rdb_last_bgsave_status", "aof_last_bgrewrite_status", "aof_last_write_status")
# What Redis says instead of an answer while it works for nobody, by its first word.
NOT_NOW = {
    "MISCONF": "não consegue gravar no disco dele e recusa tudo: libere espaço nele",
    "BUSY": "só atende um script que não termina",
}
NO_CONNECTIONS = "recusa conexões agora: vhost parado, ou limite de conexões atingido"
# How texts of RabbitMQ end that name no mistake of ours, though their number (530) is that of a vhost that is none.
PASSING = ("is down", "is reached")


class LoginRefused(Exception):
    """User, password, and vhost or number of the database are refused."""


@dataclass(frozen=True)
class Seen:
    """What a broker is, in words for an operator, and what is wrong with how it keeps messages."""

    about: str
    worries: tuple[str, ...] = ()


def entry(address: Address) -> str:
    """Return what may be refused of an address, in words."""
    return f"o usuário, a senha ou {'o vhost' if isinstance(address, AmqpAddress) else 'o número do banco'}"


def refusal(fault: BaseException) -> str | None:
    """Return what a broker that answers says against working now, in words; none where it did not answer."""
    from amqp.exceptions import NotAllowed
    from redis.exceptions import ResponseError

    if isinstance(fault, NotAllowed):
        return NO_CONNECTIONS
    if not isinstance(fault, ResponseError):
        return None
    said = str(fault)
    return NOT_NOW.get(said.partition(" ")[0]) or f"recusa: {redact(said)[:200]}"


def ping(address: Address, seconds: float) -> None:
    """Ask for an answer within so many seconds.

    Raises:
        ValueError: an option of the address is unknown.
        LoginRefused: it answers, and lets us not in.
        What `core.broker_faults` names: it does not answer.
    """
    if isinstance(address, AmqpAddress):
        with _rabbit(address, seconds):
            return
    with _redis(address, seconds) as asked:
        asked.ping()


def look(address: Address, seconds: float, queues: Sequence[str]) -> Seen:
    """Ask a broker what it is and how it keeps these queues; raises what `ping` does."""
    if isinstance(address, AmqpAddress):
        with _rabbit(address, seconds) as connection:
            return _of_rabbit(connection, seconds, queues)
    with _redis(address, seconds) as asked:
        # one that cannot write refuses this, and still tells of itself
        asked.ping()
        return _of_redis(asked.info())


def lengths(address: Address, seconds: float, queues: Sequence[str]) -> dict[str, int]:
    """Return how many messages wait in each of these queues; raises what `ping` does."""
    if isinstance(address, AmqpAddress):
        with _rabbit(address, seconds) as connection:
            return {name: (_declared(connection, name) or 0) for name in queues}
    with _redis(address, seconds) as asked, asked.pipeline(transaction=False) as many:
        for name in queues:
            many.llen(f"{KEY_PREFIX}{name}")
        return dict(zip(queues, many.execute(), strict=True))


@contextmanager
def _redis(address: RedisAddress, seconds: float) -> Iterator[Any]:
    from redis.exceptions import AuthenticationError, ResponseError

    with client(address, seconds) as asked:
        try:
            yield asked
        except (AuthenticationError, ResponseError) as fault:
            if _is_of_login(fault):
                raise LoginRefused from fault
            raise


def _is_of_login(fault: Exception) -> bool:
    """Tell whether Redis lets us not in; what else it refuses passes, as on a full disk."""
    from redis.exceptions import AuthenticationError, AuthenticationWrongNumberOfArgsError, NoPermissionError

    refused = (AuthenticationError, AuthenticationWrongNumberOfArgsError, NoPermissionError)
    return isinstance(fault, refused) or "DB index" in str(fault)


@contextmanager
def _rabbit(address: AmqpAddress, seconds: float) -> Iterator[Any]:
    """Yield a connection of py-amqp to the first node that answers."""
    from amqp.exceptions import AccessRefused, NotAllowed

    *others, last = address.url.split(";")
    try:
        for url in others:
            try:
                connection = _connection(url, address, seconds)
                break
            except OSError:
                continue
        else:
            connection = _connection(last, address, seconds)
    except (AccessRefused, NotAllowed) as fault:
        if str(fault).rstrip(".").endswith(PASSING):
            raise
        raise LoginRefused from fault
    with connection:
        yield connection.connection


def _connection(url: str, address: AmqpAddress, seconds: float) -> Any:
    from kombu import Connection

    # one that takes a question and forgets it holds nobody either
    patience = {"read_timeout": seconds, "write_timeout": seconds}
    # kombu writes into what it is given
    made = Connection(url, ssl=dict(address.tls) or None, connect_timeout=seconds, transport_options=patience)
    try:
        made.connect()
    except BaseException:
        made.release()
        raise
    return made


def _of_redis(told: dict[str, Any]) -> Seen:
    policy = told.get("maxmemory_policy", KEEPS_ALL)
    kept = FILE if told.get("aof_enabled") else NO_FILE
    found = {
        REPLICA: told.get("role") == "slave",
        NO_MEMORY: policy == KEEPS_ALL and 0 < told.get("maxmemory", 0) <= told.get("used_memory", 0),
        NO_COPY: any(told.get(name, "ok") != "ok" for name in COPIES),
        EVICTS.format(policy=policy): policy != KEEPS_ALL,
    }
    worries = tuple(worry for worry, holds in found.items() if holds)
    return Seen(f"Redis {told.get('redis_version', '?')}, {kept}", worries)


def _of_rabbit(connection: Any, seconds: float, queues: Sequence[str]) -> Seen:
    about = f"RabbitMQ {connection.server_properties.get('version', '?')}, filas quorum"
    other = [name for name in queues if _declared(connection, name) is not None and not _is_ours(connection, name)]
    worries = (OTHER_KIND.format(names=", ".join(other)),) if other else ()
    if not _takes_messages(connection, seconds):
        worries = (ALARM, *worries)
    return Seen(about, worries)


def _declared(connection: Any, name: str) -> int | None:
    """Return how many messages wait in a queue; None when there is no such queue."""
    from amqp.exceptions import NotFound

    channel = connection.channel()
    try:
        return int(channel.queue_declare(name, passive=True).message_count)
    except NotFound:
        return None
    finally:
        _close(channel)


def _is_ours(connection: Any, name: str) -> bool:
    """Tell whether a queue is what we would declare."""
    from amqp.exceptions import PreconditionFailed

    channel = connection.channel()
    try:
        channel.queue_declare(name, durable=True, auto_delete=False, arguments=dict(QUEUE_ARGUMENTS))
    except PreconditionFailed:
        return False
    finally:
        _close(channel)
    return True


def _takes_messages(connection: Any, seconds: float) -> bool:
    """Tell whether messages are accepted: in an alarm nothing is read from a connection after its first."""
    from amqp import Message

    channel = connection.channel()
    own = channel.queue_declare("", exclusive=True).queue
    connection.on_blocked = refuse
    try:
        for _ in range(2):
            channel.basic_publish_confirm(Message(""), routing_key=own, confirm_timeout=seconds)
    except (TimeoutError, ConnectionError):
        # it answers no goodbye on this connection either
        connection.collect()
        return False
    return True


def _close(channel: Any) -> None:
    if channel.is_open:
        channel.close()
