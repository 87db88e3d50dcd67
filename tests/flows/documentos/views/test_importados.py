"""What is imported is what is shown, summed, exported and numbered: from the bytes of a file to each reading side."""

import io
import zipfile
from decimal import Decimal

from support import acervo

from core.caller import Caller
from core.documentos.leitor import ler_documentos
from flows.documentos.entries import Entrada
from flows.documentos.export import exportar_zip
from flows.documentos.filtro import Filtro
from flows.documentos.lacunas import lacunas
from flows.documentos.storing import store
from flows.documentos.views import documentos, nfe, totais
from flows.documentos.views.apuracao import apuracao
from flows.documentos.views.search import search
from sandbox.documentos import conhecimentos, eventos, notas
from sandbox.documentos.comum import EMITENTE
from sandbox.documentos.notas import Produto
from storage.session import transaction


def imported(content: bytes, de: int, empresa: int) -> None:
    with transaction() as db:
        entries = [Entrada(parte, "a.xml", de, empresa) for parte in ler_documentos(content)]
        done = store(db, entries)
    assert all(one.resultado != "erro" for one in done), [one.mensagem for one in done]


def test_from_the_file_to_every_reading_side(banco: str) -> None:
    ana, bia = acervo.usuario("ana"), acervo.usuario("bia")
    company = acervo.empresa(EMITENTE.documento, ana)
    things = (Produto(valor=Decimal("10.00"), quantidade=Decimal(2)),)
    sold, back, cancelled = (
        notas.nota(1, produtos=things),
        notas.nota(4, produtos=things, finalidade=4, tipo=0, referencias=(notas.nota(1, produtos=things).chave,)),
        notas.nota(9, produtos=things),
    )
    freight = conhecimentos.conhecimento(7, notas=(sold.chave,))
    cancel = eventos.evento(cancelled, "110111", 1)
    unused = notas.inutilizada(5, 6)
    for content in (sold.xml, back.xml, freight.xml, cancelled.xml, cancel, unused):
        imported(content, ana, company)

    assert [one.numero_nf for one in nfe.listar(caller=Caller(ana)).itens] == ["9", "4", "1"]
    assert documentos.listar(caller=Caller(bia)).itens == ()
    whole = documentos.mostrar(sold.chave, caller=Caller(ana))
    assert {one.laco for one in whole.citado_por} == {"referencia", "transporte"}
    assert whole.total_itens == 1
    gone = documentos.mostrar(cancelled.chave, caller=Caller(ana))
    assert (gone.campos["status_nfe"], gone.campos["situacao"]) == ("101", "cancelada")
    assert [one.tipo_evento for one in gone.eventos] == ["110111"]

    assert totais.nfe(caller=Caller(ana)).total_notas == 2
    assert {(one.especie, one.tipo, one.finalidade, one.total) for one in apuracao(caller=Caller(ana))} >= {
        ("nfe", 1, 1, 1),
        ("nfe", 0, 4, 1),
    }
    assert [(one.inicio, one.fim, one.situacao) for one in lacunas(caller=Caller(ana))] == [
        (2, 3, "faltando"),
        (7, 8, "faltando"),
    ]
    assert search(sold.chave[:20], Caller(ana)).nfes
    assert nfe.listar(Filtro(empresa=EMITENTE.documento), caller=Caller(ana)).count == 3

    to = io.BytesIO()
    exportar_zip(to, caller=Caller(ana))
    with zipfile.ZipFile(to) as read:
        texts = {read.read(name) for name in read.namelist()}
    assert texts == {sold.xml, back.xml, freight.xml, cancelled.xml, cancel, unused}
