"""Import what was asked for, chunk by chunk: on the workers and in a process of its own by the same code."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice

from sqlalchemy import exists, select

from claims.crash import after_crash
from claims.holder import new_token
from core.clock import SYSTEM, Clock
from core.documentos.files import Files
from core.documentos.leitor import LIMITE
from core.errors import PlatformError
from core.stopping import stopping
from flows.documentos import unstored
from flows.documentos.asking import conclude
from flows.documentos.entries import Entrada, Guardado, Resultado, kept_out
from flows.documentos.logs import Linha, Show
from flows.documentos.opening import Fatia, groups, read
from flows.documentos.rows import CLAIM, FILES, REQUESTS, Arquivo
from flows.documentos.settling import Feita, settle
from flows.documentos.storing import store
from flows.documentos.walking import LEASE_SECONDS, folder_of, held, look, waits
from storage.models.importacoes import Importacao, ImportLog
from storage.session import reading, transaction

WORK_SECONDS = 40.0
UNSTORED = "erro_ao_guardar", "o documento não pôde ser guardado; o log da Esteira diz por quê"


@dataclass
class Tally:
    """What was done: documents by outcome, and whether something is left to do."""

    novos: int = 0
    atualizados: int = 0
    repetidos: int = 0
    erros: int = 0
    mais: bool = False

    @property
    def sucessos(self) -> int:
        """How many documents are in the store now."""
        return self.novos + self.atualizados + self.repetidos

    def count(self, resultado: Resultado) -> None:
        """Add an outcome."""
        name = {Resultado.NOVO: "novos", Resultado.ATUALIZADO: "atualizados", Resultado.REPETIDO: "repetidos"}
        field = name.get(resultado, "erros")
        setattr(self, field, getattr(self, field) + 1)


def import_chunk(importacao_id: int, clock: Clock = SYSTEM, show: Show = lambda linha: None) -> Tally:
    """Walk a request if nobody does, and import files of it for a while; safe to run many times at once.

    Raises:
        Transient: its folder is away; what was not read stays owed.
    """
    after_crash((REQUESTS, FILES), clock)
    tally = Tally()
    told = _counted(tally, show)
    with held(importacao_id, clock) as mine:
        if mine is not None:
            mine.walk(told)
    _import_some(importacao_id, clock, told)
    tally.mais = not conclude(importacao_id, clock) and _due(importacao_id, clock)
    return tally


def importar(importacao_id: int, clock: Clock = SYSTEM, show: Show = lambda linha: None) -> Tally:
    """Import a request here and now, to its end, while no worker looks at it; `show` is told every outcome."""
    after_crash((REQUESTS, FILES), clock)
    tally = Tally()
    told = _counted(tally, show)
    with held(importacao_id, clock, early=True) as mine:
        if mine is not None:
            mine.walk(told)
            while mine.hold() and _due(importacao_id, clock) and not stopping():
                _import_some(importacao_id, clock, told)
    tally.mais = not conclude(importacao_id, clock)
    return tally


def _counted(tally: Tally, show: Show) -> Show:
    """Return what counts an outcome, then shows it."""

    def told(line: Linha) -> None:
        tally.count(line.resultado)
        show(line)

    return told


def _due(importacao_id: int, clock: Clock) -> bool:
    mine = exists().where(ImportLog.importacao_id == importacao_id, *FILES.due(clock.now()))
    with reading() as db:
        return bool(db.scalar(select(mine)))


def _import_some(importacao_id: int, clock: Clock, show: Show) -> None:
    with reading() as db:
        request = db.get(Importacao, importacao_id)
    if request is None:
        return
    chunk, ends = Chunk(request, clock, show), time.monotonic() + WORK_SECONDS
    try:
        while not stopping() and time.monotonic() < ends and (rows := chunk.claim(importacao_id)):
            chunk.take(rows)
    finally:
        chunk.close()


class Chunk:
    """Files of one request, claimed, read and stored by one process."""

    def __init__(self, request: Importacao, clock: Clock, show: Show) -> None:
        self._clock, self._show = clock, show
        away = partial(look, request.caminho, walked=True) if waits(request.criada_em, clock) else lambda: None
        self._files = Files(folder_of(request.caminho), LIMITE, away)
        self._token = new_token()

    def close(self) -> None:
        """Close what is open."""
        self._files.close()

    def claim(self, importacao_id: int) -> Sequence[Arquivo]:
        """Take some files."""
        with transaction() as db:
            mine = FILES.on(db, ImportLog.importacao_id == importacao_id)
            return mine.claim(CLAIM, self._clock.now(), LEASE_SECONDS, self._token)

    def take(self, rows: Sequence[Arquivo]) -> None:
        """Read and store files; those that are not reached go back."""
        left = {row.id for row in rows}
        try:
            for group in groups(read(self._files, row) for row in rows):
                if stopping():
                    return
                self._store(group)
                left -= {one.lido.row.id for one in group if one.ultima}
        finally:
            if left:
                with transaction() as db:
                    FILES.on(db).give_back(self._token, left, self._clock.now())

    def _store(self, group: Sequence[Fatia]) -> None:
        """Store a group in one transaction; where that fails by what is in it, in smaller ones, down to the guilty."""
        try:
            done = self._stored(group)
        except PlatformError:
            raise
        except Exception as fault:  # noqa: BLE001 - what is guilty is found, and noted
            pieces = list(group) if len(group) > 1 else list(group[0].cut())
            if len(pieces) > 1:
                middle = len(pieces) // 2
                self._store(pieces[:middle])
                self._store(pieces[middle:])
                return
            unstored.note(fault, group[0].lido.row.arquivo_nome)
            done = self._stored(group, lost=True)
        self._tell(done)

    def _stored(self, group: Sequence[Fatia], *, lost: bool = False) -> list[Feita]:
        """Store and settle in one transaction; what is lost is only settled."""
        with transaction() as db:
            outcomes = iter(map(_lost, entries_of(group)) if lost else store(db, entries_of(group), self._clock))
            done = [Feita(one, list(islice(outcomes, len(one.partes)))) for one in group]
            settle(db, done, self._token, self._clock.now())
            return done

    def _tell(self, done: Sequence[Feita]) -> None:
        for one in done:
            one.remember()
            for line in one.lines():
                self._show(line)


def entries_of(group: Sequence[Fatia]) -> list[Entrada]:
    """Return the documents of a group for storing."""
    return [
        Entrada(parte, (row := piece.lido.row).arquivo_nome, row.usuario_id, row.empresa_id)
        for piece in group
        for parte in piece.partes
    ]


def _lost(entrada: Entrada) -> Guardado:
    return kept_out(entrada.parte, *UNSTORED)
