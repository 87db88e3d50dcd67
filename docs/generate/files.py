"""Collect what the modules of this package write."""

from pathlib import Path

from core import walk

ROOT = Path(__file__).parents[2]


def generated() -> dict[str, str]:
    """Return the text that each file should have, by its path from the root.

    Two modules may write parts of one file.
    """
    texts: dict[str, str] = {}
    for module in walk.modules("docs.generate"):
        for path, written in getattr(module, "FILES", {}).items():
            texts[path] = written(texts[path] if path in texts else _present(path))
    return texts


def _present(path: str) -> str:
    file = ROOT / path
    return file.read_text(encoding="utf-8") if file.exists() else ""
