"""Boxes that load the vendor library of the tests."""

from collections.abc import Callable
from pathlib import Path

import pytest
from support.biblioteca import compiled, library

from core.settings.sat import BoxSettings

PATIENCE = 60.0
Box = Callable[..., BoxSettings]
__all__ = ["compiled", "library"]


@pytest.fixture
def box(library: Path) -> Box:
    """A box whose library behaves as told."""

    def make(behaviour: str = "ok", **more: object) -> BoxSettings:
        fields = {"name": "loja-1", "kind": "local", "library": library, "timeout_seconds": PATIENCE}
        return BoxSettings.model_validate(fields | {"activation_code": behaviour} | more)

    return make
