"""What Celery's consumer says of a broker that is away or refuses something is told once, and in few words."""

import logging

import pytest
from amqp.exceptions import PreconditionFailed
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import OutOfMemoryError, ReadOnlyError, RedisError, ResponseError

from workers.broker_lines import (
    AGAIN_SECONDS,
    BY_ITSELF,
    CANNOT,
    CONSUMER,
    LONGEST,
    LOST,
    OFTEN,
    REDIS,
    OncePerLoss,
    OncePerRefusal,
    unless_lost,
)

GONE = OSError("[Errno 111] Connection refused")
LATE = PreconditionFailed("PRECONDITION_FAILED - delivery acknowledgement on channel 1 timed out", (0, 0))
OTHER = PreconditionFailed("PRECONDITION_FAILED - inequivalent arg 'x-queue-type' for queue 'email'", (50, 10))
ENDLESS = PreconditionFailed("PRECONDITION_FAILED - " + "x" * LONGEST, (0, 0))
AWAY, AGAIN = "broker away, waiting for it: OSError", AGAIN_SECONDS


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ([(0, LOST, GONE), (1, CANNOT, GONE), (2, CANNOT, GONE)], [AWAY]),
        ([(0, CANNOT, GONE), (1, CANNOT, GONE), (2, LOST, GONE)], [AWAY, AWAY]),
        ([(0, LOST, LATE), (1, LOST, LATE), (AGAIN - 1, LOST, LATE)], [LATE.reply_text]),
        ([(0, LOST, LATE), (AGAIN, LOST, LATE)], [LATE.reply_text] * 2),
        ([(0, LOST, LATE), (1, LOST, OTHER), (2, LOST, OTHER)], [LATE.reply_text, OTHER.reply_text]),
        ([(0, LOST, LATE), (1, LOST, GONE), (2, CANNOT, GONE)], [LATE.reply_text, AWAY]),
        ([(0, LOST, GONE), (1, OFTEN, GONE)], [AWAY]),
        ([(0, LOST, ENDLESS)], [ENDLESS.reply_text[:LONGEST]]),
        ([(0, "another line %s", GONE)], [f"another line {GONE}"]),
    ],
)
def test_a_loss_and_a_refusal_are_told_once(said: list[tuple[float, str, Exception]], told: list[str]) -> None:
    filtering, found = OncePerLoss(), list[str]()
    for when, text, fault in said:
        record = logging.LogRecord(CONSUMER, logging.ERROR, "", 0, text, (fault,), None)
        record.created, record.msg = when, text if "%s" in text else f"{text} (%r)"
        if filtering.filter(record):
            found.append(record.getMessage())
    assert [line.removeprefix("RabbitMQ closed the channel, another is opened: ") for line in found] == told


@pytest.mark.parametrize(
    ("said", "fault", "told"),
    [
        ("Error cleaning up after event loop: %r", ConnectionResetError(104, "Connection reset by peer"), False),
        ("Error cleaning up after sync event loop: %r", LATE, False),
        ("Couldn't ack 6, reason:%r", ConnectionResetError(104, "Connection reset by peer"), False),
        ("Couldn't reject 6, reason: %r", BrokenPipeError(32, "Broken pipe"), False),
        ("Error cleaning up after event loop: %r", KeyError("x"), True),
        ("Couldn't ack 6, reason:%r", KeyError("x"), True),
        ("another line %r", GONE, True),
    ],
)
def test_that_a_lost_broker_hears_nothing_more_is_not_told_again(said: str, fault: Exception, told: bool) -> None:
    record = logging.LogRecord("", logging.ERROR, "", 0, said, (fault,), (type(fault), fault, None))
    assert unless_lost(record) is told


REFRESH, TIMER = BY_ITSELF
FULL = OutOfMemoryError("Command # 1 (EVALSHA esteira:x) of pipeline caused error: command not allowed")
OTHERWISE_FULL = ResponseError("Error running script: -OOM command not allowed")
REPLICA = ResponseError("Command # 1 (EVALSHA esteira:x) of pipeline caused error: -READONLY You can't write")
TOLD = "command not allowed"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ([(0, REFRESH, FULL), (1, REFRESH, FULL), (AGAIN - 1, REFRESH, FULL)], [TOLD]),
        ([(0, REFRESH, FULL), (1, TIMER, OTHERWISE_FULL), (2, REFRESH, FULL)], [TOLD]),
        ([(0, TIMER, FULL), (AGAIN, TIMER, FULL)], [TOLD] * 2),
        ([(0, TIMER, OTHERWISE_FULL)], [str(OTHERWISE_FULL)]),
        ([(0, REFRESH, REPLICA), (1, TIMER, ReadOnlyError("READONLY You can't write"))], []),
        ([(0, TIMER, RedisConnectionError("Connection closed by server."))], []),
    ],
)
def test_a_redis_that_takes_no_writes_is_told_once_without_its_traceback(
    said: list[tuple[float, str, RedisError]], told: list[str]
) -> None:
    filtering, found = OncePerRefusal(), list[str]()
    for when, text, fault in said:
        refusal = (type(fault), fault, None)
        record = logging.LogRecord(REDIS, logging.ERROR, "", 0, f"{text}: %r", (fault,), refusal)
        record.created = when
        if filtering.filter(record):
            found.append(record.getMessage().removeprefix("Redis takes no writes: "))
            assert record.exc_info is None
    assert found == told


@pytest.mark.parametrize(
    ("said", "fault"), [("another line", FULL), (TIMER, OSError(28, "No space left")), (TIMER, KeyError("x"))]
)
def test_another_line_of_kombu_is_told_as_it_is(said: str, fault: Exception) -> None:
    refusal = (type(fault), fault, None)
    record = logging.LogRecord(REDIS, logging.ERROR, "", 0, said, (), refusal)
    assert OncePerRefusal().filter(record)
    assert (record.getMessage(), record.exc_info) == (said, refusal)
