"""The manifest of a lot: what each file is, written thousands at a time; a file that is as it was is not read again."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from sqlalchemy import ColumnElement, Row, Table, bindparam, insert, select, update
from sqlalchemy.orm import Session

from core.clock import Clock
from core.documentos.exame import Exame, examine
from core.documentos.folder import Found
from core.documentos.paths import of_part
from core.documentos.raizes import Acao, Leitura
from flows.questor.rows import PENDING
from flows.questor.sources import Source
from flows.questor.unseen import Unseen
from storage.models.questor import ABERTOS, Estado, QuestorArquivo, QuestorLote
from storage.session import reading, transaction

FILES = cast("Table", QuestorArquivo.__table__)
STATES = {Acao.IMPORTAR: Estado.PENDENTE, Acao.IGNORAR: Estado.IGNORADO, Acao.SEPARAR: Estado.QUARENTENA}
# Of a document in one of these states every other text is a duplicate.
OWNED = (*ABERTOS, Estado.ENVIADO, Estado.RECUSADO)
# Judged anew though the file is as it was: it was away meanwhile, or the settings may say other things now.
REREAD = frozenset({"sumiu", "mudou", "ilegivel", "zip_invalido", "sem_metodo", "erro_de_leitura"})
MESSAGE_LIMIT = 500
LOCATION = ("caminho", "caminho_codificado", "parte")
PLACE = (FILES.c.id, FILES.c.caminho, FILES.c.caminho_codificado)
KNOWN = ("id", *LOCATION, "tamanho", "mtime_ns", "sha256", "tipo", "identidade", "estado", "motivo")
FILE = ("tamanho", "mtime_ns", "sha256")
JUDGED = ("tipo", "identidade", "estado", "motivo", "mensagem", "original_id")
UNTRIED = {"http": None, "tentativas": 0, "repeticoes": 0, "erros": 0}
# Where a document stands: path, whether it is encoded, number of the coupon.
Location = tuple[str, bool, int]


@dataclass
class RowsMet:
    """Which rows were met, a bit for each number: a million of them in 125 kB."""

    bits: bytearray = field(default_factory=bytearray)

    def add(self, number: int) -> None:
        """Note a row."""
        byte = number >> 3
        if byte >= len(self.bits):
            self.bits.extend(bytes(byte + 1024 - len(self.bits)))
        self.bits[byte] |= 1 << (number & 7)

    def __contains__(self, number: int) -> bool:
        byte = number >> 3
        return byte < len(self.bits) and bool(self.bits[byte] & (1 << (number & 7)))


@dataclass
class New:
    """A document of a file as it was found to be now; `row` is what the manifest said of it."""

    found: Found
    sha256: str | None
    leitura: Leitura
    row: Row[Any] | None
    original_id: int | None = None
    duplicate_of: Location | None = None

    @property
    def location(self) -> Location:
        """Where it stands."""
        return self.found.caminho, self.found.codificado, self.leitura.parte

    @property
    def key(self) -> tuple[str | None, str | None]:
        """What tells this document from others."""
        return self.leitura.tipo, self.leitura.identidade

    @property
    def keeps_its_outcome(self) -> bool:
        """Whether the manifest tells already how this document fares; a refused text that was mended is a new one."""
        row = self.row
        if row is None or row.estado not in OWNED or (row.tipo, row.identidade) != self.key:
            return False
        return bool(row.estado != Estado.RECUSADO or row.sha256 == self.sha256)


class Manifest:
    """The manifest of one lot while it is scanned."""

    def __init__(self, lote: QuestorLote, source: Source, methods: Mapping[str, str], clock: Clock) -> None:
        self.lote_id, self._methods, self._clock = lote.id, methods, clock
        self._source = source
        self.met, self.unseen = RowsMet(), Unseen()
        self.read = 0

    def take(self, batch: Sequence[Found]) -> None:
        """Bring the manifest to these files."""
        known = self._known(batch)
        fresh: list[New] = []
        for key, found in {(one.caminho, one.codificado): one for one in batch}.items():
            rows = known[key]
            if found.fechado:
                self.unseen.add(found)
            if rows and not _is_other(rows, found):
                self._see(rows)
            else:
                fresh += self._read(found, rows)
        if fresh:
            with transaction() as db:
                self._write(db, fresh)

    def gone(self, rows: Iterable[Row[Any]]) -> list[int]:
        """Return the numbers of rows (`PLACE`) that were not met, but for those whose place nobody could look into."""
        missing = [row for row in rows if row.id not in self.met]
        return [row.id for row in missing if not self.unseen.has(row.caminho, codificado=row.caminho_codificado)]

    def _see(self, rows: Iterable[Row[Any]]) -> None:
        for row in rows:
            self.met.add(row.id)

    def _known(self, batch: Sequence[Found]) -> defaultdict[tuple[str, bool], list[Row[Any]]]:
        """Return the rows of these files: several where a file is a lot of coupons."""
        columns: list[ColumnElement[Any]] = [*(FILES.c[name] for name in KNOWN), PENDING.held.label("held")]
        query = select(*columns).where(
            FILES.c.lote_id == self.lote_id, FILES.c.caminho.in_([one.caminho for one in batch])
        )
        known: defaultdict[tuple[str, bool], list[Row[Any]]] = defaultdict(list)
        with reading() as db:
            for row in db.execute(query):
                known[row.caminho, row.caminho_codificado].append(row)
        return known

    def _read(self, found: Found, rows: Sequence[Row[Any]]) -> list[New]:
        self.read += 1
        exame = examine(self._source, found)
        by_part = {row.parte: row for row in rows}
        fresh = [self._new(exame, leitura, by_part.get(leitura.parte)) for leitura in exame.leituras]
        self._see(new.row for new in fresh if new.row is not None)
        return fresh

    def _new(self, exame: Exame, leitura: Leitura, row: Row[Any] | None) -> New:
        if leitura.acao is Acao.IMPORTAR and not self._methods.get(leitura.tipo or ""):
            leitura = replace(leitura, acao=Acao.SEPARAR, motivo="sem_metodo")
        return New(exame.found, exame.sha256, leitura, row)

    def _write(self, db: Session, fresh: Sequence[New]) -> None:
        # Two scans of one lot take turns here, so that one document has one owner.
        db.execute(select(QuestorLote.id).where(QuestorLote.id == self.lote_id).with_for_update())
        fresh = self._unwritten(db, fresh)
        self._own(db, fresh)
        changed = [new for new in fresh if new.row is not None]
        self._insert(db, [new for new in fresh if new.row is None and new.duplicate_of is None])
        self._point(db, fresh)
        self._insert(db, [new for new in fresh if new.row is None and new.duplicate_of is not None])
        self._update(db, changed)

    def _unwritten(self, db: Session, fresh: Sequence[New]) -> list[New]:
        """Leave out what another scan wrote since this one looked."""
        theirs = self._numbers(db, [new.location for new in fresh if new.row is None])
        for number in theirs.values():
            self.met.add(number)
        return [new for new in fresh if new.row is not None or new.location not in theirs]

    def _numbers(self, db: Session, locations: Iterable[Location]) -> dict[Location, int]:
        """Return the rows that stand in these locations."""
        wanted = set(locations)
        query = select(FILES.c.id, *(FILES.c[name] for name in LOCATION)).where(
            FILES.c.lote_id == self.lote_id, FILES.c.caminho.in_({caminho for caminho, _, _ in wanted})
        )
        return {
            location: number for number, *at in db.execute(query) if (location := cast("Location", tuple(at))) in wanted
        }

    def _own(self, db: Session, fresh: Sequence[New]) -> None:
        """Find out which of the documents another file has already, here or in the manifest."""
        wanted = [new for new in fresh if new.leitura.acao is Acao.IMPORTAR]
        mine = {new.row.id for new in fresh if new.row is not None}
        owners: dict[Any, tuple[Location, str, str | None]] = {
            (row.tipo, row.identidade): ((row.caminho, row.caminho_codificado, row.parte), row.estado, row.sha256)
            for row in self._owners(db, {new.leitura.identidade for new in wanted})
            if row.id not in mine
        }
        for new in wanted:
            location, estado, sha256 = owners.setdefault(new.key, (new.location, Estado.PENDENTE, new.sha256))
            # a text that was refused may be mended in another file
            if location != new.location and (estado != Estado.RECUSADO or sha256 == new.sha256):
                new.duplicate_of = location

    def _owners(self, db: Session, identities: Iterable[str | None]) -> Iterable[Any]:
        columns = [FILES.c[name] for name in ("id", *LOCATION, "estado", "sha256", "tipo", "identidade")]
        mine = (FILES.c.lote_id == self.lote_id, FILES.c.identidade.in_(list(identities)), FILES.c.estado.in_(OWNED))
        return db.execute(select(*columns).where(*mine).order_by(FILES.c.id.desc())).all()

    def _point(self, db: Session, fresh: Sequence[New]) -> None:
        """Give duplicates the number of the file that has their document."""
        locations = {new.duplicate_of for new in fresh if new.duplicate_of is not None}
        if not locations:
            return
        numbers = self._numbers(db, locations)
        for new in fresh:
            new.original_id = numbers.get(new.duplicate_of) if new.duplicate_of is not None else None

    def _insert(self, db: Session, fresh: Sequence[New]) -> None:
        if not fresh:
            return
        mine = UNTRIED | {"lote_id": self.lote_id, "due_at": self._clock.now()}
        rows = [mine | self._values(new) | dict(zip(LOCATION, new.location, strict=True)) for new in fresh]
        db.execute(insert(FILES), rows)
        for number in self._numbers(db, [new.location for new in fresh]).values():
            self.met.add(number)

    def _update(self, db: Session, changed: Sequence[New]) -> None:
        """Write what files became; where the document is the same its outcome stays, whatever its bytes are."""
        self._set(db, [new for new in changed if new.keeps_its_outcome], FILE, {})
        judged = [new for new in changed if not new.keeps_its_outcome]
        self._set(db, judged, (*FILE, *JUDGED), UNTRIED)
        numbers = [new.row.id for new in judged if new.row is not None]
        if numbers:
            PENDING.owe(db, self._clock.now(), FILES.c.id.in_(numbers))

    def _set(self, db: Session, changed: Sequence[New], names: Sequence[str], fixed: Mapping[str, Any]) -> None:
        if not changed:
            return
        free = (FILES.c.id == bindparam("row_id"), PENDING.free)
        statement = update(FILES).where(*free).values(**{name: bindparam(f"new_{name}") for name in names}, **fixed)
        rows = []
        for new in changed:
            values = self._values(new)
            rows.append({f"new_{name}": values[name] for name in names} | {"row_id": cast("Row[Any]", new.row).id})
        db.connection().execute(statement, rows)

    def _values(self, new: New) -> dict[str, Any]:
        leitura, duplicate = new.leitura, new.duplicate_of
        said = (
            f"mesmo documento que {of_part(duplicate[0], duplicate[2])}" if duplicate is not None else leitura.mensagem
        )
        return {
            "tamanho": new.found.tamanho,
            "mtime_ns": new.found.mtime_ns,
            "sha256": new.sha256,
            "tipo": leitura.tipo,
            "identidade": leitura.identidade,
            "estado": Estado.DUPLICADO if duplicate is not None else STATES[leitura.acao],
            "motivo": None if duplicate is not None else leitura.motivo,
            "mensagem": said and said[:MESSAGE_LIMIT],
            "original_id": new.original_id,
        }


def _is_other(rows: Sequence[Row[Any]], found: Found) -> bool:
    """Tell whether a file has to be looked at again; what is being sent of it is left alone.

    So is a known document where nobody could look: it may be as it was.
    """
    if any(row.held or (found.fechado and row.identidade) for row in rows):
        return False
    return any((row.tamanho, row.mtime_ns) != (found.tamanho, found.mtime_ns) or row.motivo in REREAD for row in rows)
