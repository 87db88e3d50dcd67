"""Who runs it: worker processes, their supervisor, the broker."""

import sys
from typing import Any


def __getattr__(name: str) -> Any:
    """Give `celery -A workers` its app without loading it for those who want another module of this package."""
    if name not in ("app", "celery"):
        raise AttributeError(name)
    from core.errors import PlatformError

    try:
        from workers.app import app
    except PlatformError as error:
        sys.stderr.write(f"Erro: {error}\n")
        raise SystemExit(error.exit_code) from None
    return app
