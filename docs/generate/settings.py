"""Every setting: both example files, and the tables of the reference."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from core.settings.reference import texts

ROOT = Path(__file__).parents[2]


def _written(path: str, _: str) -> str:
    return texts(ROOT)[path]


FILES: dict[str, Callable[[str], str]] = {path: partial(_written, path) for path in texts(ROOT)}
