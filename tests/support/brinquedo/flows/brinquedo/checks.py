"""A check of its own."""

from core.checks import OK, Finding


def whole():
    """A check."""
    yield Finding("brinquedo", OK, "inteiro")


CHECKS = {"brinquedo": whole}
