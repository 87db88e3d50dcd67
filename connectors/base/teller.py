"""Makes the faults of one account: its name, its table, its facts, and no secret in any of their words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.base.causes import Cause
from connectors.base.faults import Fault
from connectors.base.reading import one_line
from connectors.base.table import DEFAULT, Row, Table
from core.secrets import Secrets


@dataclass(frozen=True)
class Teller:
    """`name` begins every sentence ("Questor padrao"); rows may use `facts` as they use `{status}`."""

    name: str
    table: Table = DEFAULT
    secrets: Secrets = field(default_factory=Secrets)
    facts: Mapping[str, str] = field(default_factory=dict)

    def of_row(self, row: Row, *, status: int | None = None, said: object = None, **more: Any) -> Fault:
        """Return the fault of a row: one sentence with the other side's words at its end."""
        words = one_line(said, self.secrets.hide) or None
        sentence = row.text.format(status=status, **self.facts)
        begin = f"{self.name}: " if self.name else ""
        reason = f": {words.rstrip('.')}" if words else ""
        more = {"may_be_stored": row.may_be_stored, **more}
        return row.kind(self.secrets.hide(f"{begin}{sentence}{reason}."), status=status, said=words, **more)

    def of_status(self, status: int, said: object = None, retry_after: float | None = None) -> Fault:
        """Return the fault of a status that is no success."""
        return self.of_row(self.table.of_status(status), status=status, said=said, retry_after=retry_after)

    def of_cause(self, cause: Cause, *, connected: bool = True) -> Fault:
        """Return the fault of an answer that did not come, or not whole."""
        # TLS 1.3 refuses a client only after its request has left, but before anybody reads it
        if connected and not cause.left and cause is not Cause.CERTIFICATE_REFUSED:
            cause = Cause.CUT
        return self.of_row(self.table.of_cause(cause, connected=connected))
