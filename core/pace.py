"""How fast a key of an outside system may be used: a budget, and who waits for it before each request."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, order=True)
class Budget:
    """Requests that a key may make in a minute, whoever uses it; 0 for any number. `nome` does not show the key."""

    nome: str
    per_minute: int


class Pace(Protocol):
    """Stands before every request, repeats too."""

    def take(self, seconds: float) -> bool:
        """Wait at most so many seconds for the right to make one request; tell whether it was given.

        May raise a `Transient` of its own (the caller's time is up).
        """
        ...

    def told(self, seconds: float) -> None:
        """Hear that the other side wants everybody with this key to wait."""
        ...


MakePace = Callable[..., Pace]


class Free:
    """No limit; whatever budgets it is made for."""

    def __init__(self, *budgets: Budget) -> None:
        pass

    def take(self, seconds: float) -> bool:
        """Give the right at once."""
        return True

    def told(self, seconds: float) -> None:
        """Do nothing: the session waits by itself."""


class Counted:
    """Makes paces that count together: `counted = Counted(SharedPace)`, then `Ploomes(nome, conta, pace=counted)`."""

    def __init__(self, make: MakePace) -> None:
        self._make = make
        self.requests = self.told_to_wait = 0

    def __call__(self, *budgets: Budget) -> Pace:
        return _Counting(self, self._make(*budgets))


class _Counting:
    def __init__(self, total: Counted, inner: Pace) -> None:
        self._total, self._inner = total, inner

    def take(self, seconds: float) -> bool:
        given = self._inner.take(seconds)
        self._total.requests += given
        return given

    def told(self, seconds: float) -> None:
        self._total.told_to_wait += 1
        self._inner.told(seconds)


def budget_name(system: str, key: str, part: str = "") -> str:
    """Return the name that a key's budget has wherever it is used; the key cannot be read from it."""
    digest = hashlib.sha256(f"{system} {key}".encode()).hexdigest()[:16]
    return f"{system}:{digest}{part and ':'}{part}"
