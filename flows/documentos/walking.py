"""Walk what was asked for: a row for each file, added a thousand at a time; a walk that broke off begins again."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy.orm import Session

from claims.holder import new_token
from core.clock import Clock
from core.documentos.folder import XML, ZIP, Found, named, walk
from core.documentos.leitor import LIMITE
from core.documentos.motivos import frase
from core.documentos.opening import present
from core.documentos.paths import shown
from core.stopping import stopping
from flows.documentos.entries import Guardado, Resultado
from flows.documentos.logs import Linha, Nota, Show, note, owe
from flows.documentos.rows import REQUESTS, Andado, Pedido
from storage.models.importacoes import Importacao
from storage.session import transaction

BATCH = 1000
LEASE_SECONDS = 180.0
GONE = "sumiu", "o arquivo não existe mais"
# So long the files of a request are waited for while their folder is away: a machine may start before its shares.
PATIENCE = timedelta(days=30)


class Held:
    """A request that this process holds."""

    def __init__(self, pedido: Pedido, token: str, clock: Clock) -> None:
        self._pedido, self._token, self._clock = pedido, token, clock

    def hold(self) -> bool:
        """Hold on to it; tell whether it still is held."""
        with transaction() as db:
            return self._hold(db)

    def _hold(self, db: Session) -> bool:
        return bool(REQUESTS.on(db).hold(self._token, [self._pedido.id], self._until()))

    def _until(self) -> datetime:
        return self._clock.now() + timedelta(seconds=LEASE_SECONDS)

    def walk(self, show: Show) -> None:
        """Add the rows of its files if that was not done, and show what cannot be read.

        It breaks off when the process is to stop, or somebody else holds the request.

        Raises:
            Transient: what was asked for is away.
        """
        if self._pedido.lida_em is None and self._walked(show):
            with transaction() as db:
                REQUESTS.on(db).keep(self._token, [Andado(self._pedido.id, self._clock.now(), self._until())])

    def _walked(self, show: Show) -> bool:
        files = found(self._pedido.caminho, waits=waits(self._pedido.criada_em, self._clock))
        while batch := list(islice(files, BATCH)):
            with transaction() as db:
                if not self._hold(db):
                    return False
                fresh = self._note(db, batch)
            for nota, done in fresh:
                show(Linha.of(nota.arquivo_nome, 0, done))
            if stopping():
                return False
        return True

    def _note(self, db: Session, batch: Sequence[Found]) -> list[tuple[Nota, Guardado]]:
        now = self._clock.now()
        owe(db, [_nota(self._pedido, one) for one in batch if one.motivo is None], now)
        bad = [one for one in batch if one.motivo is not None and not one.ignorar]
        return note(db, [(_nota(self._pedido, one), _unread(one)) for one in bad], now)


@contextmanager
def held(importacao_id: int, clock: Clock, *, early: bool = False) -> Iterator[Held | None]:
    """Hold a request until the end of the block; none where somebody else holds it, or it is done."""
    token = new_token()
    with transaction() as db:
        mine = REQUESTS.on(db, Importacao.id == importacao_id, early=early)
        claimed = mine.claim(1, clock.now(), LEASE_SECONDS, token)
    try:
        yield Held(claimed[0], token, clock) if claimed else None
    finally:
        if claimed:
            with transaction() as db:
                REQUESTS.on(db).give_back(token, [importacao_id], clock.now())


def waits(criada_em: datetime, clock: Clock) -> bool:
    """Tell whether files of a request whose folder is away are waited for."""
    return clock.now() < criada_em + PATIENCE


def found(caminho: str, *, waits: bool) -> Iterator[Found]:
    """Yield the files of a folder, or a file that was named, which may be gone.

    Raises:
        Transient: with `waits`, where the folder is away.
    """
    path = os.fsencode(caminho)
    if waits:
        look(caminho)
    if os.path.isdir(path):
        yield from walk(path, LIMITE)
        return
    nothing = True
    for one in named(path, LIMITE):
        nothing = False
        yield one
    if nothing:
        yield Found(*shown(os.path.basename(path)), 0, 0, *GONE)


def folder_of(caminho: str) -> str:
    """Return the folder below which the names of a request's files stand; one that is away is known by its name."""
    return os.path.dirname(caminho) if _is_file(caminho) else caminho


def look(caminho: str, *, walked: bool = False) -> None:
    """Look whether the folder of a request is there, one that was walked with anything in it.

    Raises:
        Transient: it is away.
    """
    folder = folder_of(caminho)
    present(os.fsencode(folder), filled=walked and folder == caminho)


def _is_file(caminho: str) -> bool:
    if os.path.lexists(caminho):
        return not os.path.isdir(caminho)
    return os.fsencode(caminho)[-4:].lower() in (XML, ZIP)


def _nota(pedido: Pedido, one: Found) -> Nota:
    return Nota(pedido.id, one.caminho, one.codificado, 0, pedido.dono, pedido.usuario_id, pedido.empresa_id)


def _unread(one: Found) -> Guardado:
    return Guardado("", None, Resultado.ERRO, [frase(one.motivo or "ilegivel", one.mensagem)], one.motivo)
