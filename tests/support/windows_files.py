"""Files as Windows has them: no folder is opened, and nothing is renamed over a file."""

import errno
import os
from typing import Any

import pytest


def as_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the system refuse what Windows refuses."""
    opened, renamed = os.open, os.rename

    def no_folder(path: Any, *flags: int, **more: Any) -> int:
        if os.path.isdir(path):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return opened(path, *flags, **more)

    def over_nothing(source: Any, target: Any, **more: Any) -> None:
        if os.path.exists(target):
            raise FileExistsError(errno.EEXIST, "File exists", target)
        renamed(source, target, **more)

    monkeypatch.setattr(os, "open", no_folder)
    monkeypatch.setattr(os, "rename", over_nothing)
