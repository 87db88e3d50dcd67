"""What can be asked for: thin doors, one file per flow, found by walking this package.

Importing it makes the configured Celery app current, so `tarefa.delay()` works from a bare Python process.
"""

import importlib
import pkgutil

from core.celery_app import app

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")

__all__ = ["app"]
