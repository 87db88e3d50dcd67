"""Who runs it: worker processes, their supervisor, the broker."""

from typing import Any


def __getattr__(name: str) -> Any:
    """Give `celery -A workers` its app without loading it for those who want another module of this package."""
    if name not in ("app", "celery"):
        raise AttributeError(name)
    from workers.app import app

    return app
