"""Run all checks: the platform's own parts first, then those of each flow."""

from collections.abc import Iterator, Mapping

from core.checks import FAULT, SETTINGS, Check, Finding, checks
from core.errors import Misconfigured, PlatformError
from core.logs import get_logger
from core.settings.load import get_settings
from flows.diagnostico import platform

BUG = "A verificação falhou por um defeito da Esteira; o log diz qual."
CORRECT = "Corrija o que o detalhe diz e rode `esteira diagnostico` de novo."
SAME = "não conferido, pelo que está dito em {}"
REPORT = "Mostre o log a quem cuida da Esteira."
log = get_logger(__name__)


def examine() -> list[Finding]:
    """Return the findings, in the order in which to fix them; settings that are wrong are the only one."""
    try:
        get_settings()
    except Misconfigured as error:
        return [Finding(SETTINGS, FAULT, str(error), CORRECT)]
    found: list[Finding] = []
    for name, check in _checks():
        found += _guarded(name, check, {one.detalhe: one.sistema for one in found if one.situacao == FAULT})
    return found


def _checks() -> Iterator[tuple[str, Check]]:
    yield from platform.CHECKS.items()
    yield from checks()


def _guarded(name: str, check: Check, told: Mapping[str, str]) -> list[Finding]:
    """Return what a check found; one that fails is itself a finding, and costs no other.

    What keeps many of them from looking is `told` once, by the first, whose name the others say.
    """
    try:
        return list(check())
    except PlatformError as error:
        if str(error) in told:
            return [Finding(name, FAULT, SAME.format(told[str(error)]))]
        return [Finding(name, FAULT, str(error), CORRECT)]
    except Exception as error:  # noqa: BLE001 - the diagnosis is most needed when something is broken
        log.error("check failed", check=name, fault=type(error).__name__)
        return [Finding(name, FAULT, BUG, REPORT)]
