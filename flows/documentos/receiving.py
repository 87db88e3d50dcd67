"""Import what somebody hands over: an upload, an answer of another system, a file that arrived."""

import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence

from core.clock import SYSTEM, Clock
from core.documentos.conteudo import Parte
from core.documentos.files import Files
from core.documentos.folder import named
from core.documentos.leitor import LIMITE, ler_documentos
from core.documentos.motivos import frase
from core.documentos.paths import MARK
from flows.documentos.entries import Entrada
from flows.documentos.logs import Linha, Nota, note
from flows.documentos.opening import DOCUMENTS, read
from flows.documentos.owners import NINGUEM, Dono
from flows.documentos.rows import Arquivo
from flows.documentos.storing import store
from storage.session import transaction

ZIP = b"PK\x03\x04"


def importar_bytes(
    nome: str, content: bytes, usuario_id: int | None = None, empresa_id: int | None = None, clock: Clock = SYSTEM
) -> list[Linha]:
    """Store the documents of a file, or of a ZIP of files, and note each; return what became of them."""
    dono = Dono(usuario_id, empresa_id)
    if not content.startswith(ZIP):
        return _imported([(nome, ler_documentos(content, LIMITE))], dono, clock)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "recebido.zip")
        with open(path, "wb") as file:
            file.write(content)
        return importar_arquivo(os.fsencode(path), nome, dono, clock)


def importar_arquivo(caminho: bytes, nome: str, dono: Dono = NINGUEM, clock: Clock = SYSTEM) -> list[Linha]:
    """Do the same with a file where it lies, by the name by which it is to be known; a ZIP is one by its ending."""
    files = Files(os.fsdecode(os.path.dirname(caminho)), LIMITE)
    try:
        return _imported(_files(files, caminho, nome), dono, clock)
    finally:
        files.close()


def _files(files: Files, caminho: bytes, nome: str) -> Iterator[tuple[str, list[Parte]]]:
    for found in named(caminho, LIMITE):
        if found.ignorar:
            continue
        _, inside, member = found.caminho.partition(MARK.decode())
        if found.motivo is not None:
            yield nome + inside + member, [Parte(motivo=found.motivo, mensagem=frase(found.motivo, found.mensagem))]
        else:
            row = Arquivo(0, 0, found.caminho, found.codificado, "", None, None)
            yield nome + inside + member, read(files, row).partes


def _imported(files: Iterable[tuple[str, list[Parte]]], dono: Dono, clock: Clock) -> list[Linha]:
    return [
        line
        for arquivo, partes in files
        for start in range(0, len(partes), DOCUMENTS)
        for line in _stored(arquivo, partes, start, dono, clock)
    ]


def _stored(arquivo: str, partes: Sequence[Parte], start: int, dono: Dono, clock: Clock) -> list[Linha]:
    some, mine = partes[start : start + DOCUMENTS], (dono.texto, dono.usuario_id, dono.empresa_id)
    with transaction() as db:
        done = store(db, [Entrada(one, arquivo, dono.usuario_id, dono.empresa_id) for one in some], clock)
        placed = list(zip(range(start + 1, start + 1 + len(some)), done, some, strict=True))
        notes = [(Nota(None, arquivo, False, place if place > 1 else 0, *mine), one) for place, one, _ in placed]
        note(db, notes, clock.now())
    several = len(partes) > 1
    return [Linha.of(arquivo, place if several else 0, one, parte) for place, one, parte in placed]
