"""The stack of the checks: up once for all of them, gone at the end."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from containers.stack import Stack


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """The stack, up by the one line that its operator types."""
    made = Stack(Path(os.environ["CONTAINERS_DIR"]) / "projeto")
    if made.docker_folder.exists():
        made.compose("down", "--volumes", "--timeout", "1", check=False)
    made.prepare()
    try:
        made.compose("up", "--build", "--detach", "--wait", "--wait-timeout", "600")
        made.webhook()
        yield made
    finally:
        made.compose("down", "--volumes", "--timeout", "5", check=False)
