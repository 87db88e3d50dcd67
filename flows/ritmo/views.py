"""The figures of the last hour, as people see them."""

from dataclasses import dataclass

from sqlalchemy import select

from core.caller import OPERATOR, Caller
from core.clock import SYSTEM, Clock
from flows.ritmo.noting import LATE, MINUTE, begin_of
from storage.models.ritmo import Amostra
from storage.pages import nobody_but_the_operator
from storage.session import reading

MINUTES = 60


@dataclass(frozen=True)
class Serie:
    """The figures of the last hour, the oldest first; none of a minute that nobody noted."""

    valores: tuple[int | None, ...]

    @property
    def ultimo(self) -> int | None:
        """The newest figure that was noted in the last five minutes."""
        return next((one for one in self.valores[:-6:-1] if one is not None), None)

    @property
    def maior(self) -> int | None:
        """The greatest of the hour."""
        return max((one for one in self.valores if one is not None), default=None)


def hora(caller: Caller = OPERATOR, clock: Clock = SYSTEM) -> dict[str, Serie]:
    """Return every series by its name; a user meets none."""
    last = begin_of(clock.now() - MINUTE - LATE)
    minutes = [last - place * MINUTE for place in reversed(range(MINUTES))]
    query = select(Amostra.serie, Amostra.minuto, Amostra.valor).where(nobody_but_the_operator(caller))
    with reading() as db:
        rows = db.execute(query.where(Amostra.minuto >= minutes[0], Amostra.minuto <= last)).all()
    found: dict[str, dict[object, int]] = {}
    for serie, minuto, valor in rows:
        found.setdefault(serie, {})[minuto] = valor
    return {serie: Serie(tuple(by.get(one) for one in minutes)) for serie, by in sorted(found.items())}
