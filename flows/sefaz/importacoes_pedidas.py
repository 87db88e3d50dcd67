"""Imports that are left to the workers: each is a row that stays owed until somebody went through the consultation.

docs/reference/contracts/integracoes.md §4.54.
"""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import delete, select, update

from claims.ahead import put_right
from claims.holder import new_token
from claims.lease import lease_seconds
from core import messages
from core.caller import OPERATOR, Caller
from core.clock import SYSTEM, Clock
from core.stopping import stopping
from flows.sefaz import importacao
from flows.sefaz.importacao import Tentado
from flows.sefaz.rows import IMPORTACOES, Pedida, Solto
from flows.sefaz.views import consultas
from storage.models.sefaz import ImportacaoPedida
from storage.rows import add_missing, changed, table_of
from storage.session import reading, transaction

IMPORT = "sefaz.importar_pendentes"
REQUEST = table_of(ImportacaoPedida)
# A lease is renewed that often; a document takes seconds at most.
RENEWED = timedelta(seconds=30)
SECONDS = lease_seconds(30, RENEWED.total_seconds())
# After a fault somebody looks again.
AGAIN = timedelta(minutes=10)


def pedir(numero: int, caller: Caller = OPERATOR, clock: Clock = SYSTEM) -> int:
    """Have the workers import what is pending of a consultation; return how many documents that are.

    What is asked for already is not asked for twice; who is in the midst of it has it gone through once more.

    Raises:
        NotFound: it is not there, or is not the caller's.
    """
    pending, now = consultas.mostrar(numero, caller).estatisticas.pendentes, clock.now()
    if not pending:
        return 0
    with transaction() as db:
        known = changed(db, update(REQUEST).where(REQUEST.c.consulta_id == numero).values(pedida_em=now))
        if not known:
            add_missing(db, ImportacaoPedida, [{"consulta_id": numero, "pedida_em": now, "due_at": now}])
    if not known:
        messages.hasten(IMPORT, [numero])
    return pending


def devidas(limite: int = 100, clock: Clock = SYSTEM) -> list[int]:
    """Return consultations that are to be imported and that nobody has in hand, the first asked for first."""
    put_right(IMPORTACOES, AGAIN, clock=clock)
    query = select(ImportacaoPedida.consulta_id).where(*IMPORTACOES.due(clock.now())).order_by(ImportacaoPedida.id)
    with reading() as db:
        return list(db.scalars(query.limit(limite)))


def importar(numero: int, clock: Clock = SYSTEM) -> Iterator[Tentado]:
    """Go through a consultation, if that is owed and nobody else does; yield what becomes of what is pending.

    What a stop or a fault cuts short stays owed.
    """
    token = new_token()
    with transaction() as db:
        # whoever asks does so now, whatever the clock of the machine that wrote the row says
        mine = IMPORTACOES.on(db, REQUEST.c.consulta_id == numero, early=True)
        held = mine.claim(1, clock.now(), SECONDS, token)
    for one in held:
        yield from _Passada(one, token, clock).run()


def importar_devidas(clock: Clock = SYSTEM) -> int:
    """Go through all that is owed, in this process; return how many documents were imported."""
    return sum(one.importado for numero in devidas(clock=clock) for one in importar(numero, clock))


class _Passada:
    """One way through a consultation, under one token."""

    def __init__(self, pedida: Pedida, token: str, clock: Clock) -> None:
        self.pedida, self.token, self.clock = pedida, token, clock
        self.renew_at = clock.now() + RENEWED

    def run(self) -> Iterator[Tentado]:
        """Try all that is pending, and let go of it."""
        through, rest = False, AGAIN
        try:
            for one in importacao.importar_consulta(self.pedida.consulta_id, clock=self.clock):
                yield one
                if stopping():
                    rest = timedelta()
                    return
                self._renew()
            through = True
        finally:
            self._let_go(rest, through=through)

    def _renew(self) -> None:
        now = self.clock.now()
        if now >= self.renew_at:
            self.renew_at = now + RENEWED
            with transaction() as db:
                IMPORTACOES.on(db).hold(self.token, [self.pedida.id], now + timedelta(seconds=SECONDS))

    def _let_go(self, rest: timedelta, *, through: bool) -> None:
        """Forget the request once all was tried, but not one that came meanwhile."""
        due = self.clock.now() + (timedelta() if through else rest)
        with transaction() as db:
            if IMPORTACOES.on(db).settle(self.token, [Solto(self.pedida.id, due)]) and through:
                known = (REQUEST.c.id == self.pedida.id, REQUEST.c.pedida_em == self.pedida.pedida_em)
                db.execute(delete(REQUEST).where(*known))
