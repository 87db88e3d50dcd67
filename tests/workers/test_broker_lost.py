"""The broker away, emptied and back, Redis or RabbitMQ: beat and worker wait, say one line each, and go on."""

import os
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from conftest import Configure
from redis import Redis
from support.deliveries import SECRET, fire, webhook
from support.ports import PATIENCE_SECONDS, wait_until
from support.rabbit_cluster import RabbitCluster
from support.rabbitmq import RabbitServer
from support.rabbitmq import installed as rabbitmq_installed
from support.redis import RedisServer
from support.sentinel import Watched
from support.sentinel import installed as sentinels_installed

from core import celery_app
from events.delivery.sweep import SWEEP
from sandbox.receiver import ReceiverServer
from storage.models.limites import Marca
from storage.session import reading
from workers.processes import table

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis of this test alone, to be killed."""
    (tmp_path / "redis").mkdir()
    with RedisServer(tmp_path / "redis") as server:
        yield server


@pytest.fixture(params=["redis", "rabbit"])
def broker(request: pytest.FixtureRequest, configure: Configure, sqlite: str) -> Iterator[RedisServer | RabbitServer]:
    """A broker of each kind, to be killed."""
    server: RedisServer | RabbitServer = request.getfixturevalue(request.param)
    configure(core__broker_url=server.url)
    celery_app.refresh()
    yield server
    celery_app.refresh()


Server = RedisServer | RabbitServer


@contextmanager
def line(folder: Path, *names: str) -> Iterator[dict[str, Path]]:
    """Run these, else beat and the worker of the sweep; give the file of what each says."""
    said = {name: folder / f"{name}.log" for name in names or ("beat", "geral")}
    running = []
    for process in table():
        if process.name in said:
            beats = {"ESTEIRA_CONTAINER__HEARTBEAT_FILE": str(heartbeat(said[process.name]))}
            environment = os.environ | {"PYTHONPATH": str(ROOT)} | beats
            with said[process.name].open("wb") as file:
                running.append(subprocess.Popen(process.command, cwd=ROOT, env=environment, stdout=file, stderr=file))
    try:
        yield said
        assert {process.poll() for process in running} == {None}
    finally:
        for process in running:
            process.kill()
            process.wait()


def heartbeat(log: Path) -> Path:
    """Return the file that the process of this log renews while it hears from the broker."""
    return log.with_suffix(".batimento")


def swept() -> datetime | None:
    with reading() as db:
        mark = db.get(Marca, SWEEP)
        return mark.instante if mark else None


def wait_for_a_sweep() -> None:
    before = swept()
    wait_until(lambda: swept() != before)


def refuse(port: int, attempts: int, said: Iterable[Path]) -> None:
    """Close connections on the port of the dead Redis at once: so many, and until each of these has said something."""
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind(("127.0.0.1", port))
        door.listen()
        door.settimeout(60)
        ends = time.monotonic() + PATIENCE_SECONDS
        while attempts > 0 or not all(map(lines, said)):
            assert time.monotonic() < ends, [file.name for file in said if not lines(file)]
            door.accept()[0].close()
            attempts -= 1


def begin(receiver: ReceiverServer) -> None:
    """Have a first event delivered: the line works."""
    webhook(f"{receiver.url}/x")
    fire()
    assert receiver.wait_for(lambda: len(receiver.requests) == 1, PATIENCE_SECONDS)


def say_little(told: dict[str, list[str]]) -> None:
    """Fail where a process told more than how its broker went and came, now and then."""
    for one in told.values():
        assert len(one) <= 5, "\n".join(one)


# What another test is about: a RabbitMQ that is killed within seconds of a queue's first declaration may lose it.
LOST = (
    "waiting for it: InternalError",
    "a queue that RabbitMQ lost is made anew",
    "the broker takes others and",
    "the broker takes what it refused",
)


def lines(file: Path) -> list[str]:
    """Return what a process says of a broker that goes and comes back."""
    aside = ("arquivo de chaves", *LOST)
    return [one for one in file.read_text().splitlines() if one.strip() and not any(word in one for word in aside)]


def of_the_worker(told: list[str]) -> list[str]:
    """Return these lines without those of a task that was under way, had something to send, and says that it failed."""
    return [one for one in told if not ("task failed" in one and celery_app.NO_ANSWER in one)]


def test_a_broker_that_goes_and_comes_back_costs_one_line_and_a_delay(broker: Server, tmp_path: Path) -> None:
    with line(tmp_path) as said:
        hearts = [heartbeat(one) for one in said.values()]
        wait_for_a_sweep()
        wait_until(lambda: all(one.exists() for one in hearts))
        broker.kill()
        refuse(broker.port, 6, said.values())
        for one in hearts:
            one.unlink()
        refuse(broker.port, 6, ())
        assert not any(one.exists() for one in hearts), "a heart beats only while the broker is heard"
        broker.start()
        wait_for_a_sweep()
        wait_until(lambda: all(one.exists() for one in hearts))
        beat, worker = lines(said["beat"]), lines(said["geral"])
    assert len([one for one in beat if "broker is away, beat waits" in one]) == 1
    assert len([one for one in beat if "broker is back" in one]) == 1
    assert len(beat) == 2, "\n".join(beat)
    assert ["broker away" in one for one in of_the_worker(worker)] == [True], worker


def test_a_worker_of_deliveries_waits_as_quietly_and_delivers_again(
    broker: Server, loopback: None, tmp_path: Path
) -> None:
    with ReceiverServer({"/x": SECRET}) as receiver, line(tmp_path, "beat", "geral", "entregas") as said:
        begin(receiver)
        # one that has not begun yet says nothing of a broker that goes
        wait_until(lambda: all(heartbeat(one).exists() for one in said.values()))
        broker.kill()
        refuse(broker.port, 20, said.values())
        fire()
        broker.start()
        assert receiver.wait_for(lambda: len(receiver.requests) == 2, PATIENCE_SECONDS)
        told = lines(said["entregas"])
    assert len([one for one in told if "broker away" in one]) == 1
    assert len(told) <= 3, "\n".join(told)


def test_a_worker_makes_a_queue_anew_that_rabbitmq_lost(
    sqlite: str, rabbit_broker: str, rabbit: RabbitServer, loopback: None, tmp_path: Path
) -> None:
    with ReceiverServer({"/x": SECRET}) as receiver, line(tmp_path, "beat", "geral", "entregas") as said:
        begin(receiver)
        rabbit.kill()
        rabbit.lose("webhooks")
        rabbit.start()
        wait_until(lambda: LOST[1] in said["entregas"].read_text())
        fire()
        assert receiver.wait_for(lambda: len(receiver.requests) == 2, PATIENCE_SECONDS)
        told = said["entregas"].read_text()
    assert told.count(LOST[1]) == 1


def test_a_queue_that_rabbitmq_lost_and_nobody_reads_holds_up_nothing_else(
    sqlite: str, rabbit_broker: str, rabbit: RabbitServer, tmp_path: Path
) -> None:
    with line(tmp_path, "beat", "geral") as said:
        wait_for_a_sweep()
        rabbit.kill()
        refuse(rabbit.port, 6, said.values())
        heartbeat(said["beat"]).unlink(missing_ok=True)
        rabbit.lose("questor")
        rabbit.start()
        wait_for_a_sweep()
        wait_until(lambda: "broker is back" in said["beat"].read_text())
        wait_until(heartbeat(said["beat"]).exists)
        told = lines(said["beat"])
    assert len(told) == 2, "\n".join(told)


def test_a_broker_that_is_not_there_yet_is_waited_for(broker: Server, tmp_path: Path) -> None:
    broker.kill()
    with line(tmp_path) as said:
        refuse(broker.port, 8, said.values())
        broker.start()
        wait_for_a_sweep()
        # beat says that it goes on when it has sent everything
        wait_until(lambda: len(lines(said["beat"])) > 1)
        assert not [one for file in said.values() for one in lines(file) if "Traceback" in one]
        assert [len(lines(file)) for file in (said["beat"], said["geral"])] == [2, 1]


def test_a_broker_that_is_emptied_takes_nothing_from_beat(broker: Server, tmp_path: Path) -> None:
    with line(tmp_path) as said:
        wait_for_a_sweep()
        broker.flush()
        wait_for_a_sweep()
        wait_for_a_sweep()
        assert lines(said["beat"]) == []


@pytest.fixture
def watched(configure: Configure, sqlite: str, tmp_path: Path) -> Iterator[Watched]:
    """A Redis with a replica, and Sentinels that put it into the place of a master that dies."""
    if not sentinels_installed():
        pytest.skip("redis-sentinel is not installed (Debian: redis-server, redis-sentinel)")
    with Watched(tmp_path) as servers:
        configure(core__redis_url=servers.url)
        celery_app.refresh()
        yield servers
    celery_app.refresh()


def test_a_master_that_dies_costs_a_line_and_a_delay_and_no_event(
    watched: Watched, loopback: None, tmp_path: Path
) -> None:
    with ReceiverServer({"/x": SECRET}) as receiver, line(tmp_path, "beat", "geral", "entregas") as said:
        hearts = [heartbeat(one) for one in said.values()]
        begin(receiver)
        wait_until(lambda: all(one.exists() for one in hearts))
        before = watched.master()
        watched.kill_master()
        fire()
        wait_until(lambda: watched.master() != before)
        for one in hearts:
            one.unlink(missing_ok=True)
        assert receiver.wait_for(lambda: len(receiver.requests) == 2, PATIENCE_SECONDS)
        wait_until(lambda: all(one.exists() for one in hearts))
        fire()
        assert receiver.wait_for(lambda: len(receiver.requests) == 3, PATIENCE_SECONDS)
        told = {name: lines(file) for name, file in said.items()}
    for name in ("geral", "entregas"):
        assert len(of_the_worker(told[name])) == 1, "\n".join(told[name])
    assert len(told["beat"]) <= 2, "\n".join(told["beat"])


@pytest.fixture
def cluster_of_three(configure: Configure, sqlite: str, tmp_path: Path) -> Iterator[RabbitCluster]:
    """Three nodes of RabbitMQ, to be killed one after the other."""
    if not rabbitmq_installed():
        pytest.skip("RabbitMQ is not installed (Debian: rabbitmq-server)")
    with RabbitCluster(tmp_path / "rabbit") as cluster:
        configure(core__broker_url=cluster.url)
        celery_app.refresh()
        yield cluster
    celery_app.refresh()


def test_a_cluster_goes_on_without_one_of_three_nodes_and_after_the_loss_of_two(
    cluster_of_three: RabbitCluster, loopback: None, tmp_path: Path
) -> None:
    def beat(words: str) -> int:
        return said["beat"].read_text().count(words)

    first, second, _ = cluster_of_three.nodes
    with ReceiverServer({"/x": SECRET}) as receiver, line(tmp_path, "beat", "geral", "entregas") as said:
        begin(receiver)
        # all speak to the first, which has their queues
        first.kill()
        fire()
        assert receiver.wait_for(lambda: len(receiver.requests) == 2, PATIENCE_SECONDS)
        wait_for_a_sweep()
        wait_until(lambda: beat("is away") == beat("is back"))
        before = beat("is away")
        second.kill()
        fire()
        wait_until(lambda: beat("is away") > before)
        first.start()
        second.start()
        assert receiver.wait_for(lambda: len(receiver.requests) == 3, PATIENCE_SECONDS)
        wait_for_a_sweep()
        told = {name: lines(file) for name, file in said.items()}
    say_little(told)


@pytest.fixture
def redis_broker(configure: Configure, sqlite: str, redis_server: RedisServer) -> Iterator[RedisServer]:
    """An empty Redis."""
    redis_server.flush()
    configure(core__redis_url=redis_server.url)
    celery_app.refresh()
    yield redis_server
    celery_app.refresh()


def test_a_redis_that_becomes_a_replica_is_waited_for(
    redis_broker: RedisServer, loopback: None, tmp_path: Path
) -> None:
    """So ends a failover that somebody asks for: the master of before lives, and takes nothing more."""
    with ReceiverServer({"/x": SECRET}) as receiver, line(tmp_path, "beat", "geral", "entregas") as said:
        begin(receiver)
        with Redis.from_url(redis_broker.url) as server:
            server.execute_command("REPLICAOF", "127.0.0.1", "1")
            try:
                wait_until(lambda: all(lines(file) for file in said.values()))
            finally:
                server.execute_command("REPLICAOF", "NO", "ONE")
        fire()
        assert receiver.wait_for(lambda: len(receiver.requests) == 2, PATIENCE_SECONDS)
        wait_for_a_sweep()
        told = {name: lines(file) for name, file in said.items()}
    for name in ("geral", "entregas"):
        # a task that was under way and had something to send says that it failed
        once = [line for line in told[name] if "task failed" not in line]
        assert len(once) == 1, "\n".join(told[name])


def test_a_redis_that_is_full_costs_a_line_and_a_delay(
    redis_broker: RedisServer, loopback: None, tmp_path: Path
) -> None:
    """It answers and refuses every write: what waits is still taken, and nothing is sent."""
    with ReceiverServer({"/x": SECRET}) as receiver, line(tmp_path, "beat", "geral", "entregas") as said:
        begin(receiver)
        with Redis.from_url(redis_broker.url) as server:
            server.config_set("maxmemory", 1)
            try:
                fire()
                wait_until(lambda: all(lines(file) for file in said.values()))
            finally:
                server.config_set("maxmemory", 0)
        assert receiver.wait_for(lambda: len(receiver.requests) == 2, PATIENCE_SECONDS)
        wait_for_a_sweep()
        told = {name: lines(file) for name, file in said.items()}
    say_little(told)
