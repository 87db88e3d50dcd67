"""Where a chunk's documents come from: rows claimed, and their texts read from the files again."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from connectors.questor import Documento
from core.clock import Clock
from core.settings.questor import ContaQuestor
from flows.questor import outcome
from flows.questor.chunk import ROOM, ROWS, SECONDS, Chunk
from flows.questor.outcome import Item
from flows.questor.texts import Changed, Texts
from storage.models import QuestorLote
from storage.session import transaction

BYTES = 32 * 1024 * 1024
MARGIN_SECONDS = 30.0


def held(conta: ContaQuestor) -> float:
    """Return how many seconds a claim lasts: no request outlives it."""
    return SECONDS + conta.total_timeout * 2 + MARGIN_SECONDS


class Source:
    """Claims pending rows of a lot and reads their texts, so that a chunk never runs dry while there are more."""

    def __init__(self, chunk: Chunk, lote: QuestorLote, conta: ContaQuestor, token: str, clock: Clock) -> None:
        self._chunk, self._lote, self._conta, self._token, self._clock = chunk, lote, conta, token, clock

    def refill(self) -> None:
        """Fill up to 500 documents, when half of them are gone."""
        missing = ROOM - self._chunk.waiting
        if self._chunk.dry or missing < ROOM // 2:
            return
        with transaction() as db:
            mine = ROWS.table.c.lote_id == self._lote.id
            rows = ROWS.claim(db, self._clock.now(), held(self._conta), missing, mine, token=self._token)
        self._chunk.dry = len(rows) < missing
        self._add(rows)

    def _add(self, rows: Sequence[Row[Any]]) -> None:
        texts, size = Texts(self._lote.pasta), 0
        try:
            for place, row in enumerate(rows):
                if size > BYTES:
                    self._chunk.give_back([left.id for left in rows[place:]])
                    break
                if (item := self._item(texts, row)) is not None:
                    self._chunk.add([item])
                    size += item.size
        finally:
            texts.close()

    def _item(self, texts: Texts, row: Row[Any]) -> Item | None:
        try:
            texto = texts.read(row)
        except Changed as changed:
            self._chunk.write([outcome.unreadable(row.id, changed.motivo, row.tentativas, self._clock.now())])
            return None
        documento = Documento(row.identidade, texto)
        return Item(row.id, row.tipo, documento, documento.size, row.tentativas, row.repeticoes, row.erros)
