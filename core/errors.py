"""Faults grouped by what the caller has to do next.

PlatformError
├── Transient            again later
│   └── RateLimited      again after `retry_after` seconds
├── Rejected             the other side, or our own judge, said no: record it and go on
│   └── Refusal          whoever asks has to ask for something else (2 on the command line)
│       ├── UsageError   what was said is wrong
│       ├── NotFound     what was named is not there, or is not the caller's to see
│       └── Conflict     it cannot be done as things are now
├── Misconfigured        stop this account or box and tell the operator
└── Bug                  ours; never swallowed

The class docstring is the default message. Texts reach operators, so they are in Portuguese.
"""

from core.text import redact_long


class PlatformError(Exception):
    """Erro na Esteira."""

    exit_code = 5

    def __init__(self, message: str | None = None) -> None:
        super().__init__(redact_long(message or (type(self).__doc__ or "").strip().partition("\n")[0]))


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


class Refusal(Rejected):
    """O pedido não pode ser atendido.

    `campo` is the field that is wrong, `veja` the list in which to look (`alertas`, `caixas`): each surface says in its
    own words where that is.
    """

    exit_code = 2

    def __init__(self, message: str | None = None, *, campo: str | None = None, veja: str | None = None) -> None:
        super().__init__(message)
        self.campo, self.veja = campo, veja


class UsageError(Refusal):
    """Comando inválido."""


class NotFound(Refusal):
    """Não existe."""


class Conflict(Refusal):
    """Não é possível no estado atual."""


class Misconfigured(PlatformError):
    """Há um erro na configuração."""

    exit_code = 4


class Bug(PlatformError):
    """Erro interno da Esteira."""

    exit_code = 70
