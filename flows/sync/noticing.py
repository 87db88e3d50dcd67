"""The path by number, for whoever hears of one record at a time: it is noted, and the next run sends it."""

from collections.abc import Sequence

from core.clock import SYSTEM, Clock
from flows.sync.hinted import read
from flows.sync.run import flow_of
from flows.sync.sides import both


def notice(nome: str, numbers: Sequence[int], conta: str, clock: Clock = SYSTEM) -> int:
    """Note these records of Ploomes as owed, whatever the order or number of calls; return how many were new.

    What was said of a record is a hint: it is read again (docs/reference/contracts/sync.md §SY-46, §SY-75).
    """
    with both(conta, clock=clock) as sides:
        found = [row for number in dict.fromkeys(numbers) if (row := read(sides, nome, number)) is not None]
        judged = flow_of(nome, sides).judge(found) if found else []
        new = [more for one in judged for more in (*((one.new,) if one.new else ()), *one.also)]
        return len([livro for livro, _ in sides.ledger.owe(new, clock.now()) if new and livro == new[0].livro])
