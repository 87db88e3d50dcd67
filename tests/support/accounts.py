"""A folder of another account, in which root works."""

import os
from collections.abc import Iterable
from pathlib import Path

import pytest

# No account of any machine; only root can give files to it.
THEIRS = (54_321, 54_322)
only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files to another account")


def give_away(*paths: Path) -> None:
    """Make folders and files, with all that is in them, the other account's."""
    for path in paths:
        for one in (path, *path.rglob("*")):
            os.chown(one, *THEIRS, follow_symlinks=False)


def roots(paths: Iterable[Path]) -> set[str]:
    """Return the names of those that are not the other account's."""
    return {path.name for path in paths if (path.lstat().st_uid, path.lstat().st_gid) != THEIRS}
