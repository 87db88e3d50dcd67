"""Find modules by walking a package: one more of something is one more file."""

import importlib
import importlib.util
import pkgutil
from collections.abc import Iterator
from types import ModuleType


def modules(package: str, inner: str = "") -> Iterator[ModuleType]:
    """Import the modules of a package in the order of their names.

    With `inner` those of that name one level below (`flows/*/upkeep.py`), wherever there is one; the packages between
    are looked into, and the other modules beside them are not loaded.
    """
    root = importlib.import_module(package)
    for found in pkgutil.iter_modules(root.__path__):
        name = f"{package}.{found.name}"
        if not inner:
            yield importlib.import_module(name)
        elif found.ispkg and importlib.util.find_spec(f"{name}.{inner}"):
            yield importlib.import_module(f"{name}.{inner}")
