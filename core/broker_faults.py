"""What the libraries raise when a broker is away, of whatever kind it is; loaded by those who have one."""

from amqp.exceptions import AMQPError
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

FAULTS = (OperationalError, RedisError, AMQPError, OSError)
