"""Who is named in a document: an office lists it under its own client, who may be its emitter or its receiver."""

from core.documentos.conteudo import Cabeca
from core.documentos.leitor import ler_documentos
from core.errors import Transient
from flows.questor.rows import Arquivo
from flows.questor.texts import Changed, Texts, Unread


def parties(texts: Texts, row: Arquivo) -> frozenset[str] | None:
    """Return the CNPJ or CPF of everybody named in a document; None where its text is not to be had, or not now."""
    try:
        text = texts.read(row)
    except (Changed, Unread, Transient):
        return None
    content = ler_documentos(text.encode())[0].conteudo
    return frozenset(number for _, number in content.papeis) if isinstance(content, Cabeca) else None
