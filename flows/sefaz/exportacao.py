"""What a consultation brought, for people: a table, and a ZIP of the texts.

docs/reference/contracts/integracoes.md §4.55.
"""

from collections.abc import Iterator
from typing import IO, Any, TextIO

from core import csv_text
from core.caller import OPERATOR, Caller
from core.fiscal import formatar_chave, formatar_documento, formatar_parte
from core.zip_writer import ZipWriter
from flows.documentos.campos import local
from flows.documentos.entries import TIPOS
from flows.documentos.export import Exportado, write
from flows.documentos.export_nomes import Membro, safe
from flows.sefaz import achados
from flows.sefaz.views import consultas
from flows.sefaz.views.documentos import DocumentoView, todos
from storage.models.documentos import Documento
from storage.models.sefaz import DocumentoDistribuido
from storage.session import reading

PAGE = 500
TITLES = (
    "Número",
    "Série",
    "Emissão",
    "CNPJ do emitente",
    "Emitente",
    "CNPJ ou CPF do destinatário",
    "Destinatário",
    "Valor total",
    "Papel",
    "XML baixado",
    "Importado",
    "Importado em",
    "Pendência",
    "Chave de acesso",
)


def exportar_csv(para: TextIO, numero: int, caller: Caller = OPERATOR) -> int:
    """Write the documents of a consultation, opened with `newline=""`; return how many they are."""
    written = -1
    for line in csv_text.lines(TITLES, (_cells(one) for one in todos(numero, caller))):
        para.write(line)
        written += 1
    return written


def _cells(one: DocumentoView) -> tuple[Any, ...]:
    return (
        one.numero,
        one.serie,
        one.data_emissao,
        formatar_documento(one.emit_cnpj or ""),
        one.emit_nome,
        formatar_parte(one.dest_cnpj or ""),
        one.dest_nome,
        one.valor_total,
        ", ".join(one.papeis),
        one.xml_baixado,
        one.importado,
        local(one.data_importacao, None),
        one.pendencia,
        formatar_chave(one.chave_acesso or ""),
    )


def exportar_zip(para: IO[bytes], numero: int, caller: Caller = OPERATOR) -> Exportado:
    """Write the whole texts of a consultation's documents as `NFe/<key>.xml`; what there is no text of is counted."""
    with reading() as db:
        consultas.one(db, numero, caller)
    done = Exportado()
    with ZipWriter(para) as archive:
        write(archive, _members(numero, done), done)
    done.bytes = archive.size
    return done


def _members(numero: int, done: Exportado) -> Iterator[Membro]:
    said = (Documento.especie, Documento.chave, Documento.completo, Documento.xml_id)
    when = (Documento.data_emissao, Documento.offset_minutos)
    query = achados.query(numero).with_only_columns(DocumentoDistribuido.id, *said, *when)
    last = 0
    while True:
        page = query.where(DocumentoDistribuido.id > last).order_by(DocumentoDistribuido.id).limit(PAGE)
        with reading() as db:
            rows = db.execute(page).all()
        if not rows:
            return
        for _, especie, chave, completo, xml_id, issued, minutes in rows:
            if completo and xml_id is not None:
                yield Membro(f"{TIPOS[especie]}/{safe(chave)}.xml", xml_id, local(issued, minutes), "documentos")
            else:
                done.sem_texto += 1
        last = rows[-1][0]
