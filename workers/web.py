"""`python -m workers.web`: the API under uvicorn, where the settings say."""

import uvicorn

from core.settings.api import ApiSettings

APPLICATION = "api.app:app"
CLOSING_SECONDS = 1


def main() -> None:
    """Serve until a signal."""
    api = ApiSettings.current()
    uvicorn.run(
        APPLICATION,
        host=api.host,
        port=api.port,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=CLOSING_SECONDS,
    )


if __name__ == "__main__":
    main()
