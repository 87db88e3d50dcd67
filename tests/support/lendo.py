"""One document read, by kind."""

from typing import TypeVar

from core.documentos.leitor import ler_documentos

T = TypeVar("T")


def lido(kind: type[T], content: str | bytes) -> T:
    """Return what the one document of a file says, of the kind that is expected."""
    (part,) = ler_documentos(content.encode() if isinstance(content, str) else content)
    assert isinstance(part.conteudo, kind), part
    return part.conteudo
