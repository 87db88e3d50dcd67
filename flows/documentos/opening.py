"""Read claimed files, and hand on their documents in groups that a transaction takes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from core.documentos.conteudo import Parte
from core.documentos.files import Files, NotRead
from core.documentos.leitor import LIMITE, ler_documentos
from core.documentos.motivos import frase
from core.errors import Transient
from core.logs import get_logger
from flows.documentos.entries import Guardado
from flows.documentos.rows import Arquivo

DOCUMENTS, BYTES = 200, 8 * 1024 * 1024
log = get_logger(__name__)


@dataclass(slots=True)
class Lido:
    """A file and what was read in it; `primeiro` is what became of its first document, once that is stored."""

    row: Arquivo
    partes: list[Parte]
    primeiro: Guardado | None = None


@dataclass(frozen=True, slots=True)
class Fatia:
    """Documents of a file that go into one transaction: from which on, and whether they are its last."""

    lido: Lido
    inicio: int
    partes: list[Parte] = field(repr=False)

    @property
    def ultima(self) -> bool:
        """Tell whether the file ends here."""
        return self.inicio + len(self.partes) == len(self.lido.partes)

    def cut(self) -> Iterator["Fatia"]:
        """Yield the same in pieces of one document."""
        for place, one in enumerate(self.partes, self.inicio):
            yield Fatia(self.lido, place, [one])


def read(files: Files, row: Arquivo) -> Lido:
    """Read one file; whatever is wrong with it is a part that says so. Raise `Transient` where all of them are away."""
    try:
        return Lido(row, ler_documentos(files.content(row.arquivo_nome, codificado=row.caminho_codificado), LIMITE))
    except NotRead as fault:
        return Lido(row, [Parte(motivo=fault.motivo, mensagem=frase(fault.motivo, fault.mensagem))])
    except Transient:
        raise
    except Exception:
        log.exception("file could not be read", arquivo=row.arquivo_nome)
        return Lido(row, [Parte(motivo="erro_de_leitura", mensagem=frase("erro_de_leitura"))])


def groups(read_files: Iterable[Lido]) -> Iterator[list[Fatia]]:
    """Yield the files' documents in groups of some hundred, or some MiB; a large lot makes several."""
    group: list[Fatia] = []
    documents = size = 0
    for lido in read_files:
        for start in range(0, len(lido.partes), DOCUMENTS):
            piece = Fatia(lido, start, lido.partes[start : start + DOCUMENTS])
            bytes_ = sum(len(one.texto) for one in piece.partes)
            if group and (documents + len(piece.partes) > DOCUMENTS or size + bytes_ > BYTES):
                yield group
                group, documents, size = [], 0, 0
            group.append(piece)
            documents, size = documents + len(piece.partes), size + bytes_
    if group:
        yield group
