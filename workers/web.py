"""`python -m workers.web`: the API under uvicorn, where the settings say."""

import contextlib
from collections.abc import Callable
from types import FrameType

import uvicorn

from core import broker_link, logs, tracing
from core.logs import get_logger
from core.settings.api import ApiSettings
from core.stopping import ask_to_stop

APPLICATION = "api.app:app"
CLOSING_SECONDS = 1
log = get_logger(__name__)


class Server(uvicorn.Server):
    """A server that tells streams of its end: it waits for them, and they would last for ever.

    `at_end` is called by the signal that asks for the end, so that what shares the process need not wait for this one.
    """

    at_end: Callable[[], object] | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to end."""
        ask_to_stop()
        if self.at_end is not None:
            self.at_end()
        super().handle_exit(sig, frame)


def server() -> Server:
    """Return the server of the API, as the settings say, its application loaded.

    That takes seconds, in which a signal should end the process and not be kept for later.
    """
    api = ApiSettings.current()
    if not api.cookie_secure:
        log.warning("api.cookie_secure is false: who enters over http shows password and session to the network")
    options = uvicorn.Config(
        APPLICATION,
        host=api.host,
        port=api.port,
        # what it says goes the way of all lines
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(api.trusted_proxies),
        forwarded_allow_ips=[str(network) for network in api.trusted_proxies],
        timeout_graceful_shutdown=CLOSING_SECONDS,
    )
    options.load()
    return Server(options)


def main() -> None:
    """Serve until a signal."""
    logs.of_process("api")
    tracing.of_process("api")
    broker_link.load()
    try:
        with contextlib.suppress(KeyboardInterrupt):
            server().run()
    finally:
        tracing.close()


if __name__ == "__main__":
    main()
