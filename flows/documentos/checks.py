"""What `diagnostico` tells of imports: files that wait although somebody should be working on them."""

from collections.abc import Iterator
from datetime import timedelta

from core.checks import OK, WARNING, Finding
from core.clock import SYSTEM, Clock
from core.text import human_duration, plural

# A chunk is asked for twice a minute.
PATIENCE = timedelta(minutes=5)


def waiting(clock: Clock = SYSTEM) -> Iterator[Finding]:
    """Tell how long the oldest import has been waiting on which nobody works; nothing where none is under way."""
    from sqlalchemy import func, select

    from storage.models.importacoes import Importacao
    from storage.session import reading

    under_way = select(func.count(), func.min(Importacao.criada_em)).where(Importacao.concluida_em.is_(None))
    with reading() as db:
        amount, oldest = db.execute(under_way).one()
    if not amount:
        return
    from flows.documentos.asking import owed

    said, ago = plural(amount, "importação em andamento", "importações em andamento"), clock.now() - oldest
    if ago <= PATIENCE or not owed(1, clock):
        yield Finding("importações", OK, said)
        return
    idle = f"{said}; a mais antiga espera há {human_duration(ago.total_seconds())}"
    yield Finding("importações", WARNING, idle, "Veja se o worker da fila documentos está no ar e lê as pastas.")


CHECKS = {"importações": waiting}
