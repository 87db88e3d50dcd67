"""Scan a folder, or the store, into a lot: walk, judge, write; again and again, reading only what changed."""

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from sqlalchemy import Row, Select, and_, delete, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from core.clock import SYSTEM, Clock
from core.documentos.paths import of_part
from core.errors import UsageError
from core.logs import get_logger
from core.settings.accounts import PADRAO
from core.settings.questor import QuestorSettings
from flows.questor import lots
from flows.questor.manifest import FILES, OWNED, PLACE, Manifest, RowsMet
from flows.questor.rows import PENDING
from flows.questor.sources import Origem, of_folder, source_of
from storage.models.questor import Estado, QuestorArquivo, QuestorLote
from storage.session import reading, transaction

BATCH = 2000
NAME_LIMIT = 100
Progress = Callable[[int], object]
log = get_logger(__name__)


@dataclass
class Varredura:
    """What a scan did: files met, files read, seconds, and the files of the lot by state."""

    lote: str
    arquivos: int = 0
    lidos: int = 0
    segundos: float = 0.0
    estados: dict[str, int] = field(default_factory=dict)


def varrer(
    pasta: str, nome: str | None = None, conta: str = PADRAO, show: Progress = lambda met: None, clock: Clock = SYSTEM
) -> Varredura:
    """Bring the manifest of a lot to its folder; `show` is told how many files were met.

    Raises `UsageError` for a folder that is none, or a lot of something else.
    """
    return scan(of_folder(pasta), nome, conta, show, clock)


def scan(
    origem: Origem,
    nome: str | None = None,
    conta: str = PADRAO,
    show: Progress = lambda met: None,
    clock: Clock = SYSTEM,
) -> Varredura:
    """Bring the manifest of a lot to what it is made of.

    Before there is any account a folder may be looked at already; beside others, one that is none is a slip of the pen.

    Raises:
        UsageError: a lot of something else.
        Misconfigured: there are accounts, and this is none of them.
    """
    settings = QuestorSettings.current()
    if settings.contas:
        settings.conta(conta)
    lote = _lot(origem, nome, conta, clock)
    done, began = Varredura(lote.nome), time.monotonic()
    source = source_of(lote)
    manifest = Manifest(lote, source, settings.methods_of(conta), clock)
    try:
        files = source.walk()
        while batch := list(islice(files, BATCH)):
            manifest.take(batch)
            done.arquivos += len(batch)
            show(done.arquivos)
    finally:
        source.close()
    _vanished(lote.id, manifest, clock)
    _forget(lote.id, manifest)
    _inherit(lote.id, manifest.met, clock)
    _warn(lote)
    done.lidos, done.segundos = manifest.read, time.monotonic() - began
    done.estados = _finish(lote.id, clock)
    return done


def _lot(origem: Origem, nome: str | None, conta: str, clock: Clock) -> QuestorLote:
    """Return the lot of this origin; without a name it is called as that is."""
    name = (nome if nome is not None else origem.nome).strip()
    if not name or not name.isprintable():
        raise UsageError("O nome do lote deve ter letras que se possam ler.", campo="nome")
    if len(name) > NAME_LIMIT:
        raise UsageError(f"O nome do lote passa de {NAME_LIMIT} caracteres.", campo="nome")
    # Of two that make it at once one finds it made.
    with contextlib.suppress(IntegrityError), transaction() as db:
        if db.scalar(_lot_named(name, conta)) is None:
            db.add(QuestorLote(conta=conta, nome=name, **origem.columns, criado_em=clock.now()))
    with reading() as db:
        lote = db.scalars(_lot_named(name, conta)).one()
    if not origem.is_of(lote):
        other = f"da pasta {lote.pasta}" if lote.empresa_id is None else "do acervo, de outra empresa ou de outro mês"
        raise UsageError(f"O lote {name!r} é {other}; use outro nome.", campo="nome")
    return lote


def _lot_named(nome: str, conta: str) -> Select[QuestorLote]:
    return select(QuestorLote).where(QuestorLote.conta == conta, QuestorLote.nome == nome)


def _vanished(lote_id: int, manifest: Manifest, clock: Clock) -> None:
    """Set aside what was to be sent and is no longer there."""
    gone = (QuestorArquivo.lote_id == lote_id, QuestorArquivo.estado == Estado.PENDENTE)
    for rows in _pages(select(*PLACE).where(*gone)):
        if missing := manifest.gone(rows):
            values = {"estado": Estado.QUARENTENA, "motivo": "sumiu"}
            with transaction() as db:
                PENDING.owe(db, clock.now(), QuestorArquivo.id.in_(missing), *gone, **values)


def _forget(lote_id: int, manifest: Manifest) -> None:
    """Take out the lines of files that are gone and were never to be sent: broken ones, links, duplicates."""
    idle = (
        QuestorArquivo.lote_id == lote_id,
        QuestorArquivo.estado.in_((Estado.QUARENTENA, Estado.IGNORADO, Estado.DUPLICADO)),
    )
    never = (*idle, QuestorArquivo.tentativas == 0, QuestorArquivo.motivo.is_distinct_from("sumiu"))
    for rows in _pages(select(*PLACE).where(*never)):
        if gone := manifest.gone(rows):
            with transaction() as db:
                db.execute(delete(QuestorArquivo).where(QuestorArquivo.id.in_(gone), *never))


def _pages(query: Any) -> Iterator[Sequence[Row[Any]]]:
    """Yield the rows of a query in the order of their numbers, some thousands at a time."""
    last = 0
    while True:
        with reading() as db:
            rows = db.execute(query.where(FILES.c.id > last).order_by(FILES.c.id).limit(BATCH)).all()
        if not rows:
            return
        yield rows
        last = rows[-1].id


def _inherit(lote_id: int, met: RowsMet, clock: Clock) -> None:
    """Let a duplicate be sent in place of a file that is gone, broken, or another document now."""
    original = aliased(QuestorArquivo)
    owned = and_(
        original.estado.in_(OWNED),
        original.identidade == QuestorArquivo.identidade,
        original.tipo == QuestorArquivo.tipo,
    )
    orphans = (
        select(FILES.c.id, FILES.c.tipo, FILES.c.identidade)
        .outerjoin(original, original.id == FILES.c.original_id)
        .where(FILES.c.lote_id == lote_id, FILES.c.estado == Estado.DUPLICADO, or_(original.id.is_(None), ~owned))
    )
    for rows in _pages(orphans):
        with transaction() as db:
            for row in rows:
                if row.id in met:
                    _give(db, lote_id, row, clock)


def _give(db: Session, lote_id: int, row: Row[Any], clock: Clock) -> None:
    same = (QuestorArquivo.tipo == row.tipo, QuestorArquivo.identidade == row.identidade)
    owner = db.scalar(
        select(QuestorArquivo.id).where(QuestorArquivo.lote_id == lote_id, *same, QuestorArquivo.estado.in_(OWNED))
    )
    mine = update(QuestorArquivo).where(QuestorArquivo.id == row.id)
    if owner is not None:
        db.execute(mine.values(original_id=owner))
    else:
        values = {"estado": Estado.PENDENTE, "mensagem": None, "original_id": None}
        PENDING.owe(db, clock.now(), QuestorArquivo.id == row.id, **values)


def _warn(lote: QuestorLote) -> None:
    """Say of texts without authorisation which authorised text there is of the same document."""
    proved = aliased(QuestorArquivo)
    pairs = (
        select(FILES.c.id, proved.id.label("outro"), proved.caminho.label("caminho"), proved.parte.label("parte"))
        .join(proved, and_(proved.lote_id == FILES.c.lote_id, proved.identidade == FILES.c.identidade))
        .where(FILES.c.lote_id == lote.id, FILES.c.motivo == "sem_protocolo", proved.estado.in_(OWNED))
        .where(FILES.c.original_id.is_(None))
    )
    for rows in _pages(pairs):
        log.warning("texts without protocol beside authorised ones", lote=lote.nome, arquivos=len(rows))
        with transaction() as db:
            for row in rows:
                said = f"há o texto autorizado deste documento em {of_part(row.caminho, row.parte)}"[:500]
                mine = update(QuestorArquivo).where(QuestorArquivo.id == row.id)
                db.execute(mine.values(original_id=row.outro, mensagem=said))


def _finish(lote_id: int, clock: Clock) -> dict[str, int]:
    """Note that the lot is scanned; one that was done and has more to send now is open again."""
    with transaction() as db:
        values: dict[str, Any] = {"varrido_em": clock.now()}
        if lots.has_open(db, lote_id):
            values["concluido_em"] = None
        db.execute(update(QuestorLote).where(QuestorLote.id == lote_id).values(**values))
        return lots.totals(db, lote_id)
