"""Settle files whose documents are stored: the file's row is its first document's, each further one has its own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from flows.documentos.entries import Guardado
from flows.documentos.logs import Linha, Nota, columns, note, tell
from flows.documentos.opening import Fatia
from flows.documentos.rows import FILES, Registrado


@dataclass(frozen=True, slots=True)
class Feita:
    """Documents of a file, and what became of each."""

    fatia: Fatia
    done: list[Guardado]

    @property
    def primeiro(self) -> Guardado:
        """What became of the file's first document."""
        return self.fatia.lido.primeiro or self.done[0]

    def remember(self) -> None:
        """Note what became of the first document, for the rest of the file."""
        self.fatia.lido.primeiro = self.primeiro

    def further(self) -> Iterator[tuple[Nota, Guardado]]:
        """Yield the rows of all documents but the first of the file."""
        row = self.fatia.lido.row
        where = (row.importacao_id, row.arquivo_nome, row.caminho_codificado)
        for place, one in enumerate(self.done, self.fatia.inicio + 1):
            if place > 1:
                yield Nota(*where, place, row.dono, row.usuario_id, row.empresa_id), one

    def lines(self) -> Iterator[Linha]:
        """Yield what is to be shown; the only document of a file has the number 0."""
        several = len(self.fatia.lido.partes) > 1
        for place, (one, parte) in enumerate(zip(self.done, self.fatia.partes, strict=True), self.fatia.inicio + 1):
            yield Linha.of(self.fatia.lido.row.arquivo_nome, place if several else 0, one, parte)


def settle(db: Session, group: Sequence[Feita], token: str, now: datetime) -> None:
    """Write the outcomes in the caller's transaction, and tell of those that are bad and still ours to tell."""
    ended = [one for one in group if one.fatia.ultima]
    outcomes = [Registrado(id=one.fatia.lido.row.id, **columns(one.primeiro, now)) for one in ended]
    held = FILES.on(db).settle(token, outcomes)
    note(db, [further for one in group for further in one.further()], now)
    rows = [(one.fatia.lido.row, one.primeiro) for one in ended]
    tell(db, [(row.arquivo_nome, first, row.usuario_id) for row, first in rows if row.id in held], now)
