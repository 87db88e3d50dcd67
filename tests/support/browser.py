"""A real browser for tests of pages: Debian's Chromium, headless, driven by Playwright; pictures go outside git."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = shutil.which("chromium")
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed")
# What a container without namespaces and with a small /dev/shm needs.
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
PHONE, DESK = (360, 740), (1280, 900)
PATIENCE_MS = 60_000


@contextmanager
def browser() -> Iterator[Browser]:
    """Run Chromium; end it at the end."""
    with sync_playwright() as engine:
        running = engine.chromium.launch(executable_path=CHROMIUM, args=FLAGS, timeout=PATIENCE_MS)
        try:
            yield running
        finally:
            running.close()


@contextmanager
def page(running: Browser, *, size: tuple[int, int] = DESK, dark: bool = False) -> Iterator[Page]:
    """Open a page of its own, without cookies of others."""
    width, height = size
    scheme = "dark" if dark else "light"
    context = running.new_context(viewport={"width": width, "height": height}, color_scheme=scheme, locale="pt-BR")
    context.set_default_timeout(PATIENCE_MS)
    try:
        yield context.new_page()
    finally:
        context.close()


def pictures() -> Path:
    """Return the folder for pictures, outside git: `FIGURAS`, or one below the system's temporary folder."""
    folder = Path(os.environ.get("FIGURAS", Path(tempfile.gettempdir()) / "esteira-figuras"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def shoot(of: Page, name: str) -> Path:
    """Keep a picture of the whole page."""
    path = pictures() / f"{name}.png"
    of.screenshot(path=path, full_page=True)
    return path


def focused(of: Page, what: str) -> None:
    """Wait until something has the focus: a page gives it some time after it has loaded."""
    of.wait_for_function("what => document.activeElement?.matches(what)", arg=what)
