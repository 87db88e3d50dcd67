"""What the readers of all kinds share: the one element that holds a document, and who is named in it."""

from lxml.etree import _Element

from core.documentos.abertura import local_name
from core.documentos.conteudo import Papel
from core.documentos.parser.grupo import Contexto, Grupo
from core.documentos.parser.recusa import Recusado


def corpo(raiz: _Element, nome: str, contexto: Contexto) -> Grupo:
    """Return the one element of this name, wherever it stands; in another namespace too, which is told.

    Raises:
        Recusado: there is none, or there are several.
    """
    espaco = local_name(raiz)[0]
    found = list(raiz.iter(f"{{{espaco}}}{nome}" if espaco else nome))
    if not found:
        found = list(raiz.iter(f"{{*}}{nome}"))
        if found:
            contexto.avisar(f"{nome} não está no namespace da raiz")
    if not found:
        raise Recusado("sem_conteudo", f"{local_name(raiz)[1][:60]} não traz {nome}")
    if len(found) > 1:
        raise Recusado("varios_documentos", f"há {len(found)} documentos em um só ({nome})")
    return Grupo(found[0], contexto)


def papeis(*partes: tuple[Papel, str | None]) -> tuple[tuple[Papel, str], ...]:
    """Return who is what in a document, each once."""
    return tuple(dict.fromkeys((papel, numero) for papel, numero in partes if numero is not None))
