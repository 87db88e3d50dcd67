"""What webhooks told of, read by a run before it looks for itself; whatever goes wrong here, it still looks.

What was said is a hint: the record is read again, and what is noted already stays as it is.
"""

from sqlalchemy import delete, select, update

from connectors.base.faults import Fault
from connectors.ploomes import Contact
from connectors.ploomes import Item as Work
from core.errors import Rejected
from core.logs import get_logger
from core.settings.sync import CLIENTES_MP, CLIENTES_PM
from flows.sync.reading import Reader
from flows.sync.sides import Sides
from flows.sync.tickets import ENTITIES
from flows.sync.under_way import Run
from storage.models.sync import SyncGancho
from storage.session import reading, transaction

MOST, TRIES = 500, 5
log = get_logger(__name__)


def waiting(conta: str, fluxo: str) -> bool:
    """Tell whether a webhook told of something that no run has read."""
    mine = SyncGancho.conta == conta, SyncGancho.fluxo == fluxo
    with reading() as db:
        return db.scalar(select(SyncGancho.id).where(*mine).limit(1)) is not None


def take(run: Run) -> None:
    """Read what was told of, the longest ago first, and note it; a dry run leaves it."""
    if run.sides.dry or run.nome == CLIENTES_MP:
        return
    mine = SyncGancho.conta == run.sides.nome, SyncGancho.fluxo == run.nome
    with reading() as db:
        hints = db.scalars(select(SyncGancho).where(*mine).order_by(SyncGancho.id).limit(MOST)).all()
    for hint in hints:
        if run.over():
            return
        try:
            row = read(run.sides, run.nome, hint.numero)
        except Fault as fault:
            log.info("hint not read", conta=hint.conta, fluxo=hint.fluxo, reason=str(fault))
            _failed(hint)
            if not isinstance(fault, Rejected):
                return
            continue
        if row is not None:
            Reader(run).take([row])
        _done(hint)
        run.keep()


def read(sides: Sides, fluxo: str, number: int) -> Contact | Work | None:
    """Return a record as it is now; None when it is gone."""
    if fluxo == CLIENTES_PM:
        return sides.ploomes.contact(number)
    return sides.ploomes.item(ENTITIES[fluxo], number)


def _done(hint: SyncGancho) -> None:
    """Forget it, unless it was told again meanwhile."""
    with transaction() as db:
        db.execute(delete(SyncGancho).where(SyncGancho.id == hint.id, SyncGancho.vezes == hint.vezes))


def _failed(hint: SyncGancho) -> None:
    """Leave it for the next run; after some it is left to what each run looks for by itself."""
    if hint.falhas + 1 >= TRIES:
        _done(hint)
        return
    with transaction() as db:
        db.execute(update(SyncGancho).where(SyncGancho.id == hint.id).values(falhas=SyncGancho.falhas + 1))
