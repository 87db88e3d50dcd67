"""The API as shipped, but that it writes no request down and counts nobody: what these two cost is the difference."""

import uvicorn

from api import app, limit
from core.settings.api import ApiSettings
from flows.pedidos.keeping import Keeper, Pedido


class Forgetful(Keeper):
    """Keeps nothing."""

    def take(self, pedido: Pedido) -> None:
        """Let it go."""


class Generous(limit.Limiter):
    """Lets everybody pass."""

    def __init__(self) -> None:
        super().__init__(lambda: None)

    def hit(self, who: str, limit_: int, seconds: int) -> limit.Verdict:
        """Count nothing."""
        return limit.Verdict(True, limit_, limit_, 0)


def main() -> None:
    """Serve until a signal."""
    app.Keeper = Forgetful  # type: ignore[attr-defined]
    limit.limiter = Generous  # type: ignore[assignment]
    settings = ApiSettings.current()
    uvicorn.run(
        app.build(), host=settings.host, port=settings.port, log_level="warning", access_log=False, server_header=False
    )


if __name__ == "__main__":
    main()
