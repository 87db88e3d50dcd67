"""Faults of a whole request, by what the caller has to do next.

Transient
├── Overloaded           the other side is not available now; `retry_after` when it said so
│   └── RateLimited      it wants everybody with this key to wait
├── Unreachable          the request did not leave: surely not stored
│   └── OutOfMeans       by our own fault: this machine has no descriptor or memory left
├── UnknownOutcome       it left and no answer came: may be stored
└── Unintelligible       the answer is none that can be understood
Rejected
├── TooLarge             send less at once
└── Refused              the request as such was refused
Misconfigured
└── Blocked              the key, the address or a filter in front: stop the account, tell the operator
"""

from core.errors import Misconfigured, PlatformError, Rejected, Transient


class Fault(PlatformError):
    """Common part.

    `status` is the HTTP status (None: no answer), `said` the other side's own words, `retry_after` seconds that it
    asked for, `may_be_stored` whether the request may have been carried out.
    """

    def __init__(
        self,
        message: str | None = None,
        *,
        status: int | None = None,
        said: str | None = None,
        retry_after: float | None = None,
        may_be_stored: bool = False,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.said = said
        self.retry_after = retry_after
        self.may_be_stored = may_be_stored


class Overloaded(Fault, Transient):
    """O sistema externo está sobrecarregado."""


class RateLimited(Overloaded):
    """O sistema externo pediu que se espere."""


class Unreachable(Fault, Transient):
    """O sistema externo não aceita conexão."""


class OutOfMeans(Unreachable):
    """Esta máquina não tem com que se conectar."""


class UnknownOutcome(Fault, Transient):
    """O sistema externo não respondeu; o pedido pode ter sido executado."""


class Unintelligible(Fault, Transient):
    """O sistema externo respondeu algo que não se entende."""


class TooLarge(Fault, Rejected):
    """O pedido é grande demais para o sistema externo."""


class Refused(Fault, Rejected):
    """O sistema externo recusou o pedido."""


class Blocked(Fault, Misconfigured):
    """O sistema externo recusou a chave de acesso ou o endereço."""
