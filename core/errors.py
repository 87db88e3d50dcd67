"""Faults grouped by what the caller has to do next.

PlatformError
├── Transient            again later
│   └── RateLimited      again after `retry_after` seconds
├── Rejected             the other side, or our own judge, said no: record it and go on
│   └── UsageError       the person typing has to change the command
├── Misconfigured        stop this account or box and tell the operator
└── Bug                  ours; never swallowed

The class docstring is the default message. Texts reach operators, so they are in Portuguese.
"""

from core.text import redact


class PlatformError(Exception):
    """Erro na Esteira."""

    exit_code = 5

    def __init__(self, message: str | None = None) -> None:
        super().__init__(redact(message or (type(self).__doc__ or "").strip()))


class Transient(PlatformError):
    """O sistema externo não respondeu; tente de novo mais tarde."""

    exit_code = 3


class RateLimited(Transient):
    """O sistema externo pediu para esperar."""

    def __init__(self, message: str | None = None, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Rejected(PlatformError):
    """O sistema externo recusou o pedido."""


class UsageError(Rejected):
    """Comando inválido."""

    exit_code = 2


class Misconfigured(PlatformError):
    """Há um erro na configuração."""

    exit_code = 4


class Bug(PlatformError):
    """Erro interno da Esteira."""

    exit_code = 70
