"""What is noted of each file: one row for a document of it, and one event for what could not be imported."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy.orm import Session

from claims.many import Adding
from core.documentos.conteudo import Conteudo, Parte
from core.documentos.paths import of_part
from events.outbox import disparar_varios
from flows.documentos import telling
from flows.documentos.entries import Guardado, Resultado
from storage.models.importacoes import EstadoImportacao, ImportLog
from storage.rows import insert_for, table_of

LOGS = table_of(ImportLog)


@dataclass(frozen=True, slots=True)
class Linha:
    """What became of one document of a file; `parte` counts those of a file that has several, `lida` is what was read.

    `lida` is none of a file that could not be opened; `alheio`: the company named takes no part in the document.
    """

    arquivo: str
    parte: int
    tipo: str
    chave: str | None
    status: str
    mensagem: str
    resultado: Resultado
    lida: Parte | None = None
    alheio: bool = False

    @classmethod
    def of(cls, arquivo: str, parte: int, done: Guardado, lida: Parte | None = None) -> "Linha":
        """Return the line of an outcome."""
        where = of_part(arquivo, parte), parte, done.tipo, done.chave
        return cls(*where, status_of(done), done.mensagem, done.resultado, lida, done.alheio)

    @property
    def conteudo(self) -> Conteudo | None:
        """What the document says; none of what is none."""
        return self.lida.conteudo if self.lida is not None else None


Show = Callable[[Linha], object]


def status_of(done: Guardado) -> str:
    """Return how a log calls an outcome."""
    bad = done.resultado is Resultado.ERRO
    return (EstadoImportacao.ERRO if bad else EstadoImportacao.SUCESSO).value


def columns(done: Guardado, now: datetime) -> dict[str, Any]:
    """Return what an outcome writes in the row of its file."""
    return {
        "status": status_of(done),
        "tipo_documento": done.tipo,
        "motivo": done.motivo,
        "mensagem": done.mensagem,
        "chave_acesso": done.chave,
        "documento_id": done.documento_id,
        "data_importacao": now,
        "due_at": now,
    }


@dataclass(frozen=True, slots=True)
class Nota:
    """A row to be noted: where the document stands, and for whom it was asked for."""

    importacao_id: int | None
    arquivo_nome: str
    caminho_codificado: bool
    parte: int
    dono: str
    usuario_id: int | None
    empresa_id: int | None


WHERE = ("importacao_id", "arquivo_nome", "caminho_codificado", "parte", "dono", "usuario_id", "empresa_id")
OWING = Adding(LOGS, *WHERE, "status", "tipo_documento", "data_importacao", "due_at", missing=True)
_where = attrgetter(*WHERE)


def owe(db: Session, notes: Sequence[Nota], now: datetime) -> None:
    """Add the rows of files that are to be imported, each once however often it is noted."""
    waiting = (EstadoImportacao.PROCESSANDO.value, "", now, now)
    OWING.add_values(db.connection(), [(*_where(one), *waiting) for one in notes])


def note(db: Session, notes: Sequence[tuple[Nota, Guardado]], now: datetime) -> list[tuple[Nota, Guardado]]:
    """Add rows of what has its outcome and tell of what is wrong; return those that were not noted before."""
    if not notes:
        return []
    adding = insert_for(db, ImportLog).on_conflict_do_nothing()
    added = adding.returning(LOGS.c.arquivo_nome, LOGS.c.caminho_codificado, LOGS.c.parte)
    rows = [dict(zip(WHERE, _where(one), strict=True)) | columns(done, now) for one, done in notes]
    new = {tuple(row) for row in db.connection().execute(added, rows)}
    fresh = [pair for pair in notes if (pair[0].arquivo_nome, pair[0].caminho_codificado, pair[0].parte) in new]
    tell(db, [(one.arquivo_nome, done, one.usuario_id) for one, done in fresh], now)
    return fresh


def tell(db: Session, outcomes: Sequence[tuple[str, Guardado, int | None]], now: datetime) -> None:
    """Tell the users of files that could not be imported."""
    bad = [one for one in outcomes if one[1].resultado is Resultado.ERRO]
    told = (
        telling.failed(done.tipo, arquivo, done.chave, done.mensagem, now, usuario_id)
        for arquivo, done, usuario_id in bad
    )
    disparar_varios((one for each in told for one in each), db)
