"""A ZIP of the exact texts of documents and their events, by CNPJ, year and month; written as a stream.

The CNPJ is that of the company whose the document is; of one that is no company's, the issuer's.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import IO

from sqlalchemy import select

from core.caller import OPERATOR, Caller
from core.zip_writer import ZipWriter
from flows.documentos import escopo
from flows.documentos.escopo import Saida
from flows.documentos.export_nomes import Membro, event_name, folder_of, safe
from flows.documentos.export_resto import rest
from flows.documentos.filtro import TUDO, Conditions, Filtro
from flows.documentos.textos import unpacked
from storage.models.documentos import XmlGuardado
from storage.models.registros import DocumentoEvento
from storage.session import reading

# So many bytes of texts are in memory at once, besides one whole text.
AT_ONCE, MEMBERS = 8 * 1024 * 1024, 100


@dataclass
class Exportado:
    """What is in the ZIP; `sem_texto` documents are known of, but their text is not."""

    documentos: int = 0
    eventos: int = 0
    inutilizacoes: int = 0
    sem_texto: int = 0
    bytes: int = 0


def exportar_zip(para: IO[bytes], filtro: Filtro = TUDO, caller: Caller = OPERATOR) -> Exportado:
    """Write what a filter leaves; the file object is only written to, and no transaction is open meanwhile.

    Events go with their document. Those that wait for it, and ranges of unused numbers, go where only company and month
    are asked for.
    """
    mine, done = escopo.conditions(filtro, caller), Exportado()
    with ZipWriter(para) as archive:
        for page in escopo.pages(mine):
            done.sem_texto += sum(one.xml_id is None for one in page)
            write(archive, _members(mine, page), done)
        write(archive, rest(filtro, caller), done)
    done.bytes = archive.size
    return done


def _members(mine: Conditions, page: Sequence[Saida]) -> Iterator[Membro]:
    """Yield the texts of a page's documents and of their events; of copies with one text it goes once."""
    copies: defaultdict[tuple[str, str], list[Saida]] = defaultdict(list)
    for one in escopo.copies(mine, page):
        copies[folder_of(one), one.chave].append(one)
    events = _events(page)
    for one in page:
        place = folder_of(one)
        before = [other for other in copies[place, one.chave] if other.id < one.id]
        base = f"{place}/{safe(one.chave)}" + (f"-{len(before) + 1}" if before else "")
        if one.xml_id is not None and one.xml_id not in {other.xml_id for other in before}:
            name = f"{base}-{one.especie.replace('_', '-')}.xml"
            yield Membro(name, one.xml_id, one.data_emissao, "documentos")
        for kind, sequence, text in events[one.id]:
            yield Membro(event_name(base, kind, sequence), text, None, "eventos")


def _events(page: Sequence[Saida]) -> defaultdict[int, list[tuple[str, int, int]]]:
    columns = (DocumentoEvento.tipo_evento, DocumentoEvento.sequencia, DocumentoEvento.xml_id)
    theirs = (DocumentoEvento.documento_id.in_([one.id for one in page]), DocumentoEvento.xml_id.is_not(None))
    found: defaultdict[int, list[tuple[str, int, int]]] = defaultdict(list)
    query = select(DocumentoEvento.documento_id, *columns).where(*theirs).order_by(DocumentoEvento.id)
    with reading() as db:
        for number, kind, sequence, text in db.execute(query):
            found[number or 0].append((kind, sequence, text or 0))
    return found


def write(archive: ZipWriter, members: Iterable[Membro], done: Exportado) -> None:
    """Write texts as members, and count each as what it is."""
    for some in _batches(members):
        texts = _texts(some)
        for one in some:
            archive.add(one.nome, unpacked(texts[one.xml_id]), one.quando)
            setattr(done, one.de, getattr(done, one.de) + 1)


def _batches(members: Iterable[Membro]) -> Iterator[list[Membro]]:
    """Yield members by the hundred, fewer where their texts are long."""
    for some in _by(MEMBERS, members):
        batch, size = list[Membro](), 0
        sizes = _sizes(some)
        for one in some:
            if batch and size + sizes[one.xml_id] > AT_ONCE:
                yield batch
                batch, size = [], 0
            batch.append(one)
            size += sizes[one.xml_id]
        yield batch


def _by(amount: int, members: Iterable[Membro]) -> Iterator[list[Membro]]:
    left = iter(members)
    while some := list(islice(left, amount)):
        yield some


def _sizes(members: Sequence[Membro]) -> dict[int, int]:
    query = select(XmlGuardado.id, XmlGuardado.tamanho).where(XmlGuardado.id.in_({one.xml_id for one in members}))
    with reading() as db:
        return {number: size for number, size in db.execute(query)}  # noqa: C416 - a row is no pair to dict


def _texts(members: Sequence[Membro]) -> dict[int, bytes]:
    query = select(XmlGuardado.id, XmlGuardado.conteudo).where(XmlGuardado.id.in_({one.xml_id for one in members}))
    with reading() as db:
        return {number: packed for number, packed in db.execute(query)}  # noqa: C416
