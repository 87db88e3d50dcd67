"""What `diagnostico` tells of alerts: somebody has to judge, and when beat is away nobody does."""

from collections.abc import Iterator

from claims import last_times
from core.checks import OK, WARNING, Finding
from core.clock import SYSTEM
from core.text import human_duration
from flows.alertas.runs import JUDGED, PAUSE
from storage.session import reading


def agenda() -> Iterator[Finding]:
    """Tell how long ago the sources were judged; of an installation that never ran there is nothing to tell."""
    with reading() as db:
        judged = last_times.last(db, JUDGED)
    if judged is None:
        return
    ago = SYSTEM.now() - judged
    said = f"alertas julgados há {human_duration(ago.total_seconds())}"
    if ago <= PAUSE:
        yield Finding("agenda", OK, said)
    else:
        yield Finding("agenda", WARNING, said, "Veja se o beat e o worker da fila default estão no ar.")


CHECKS = {"agenda": agenda}
