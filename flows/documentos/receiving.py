"""Import what somebody hands over: an upload, an answer of another system, files that arrived."""

import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from core.clock import SYSTEM, Clock
from core.documentos.conteudo import Parte
from core.documentos.files import Files
from core.documentos.folder import named
from core.documentos.leitor import LIMITE, ler_documentos
from core.documentos.motivos import frase
from core.documentos.paths import MARK
from flows.documentos.entries import Entrada, Resultado
from flows.documentos.logs import Linha, Nota, Show, note
from flows.documentos.opening import BYTES, DOCUMENTS, read
from flows.documentos.owners import NINGUEM, Dono
from flows.documentos.rows import Arquivo
from flows.documentos.storing import store
from storage.session import transaction

ZIP = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class Peca:
    """A document on its way in: of which of the files that were handed over (`de`), and where in it.

    `parte` counts from 1; `varias` says that its file has several.
    """

    de: int
    arquivo: str
    parte: int
    varias: bool
    lida: Parte


def importar_bytes(
    nome: str, content: bytes, usuario_id: int | None = None, empresa_id: int | None = None, clock: Clock = SYSTEM
) -> list[Linha]:
    """Store the documents of a file, or of a ZIP of files, and note each; return what became of them."""
    dono = Dono(usuario_id, empresa_id)
    # whoever uploads may name a file by what no database takes
    nome = nome.replace("\0", "?").encode(errors="replace").decode()
    if not content.startswith(ZIP):
        pieces = _pieces(0, nome, ler_documentos(content, LIMITE))
        return [line for group, _ in _groups(pieces) for _, line in _stored(group, dono, clock)]
    lines: list[Linha] = []
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "recebido.zip")
        with open(path, "wb") as file:
            file.write(content)
        list(importar_arquivos([(os.fsencode(path), nome)], dono, lines.append, clock))
    return lines


def importar_arquivos(
    arquivos: Sequence[tuple[bytes, str]],
    dono: Dono = NINGUEM,
    show: Show = lambda linha: None,
    clock: Clock = SYSTEM,
) -> Iterator[bool]:
    """Do the same with files where they lie, each with the name by which it is to be known, some hundred documents in a
    transaction; a ZIP is one by its ending. Yield of each file in turn, once it is all stored, whether all was taken.
    """
    taken, told = [True] * len(arquivos), 0
    for group, until in _groups(_found(arquivos)):
        for place, line in _stored(group, dono, clock):
            taken[place] &= line.resultado is not Resultado.ERRO
            show(line)
        yield from taken[told:until]
        told = until
    yield from taken[told:]


def _found(arquivos: Sequence[tuple[bytes, str]]) -> Iterator[Peca]:
    for place, (caminho, nome) in enumerate(arquivos):
        files = Files(os.fsdecode(os.path.dirname(caminho)), LIMITE)
        try:
            for found in named(caminho, LIMITE):
                if found.ignorar:
                    continue
                _, inside, member = found.caminho.partition(MARK.decode())
                if found.motivo is not None:
                    partes = [Parte(motivo=found.motivo, mensagem=frase(found.motivo, found.mensagem))]
                else:
                    partes = read(files, Arquivo(0, 0, found.caminho, found.codificado, "", None, None)).partes
                yield from _pieces(place, nome + inside + member, partes)
        finally:
            files.close()


def _pieces(de: int, arquivo: str, partes: Sequence[Parte]) -> Iterator[Peca]:
    for parte, lida in enumerate(partes, 1):
        yield Peca(de, arquivo, parte, len(partes) > 1, lida)


def _groups(pieces: Iterable[Peca]) -> Iterator[tuple[list[Peca], int]]:
    """Yield documents in groups that a transaction takes, and the first file that may have more after each."""
    some, size = list[Peca](), 0
    for one in pieces:
        if some and (len(some) == DOCUMENTS or size + len(one.lida.texto) > BYTES):
            yield some, one.de
            some, size = [], 0
        some.append(one)
        size += len(one.lida.texto)
    if some:
        yield some, some[-1].de + 1


def _stored(some: Sequence[Peca], dono: Dono, clock: Clock) -> list[tuple[int, Linha]]:
    mine = (dono.texto, dono.usuario_id, dono.empresa_id)
    with transaction() as db:
        done = store(db, [Entrada(one.lida, one.arquivo, dono.usuario_id, dono.empresa_id) for one in some], clock)
        # the first document of a file stands in the row of the file
        notes = [Nota(None, one.arquivo, False, one.parte if one.parte > 1 else 0, *mine) for one in some]
        note(db, list(zip(notes, done, strict=True)), clock.now())
    told = zip(some, done, strict=True)
    return [(one.de, Linha.of(one.arquivo, one.parte if one.varias else 0, end, one.lida)) for one, end in told]
