"""What was owed beside what arrived, flow by flow: the table in which a run with faults ends."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field

HEADINGS = ("fluxo", "esperados", "chegaram", "faltam", "não esperados", "repetidos", "em voo")
SHOWN = 5


@dataclass(frozen=True)
class Flow:
    """One flow: the ids that are owed, how often each arrived at the outside, and how many may have come again.

    `in_flight` is how many were under way when something was cut or killed: only those may be repeated. None where
    the outside does not say who came twice.
    """

    name: str
    expected: Set[str]
    arrived: Mapping[str, int] = field(default_factory=dict)
    in_flight: int | None = None

    @property
    def missing(self) -> list[str]:
        """The ids that never arrived."""
        return sorted(self.expected - self.arrived.keys())

    @property
    def unknown(self) -> list[str]:
        """What arrived and nobody owed."""
        return sorted(self.arrived.keys() - self.expected)

    @property
    def repeats(self) -> int:
        """How many arrivals there were beyond the first of each."""
        return sum(times - 1 for times in self.arrived.values())

    @property
    def right(self) -> bool:
        """Nothing lost, nothing made up, nothing sent twice beyond what was under way."""
        again = self.in_flight is None or self.repeats <= self.in_flight
        return not self.missing and not self.unknown and again

    def row(self) -> tuple[str, ...]:
        """Return its line of the table."""
        amounts = (len(self.expected), len(self.expected & self.arrived.keys()), len(self.missing), len(self.unknown))
        return (
            self.name,
            *map(str, amounts),
            str(self.repeats),
            "–" if self.in_flight is None else str(self.in_flight),
        )


def table(flows: Sequence[Flow]) -> str:
    """Return the table of all flows."""
    rows = [HEADINGS, *(flow.row() for flow in flows)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            [row[0].ljust(widths[0]), *(text.rjust(width) for text, width in zip(row[1:], widths[1:], strict=True))]
        )
        for row in rows
    )


def judge(flows: Sequence[Flow]) -> bool:
    """Print the table, and by name what is wrong; tell whether all is right."""
    print(table(flows))
    for flow in flows:
        for what, ids in (("falta", flow.missing), ("não esperado", flow.unknown)):
            for one in ids[:SHOWN]:
                print(f"{flow.name}: {what} {one}")
    right = all(flow.right for flow in flows)
    print("nada se perdeu, nada repetido além do que estava em voo" if right else "ERRADO", flush=True)
    return right
