"""What is noted of each file: one row for a document of it, and one event for what could not be imported."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from core.documentos.conteudo import Conteudo, Parte
from core.documentos.paths import of_part
from events.outbox import disparar_varios
from flows.documentos import telling
from flows.documentos.entries import Guardado, Resultado
from storage.models import ImportLog
from storage.models.importacoes import EstadoImportacao
from storage.rows import insert_for, table_of

LOGS = table_of(ImportLog)


@dataclass(frozen=True, slots=True)
class Linha:
    """What became of one document of a file; `parte` counts those of a file that has several."""

    arquivo: str
    parte: int
    tipo: str
    chave: str | None
    status: str
    mensagem: str
    resultado: Resultado
    conteudo: Conteudo | None = None

    @classmethod
    def of(cls, arquivo: str, parte: int, done: Guardado, read: Parte | None = None) -> "Linha":
        """Return the line of an outcome."""
        where = of_part(arquivo, parte), parte, done.tipo, done.chave
        conteudo = read.conteudo if read is not None else None
        return cls(*where, status_of(done), done.mensagem, done.resultado, conteudo)


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
    """A row to be noted: where the document stands, whose it is, and what became of it (none: it is still owed)."""

    importacao_id: int | None
    arquivo_nome: str
    caminho_codificado: bool
    parte: int
    dono: str
    usuario_id: int | None
    empresa_id: int | None
    done: Guardado | None


def note(db: Session, notes: Sequence[Nota], now: datetime) -> None:
    """Add rows, each once however often it is noted, and tell of what is wrong in the new ones."""
    owed = [one for one in notes if one.done is None]
    ended = [one for one in notes if one.done is not None]
    adding = insert_for(db, ImportLog).on_conflict_do_nothing()
    if owed:
        waiting = {"status": EstadoImportacao.PROCESSANDO.value, "tipo_documento": "", "data_importacao": now}
        db.connection().execute(adding, [_where(one) | waiting | {"due_at": now} for one in owed])
    if not ended:
        return
    added = adding.returning(LOGS.c.arquivo_nome, LOGS.c.caminho_codificado, LOGS.c.parte)
    rows = [_where(one) | columns(one.done, now) for one in ended if one.done is not None]
    new = {tuple(row) for row in db.connection().execute(added, rows)}
    fresh = [one for one in ended if (one.arquivo_nome, one.caminho_codificado, one.parte) in new]
    tell(db, [(one.arquivo_nome, one.done, one.usuario_id) for one in fresh if one.done is not None], now)


def _where(one: Nota) -> dict[str, Any]:
    return {
        "importacao_id": one.importacao_id,
        "arquivo_nome": one.arquivo_nome,
        "caminho_codificado": one.caminho_codificado,
        "parte": one.parte,
        "dono": one.dono,
        "usuario_id": one.usuario_id,
        "empresa_id": one.empresa_id,
    }


def tell(db: Session, outcomes: Sequence[tuple[str, Guardado, int | None]], now: datetime) -> None:
    """Tell the users of files that could not be imported."""
    bad = [one for one in outcomes if one[1].resultado is Resultado.ERRO]
    told = (
        telling.failed(done.tipo, arquivo, done.chave, done.mensagem, now, usuario_id)
        for arquivo, done, usuario_id in bad
    )
    disparar_varios((one for each in told for one in each), db)
