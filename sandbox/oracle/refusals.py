"""What other databases accept and Oracle does not, as a table (SQL shapes of a queue table)."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.oracle.errors import OracleError
from sandbox.oracle.text import outside

MOST_IN_LIST = 1000
NOT_ENDED = (933, "SQL command not properly ended")
A_VIEW = (2014, "cannot select FOR UPDATE from view with DISTINCT, GROUP BY, etc.")


@dataclass(frozen=True)
class Refusal:
    """A shape that is refused: `told` is the number and the text of the error."""

    of: frozenset[str]
    shown: Callable[[str], bool]
    told: tuple[int, str]


ANY = frozenset(["SELECT", "WITH", "INSERT", "UPDATE", "DELETE", "MERGE"])
READS, CHANGES = frozenset(["SELECT", "WITH"]), frozenset(["UPDATE", "DELETE"])


def _has(pattern: str, *, outermost: bool = False) -> Callable[[str], bool]:
    wanted = re.compile(pattern)
    return lambda code: wanted.search(outside(code) if outermost else code) is not None


def _locked(pattern: str, *, outermost: bool = False) -> Callable[[str], bool]:
    wanted = _has(pattern, outermost=outermost)
    return lambda code: "FOR UPDATE" in code and wanted(code)


def _long_list(code: str) -> bool:
    return any(found[1].count(",") >= MOST_IN_LIST for found in re.finditer(r"\bIN \(([^()]*)\)", code))


def _returns_nowhere(code: str) -> bool:
    found = re.search(r"\bRETURNING\b(.*)", code)
    return found is not None and " INTO " not in f"{found[1]} "


REFUSALS = (
    Refusal(ANY, lambda code: code.endswith(";"), NOT_ENDED),
    Refusal(ANY, _has(r"\bLIMIT (\d|:)"), NOT_ENDED),
    Refusal(ANY, _has(r"\bON CONFLICT\b"), NOT_ENDED),
    Refusal(CHANGES, _has(r"\bFETCH FIRST\b|\bORDER BY\b", outermost=True), NOT_ENDED),
    Refusal(READS, _locked(r"\bFETCH (FIRST|NEXT)\b|\bOFFSET\b", outermost=True), A_VIEW),
    Refusal(READS, _locked(r"\bDISTINCT\b|\bGROUP BY\b|\bUNION\b|\bFROM \("), A_VIEW),
    Refusal(READS, lambda code: " FROM " not in code, (923, "FROM keyword not found where expected")),
    Refusal(ANY, _returns_nowhere, (925, "missing INTO keyword")),
    Refusal(ANY, _long_list, (1795, "maximum number of expressions in a list is 1000")),
)


def refuse(keyword: str, code: str) -> None:
    """Raise what Oracle says of a statement, by its bare code, that it does not accept."""
    for refusal in REFUSALS:
        if keyword in refusal.of and refusal.shown(code):
            raise OracleError(*refusal.told)
