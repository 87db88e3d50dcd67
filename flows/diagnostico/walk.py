"""Run all checks: the platform's own parts first, then those of each flow."""

from collections.abc import Iterator

from core.checks import FAULT, Check, Finding, checks
from core.errors import PlatformError
from core.logs import get_logger
from flows.diagnostico import platform

BUG = "A verificação falhou por um defeito da Esteira; o log diz qual."
log = get_logger(__name__)


def examine() -> list[Finding]:
    """Return the findings, in the order in which to fix them."""
    return [finding for check in _checks() for finding in _guarded(check)]


def _checks() -> Iterator[Check]:
    yield from platform.CHECKS
    yield from checks()


def _guarded(check: Check) -> list[Finding]:
    """Return what a check found; one that fails is itself a finding, and costs no other."""
    name = getattr(check, "__name__", "verificação").strip("_")
    try:
        return list(check())
    except PlatformError as error:
        return [Finding(name, FAULT, str(error))]
    except Exception as error:  # noqa: BLE001 - the diagnosis is most needed when something is broken
        log.error("check failed", check=name, fault=type(error).__name__)
        return [Finding(name, FAULT, BUG)]
