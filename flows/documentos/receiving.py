"""Import bytes that somebody hands over: an upload, an answer of another system."""

import os
import tempfile
from collections.abc import Iterator, Sequence

from core.clock import SYSTEM, Clock
from core.documentos.conteudo import Parte
from core.documentos.files import Files
from core.documentos.folder import named
from core.documentos.leitor import LIMITE, ler_documentos
from core.documentos.motivos import frase
from flows.documentos.entries import Entrada
from flows.documentos.logs import Linha, Nota, note
from flows.documentos.opening import DOCUMENTS, read
from flows.documentos.owners import Dono
from flows.documentos.rows import Arquivo
from flows.documentos.storing import store
from storage.session import transaction

ZIP = b"PK\x03\x04"


def importar_bytes(
    nome: str, content: bytes, usuario_id: int | None = None, empresa_id: int | None = None, clock: Clock = SYSTEM
) -> list[Linha]:
    """Store the documents of a file, or of a ZIP of files, and note each; return what became of them."""
    dono = Dono(usuario_id, empresa_id)
    return [
        line
        for arquivo, partes in _files(nome, content)
        for start in range(0, len(partes), DOCUMENTS)
        for line in _stored(arquivo, partes, start, dono, clock)
    ]


def _files(nome: str, content: bytes) -> Iterator[tuple[str, list[Parte]]]:
    if not content.startswith(ZIP):
        yield nome, ler_documentos(content, LIMITE)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "recebido.zip")
        with open(path, "wb") as file:
            file.write(content)
        files = Files(folder, LIMITE)
        for found in named(os.fsencode(path), LIMITE):
            if found.ignorar:
                continue
            shown = found.caminho.replace("recebido.zip", nome, 1)
            if found.motivo is not None:
                yield shown, [Parte(motivo=found.motivo, mensagem=frase(found.motivo, found.mensagem))]
            else:
                yield shown, read(files, Arquivo(0, 0, found.caminho, found.codificado, "", None, None)).partes
        files.close()


def _stored(arquivo: str, partes: Sequence[Parte], start: int, dono: Dono, clock: Clock) -> list[Linha]:
    some, mine = partes[start : start + DOCUMENTS], (dono.texto, dono.usuario_id, dono.empresa_id)
    with transaction() as db:
        done = store(db, [Entrada(one, arquivo, dono.usuario_id, dono.empresa_id) for one in some], clock)
        placed = list(zip(range(start + 1, start + 1 + len(some)), done, some, strict=True))
        notes = [(Nota(None, arquivo, False, place if place > 1 else 0, *mine), one) for place, one, _ in placed]
        note(db, notes, clock.now())
    several = len(partes) > 1
    return [Linha.of(arquivo, place if several else 0, one, parte) for place, one, parte in placed]
