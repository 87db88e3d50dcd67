"""Commands are typed as a person does: words in, exit code and both outputs back."""

from collections.abc import Iterator

import pytest
from support.deliveries import SECRET
from support.typed import Run, typing_in

from sandbox.receiver import ReceiverServer


@pytest.fixture
def run(sqlite: str, capsys: pytest.CaptureFixture[str]) -> Run:
    """Type a command, as words or as one line; get its exit code, stdout and stderr."""
    return typing_in(capsys)


@pytest.fixture
def receiver(loopback: None) -> Iterator[ReceiverServer]:
    """A receiver of webhooks that checks signatures."""
    with ReceiverServer({"/x": SECRET}) as running:
        yield running
