"""The descriptors of this process: more than `select()` knows, none left, and those that lead somewhere."""

import contextlib
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def very_many_open() -> Iterator[None]:
    """Hold so many that the next has a number above 1023."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 4096)), hard))
    null = os.open(os.devnull, os.O_RDONLY)
    taken = [os.dup(null) for _ in range(1100)]
    try:
        yield
    finally:
        for one in (null, *taken):
            os.close(one)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@contextmanager
def no_descriptors() -> Iterator[None]:
    """Let this process open no further file or socket, as one that has run out of them; what is open stays."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def sockets_to(port: int) -> int:
    """Return how many sockets of this process lead to a port of this machine."""
    mine = set[str]()
    for one in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):
            mine.add(os.readlink(f"/proc/self/fd/{one}"))
    lines = Path("/proc/self/net/tcp").read_text().splitlines()[1:]
    there = [fields[9] for line in lines if (fields := line.split())[2].endswith(f":{port:04X}")]
    return sum(f"socket:[{inode}]" in mine for inode in there)
