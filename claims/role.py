"""A role that one process of all machines has at a time, as a row: an emptied broker takes it from nobody.

No clocks are compared. The holder confirms its turn again and again; whoever wants it watches the row, and takes it
when it did not change for as long as a turn lasts, when it was given back, or when the holder's process is dead.
"""

import time
from collections.abc import Callable

from sqlalchemy import Update, update

from claims import holder
from storage.models.vez import Vez
from storage.rows import add_missing, changed
from storage.session import reading, transaction


class Role:
    """One process's part in it; what the holder passes on is a text. It is used by one thread."""

    def __init__(self, nome: str, seconds: float, now: Callable[[], float] = time.monotonic) -> None:
        self._nome, self._seconds, self._now = nome, seconds, now
        self._token = holder.new_token()
        self._watched: tuple[str | None, int] | None = None
        self._since = 0.0

    def take(self) -> str | None:
        """Try for it; return what the holder before passed on, or None while another has it."""
        with reading() as db:
            row = db.get(Vez, self._nome)
        if row is None:
            with transaction() as db:
                add_missing(db, Vez, [{"nome": self._nome, "dono": None, "volta": 0, "lembrado": ""}])
            return self.take()
        if not self._is_free((row.dono, row.volta)):
            return None
        as_seen = (Vez.nome == self._nome, Vez.dono.is_not_distinct_from(row.dono), Vez.volta == row.volta)
        with transaction() as db:
            taken = changed(db, update(Vez).where(*as_seen).values(dono=self._token, volta=Vez.volta + 1))
        return row.lembrado if taken else None

    def keep(self, pass_on: str) -> bool:
        """Confirm the turn and write what is to be passed on; tell whether it is still ours."""
        with transaction() as db:
            values = {"volta": Vez.volta + 1, "lembrado": pass_on}
            return bool(changed(db, self._mine().values(values)))

    def give_back(self, pass_on: str) -> None:
        """Let the next one take it at once, with what is to be passed on."""
        with transaction() as db:
            db.execute(self._mine().values(dono=None, lembrado=pass_on))

    def _mine(self) -> Update:
        return update(Vez).where(Vez.nome == self._nome, Vez.dono == self._token)

    def _is_free(self, seen: tuple[str | None, int]) -> bool:
        """Tell whether nobody has it any more; a row that changed since the last look is watched from now on."""
        dono = seen[0]
        if dono is None or dono == self._token or holder.is_dead(dono):
            return True
        if seen != self._watched:
            self._watched, self._since = seen, self._now()
        return self._now() - self._since >= self._seconds
