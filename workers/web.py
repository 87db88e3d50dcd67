"""`python -m workers.web`: the API under uvicorn, where the settings say."""

import contextlib

import uvicorn

from core.settings.api import ApiSettings

APPLICATION = "api.app:app"
CLOSING_SECONDS = 1


def server() -> uvicorn.Server:
    """Return the server of the API, as the settings say."""
    api = ApiSettings.current()
    options = uvicorn.Config(
        APPLICATION,
        host=api.host,
        port=api.port,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=bool(api.trusted_proxies),
        forwarded_allow_ips=[str(network) for network in api.trusted_proxies],
        timeout_graceful_shutdown=CLOSING_SECONDS,
    )
    return uvicorn.Server(options)


def main() -> None:
    """Serve until a signal."""
    with contextlib.suppress(KeyboardInterrupt):
        server().run()


if __name__ == "__main__":
    main()
