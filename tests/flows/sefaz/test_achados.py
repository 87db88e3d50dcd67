"""What a consultation brought: listed, added up, exported, and what is pending of it taken in.

docs/reference/contracts/integracoes.md §1.6, §1.7, §4.52 to §4.55.
"""

import io
import zipfile
from decimal import Decimal

import pytest
from sqlalchemy import update
from support.consultas import Loja, rows
from support.sefaz import EMPRESA, FILIAL

from core.caller import OPERATOR, Caller
from core.documentos.leitor import ler_documentos
from core.errors import Conflict, NotFound
from flows.documentos.entries import Entrada
from flows.documentos.owners import owner
from flows.documentos.storing import store
from flows.empresas.managing import criar
from flows.sefaz import exportacao, importacao
from flows.sefaz.views import consultas, documentos
from flows.usuarios import managing as usuarios
from flows.usuarios.finding import caller_of
from sandbox.documentos.comum import DESTINATARIO, Pessoa
from sandbox.documentos.conhecimentos import conhecimento
from sandbox.documentos.notas import nota
from sandbox.sefaz import Nota
from sandbox.sefaz.textos import FORNECEDOR
from storage.models.sefaz import ConsultaSEFAZ, DocumentoDistribuido
from storage.session import transaction

AQUI = Pessoa(EMPRESA, "Padaria")


@pytest.fixture
def ana(minha: Loja) -> Caller:
    return caller_of("ana")


def whole(minha: Loja, number: int, **said: Pessoa) -> str:
    """Let a whole NF-e come; return its key."""
    made = nota(number, emitente=FORNECEDOR, **said)
    minha.server.publicar(EMPRESA, "nfe", "procNFe_v4.00.xsd", made.xml)
    return made.chave


def asked(minha: Loja, servico: str = "nfe") -> int:
    """Consult; return the number of the consultation."""
    minha.consultar(servico)
    return rows(ConsultaSEFAZ)[-1].id


def test_consultations_are_listed_with_their_figures_the_newest_first(minha: Loja, ana: Caller) -> None:
    minha.receber(2)
    numbers = [asked(minha), asked(minha, "cte")]
    found = consultas.consultas(caller=ana).itens
    assert [one.id for one in found] == numbers[::-1]
    assert (found[1].empresa, found[1].certificado, found[1].tipo_documento) == ("11.222.333/0001-81", "Matriz", "NFE")
    assert (found[1].status, found[1].total_encontrados) == ("CONCLUIDA", 2)
    page = consultas.consultas(EMPRESA, limite=1, caller=ana)
    assert [one.id for one in consultas.consultas(depois=int(page.depois or 0), caller=ana)] == numbers[:1]
    assert consultas.consultas(FILIAL, caller=ana).itens == ()


def test_documents_stand_under_every_role_of_the_company(minha: Loja, ana: Caller) -> None:
    minha.server.comecar(EMPRESA)
    bought = whole(minha, 1, destinatario=AQUI)
    carried = whole(minha, 2, transportador=AQUI)
    both = whole(minha, 3, destinatario=AQUI, transportador=Pessoa(FILIAL, "Padaria"))
    third = whole(minha, 4, autorizados=(AQUI,))  # type: ignore[arg-type]
    summary = minha.server.emitir(EMPRESA).chave
    number = asked(minha)
    found = documentos.por_papel(documentos.todos(number, ana))
    assert {role: [one.chave_acesso for one in listed] for role, listed in found.items()} == {
        "DESTINATARIO": [bought, both, summary],
        "TRANSPORTADOR": [carried, both],
        "": [third],
    }
    figures = consultas.mostrar(number, ana).estatisticas
    assert (figures.total, figures.importados, figures.pendentes) == (5, 4, 1)
    assert {role: count for role, count in figures.papeis.items() if count} == {"DESTINATARIO": 3, "TRANSPORTADOR": 2}
    assert set(figures.papeis) >= {"EMITENTE", "REMETENTE", "EXPEDIDOR", "RECEBEDOR", "TOMADOR"}


def test_a_document_tells_what_it_says_and_what_became_of_it(minha: Loja, ana: Caller) -> None:
    minha.server.comecar(EMPRESA)
    key = whole(minha, 7, destinatario=AQUI)
    summary = minha.server.emitir(EMPRESA)
    minha.server.publicar(EMPRESA, "nfe", "procNFe_v4.00.xsd", b"nada", cru=True)
    full, short, broken = documentos.documentos(asked(minha), caller=ana).itens
    assert (full.chave_acesso, full.numero, full.serie, full.valor_total) == (key, "7", "1", Decimal("100.00"))
    assert (full.emit_nome, full.dest_cnpj, full.papeis) == ("Fornecedor de Exemplo Ltda", EMPRESA, ("DESTINATARIO",))
    assert (full.xml_baixado, full.importado, full.pendencia) == (True, True, None)
    assert full.data_importacao == minha.lugar.clock.now()
    assert (short.chave_acesso, short.xml_baixado, short.importado) == (summary.chave, False, False)
    assert (short.pendencia, short.data_importacao) == ("só o resumo chegou", None)
    assert (broken.chave_acesso, broken.xml_baixado, broken.importado) == (None, True, False)
    assert broken.pendencia == "ilegível: o conteúdo não é gzip"


def test_each_key_is_there_once_and_events_are_no_documents(minha: Loja, ana: Caller) -> None:
    minha.server.comecar(EMPRESA)
    issued: Nota = minha.server.emitir(EMPRESA)
    minha.server.cancelar(issued)
    minha.server.publicar(EMPRESA, "nfe", "procNFe_v4.00.xsd", issued.feita.xml)
    number = asked(minha)
    (one,) = documentos.documentos(number, caller=ana).itens
    assert (one.chave_acesso, one.importado) == (issued.chave, True)
    detail = consultas.mostrar(number, ana)
    assert (detail.consulta.total_encontrados, detail.estatisticas.total) == (3, 1)
    assert "página 1" in detail.log_detalhado


def test_long_lists_come_in_pages(minha: Loja, ana: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    minha.receber(5)
    number = asked(minha)
    page = documentos.documentos(number, limite=2, caller=ana)
    rest = documentos.documentos(number, depois=int(page.depois or 0), limite=5, caller=ana)
    assert (len(page.itens), len(rest.itens), rest.depois) == (2, 3, None)
    monkeypatch.setattr(documentos, "LARGEST", 2)
    assert [one.id for one in documentos.todos(number, ana)] == [one.id for one in (*page, *rest)]


def test_what_is_another_user_s_does_not_exist(minha: Loja) -> None:
    minha.receber(1)
    number = asked(minha)
    usuarios.criar("bia")
    bia = caller_of("bia")
    arrived = rows(DocumentoDistribuido)[0].id
    assert consultas.consultas(caller=bia).itens == ()
    for refused in (
        lambda: consultas.mostrar(number, bia),
        lambda: documentos.documentos(number, caller=bia),
        lambda: list(importacao.importar_consulta(number, bia)),
        lambda: importacao.importar_documento(arrived, bia),
        lambda: exportacao.exportar_csv(io.StringIO(), number, bia),
        lambda: exportacao.exportar_zip(io.BytesIO(), number, bia),
        lambda: consultas.mostrar(2**70, OPERATOR),
        lambda: importacao.importar_documento(2**70, OPERATOR),
    ):
        with pytest.raises(NotFound):
            refused()


def test_texts_are_exported_by_kind_and_key(minha: Loja, ana: Caller) -> None:
    minha.server.comecar(EMPRESA)
    minha.server.comecar(EMPRESA, "cte")
    key = whole(minha, 1, destinatario=AQUI)
    minha.server.emitir(EMPRESA)
    freight = conhecimento(1, remetente=FORNECEDOR, destinatario=AQUI)
    minha.server.publicar(EMPRESA, "cte", "procCTe_v4.00.xsd", freight.xml)
    for number, name, content, missing in (
        (asked(minha), f"NFe/{key}.xml", nota(1, emitente=FORNECEDOR, destinatario=AQUI).xml, 1),
        (asked(minha, "cte"), f"CTe/{freight.chave}.xml", freight.xml, 0),
    ):
        file = io.BytesIO()
        done = exportacao.exportar_zip(file, number, ana)
        with zipfile.ZipFile(file) as archive:
            assert {one: archive.read(one) for one in archive.namelist()} == {name: content}
        assert (done.documentos, done.sem_texto, done.bytes) == (1, missing, len(file.getvalue()))


def test_a_line_for_each_document(minha: Loja, ana: Caller) -> None:
    minha.server.comecar(EMPRESA)
    whole(minha, 7, destinatario=AQUI)
    minha.server.emitir(EMPRESA)
    text = io.StringIO()
    assert exportacao.exportar_csv(text, asked(minha), ana) == 2
    titles, full, short = text.getvalue().lstrip("\ufeff").splitlines()
    assert titles.startswith("Número;Série;Emissão;CNPJ do emitente")
    assert full.startswith("7;1;15/01/2026 10:30:00;55.666.777/0001-81;Fornecedor de Exemplo Ltda;11.222.333/0001-81;")
    assert ";100,00;DESTINATARIO;sim;sim;26/11/2026 09:00:00;;" in full
    assert ";DESTINATARIO;não;não;;só o resumo chegou;" in short


def test_a_recipient_from_abroad_stands_in_the_line_as_in_the_document(minha: Loja, ana: Caller) -> None:
    minha.server.comecar(EMPRESA)
    made = nota(7, emitente=FORNECEDOR, transportador=AQUI).texto
    abroad = made.replace(DESTINATARIO.numero, "<idEstrangeiro>AB-12/é</idEstrangeiro>")
    minha.server.publicar(EMPRESA, "nfe", "procNFe_v4.00.xsd", abroad.encode())
    text = io.StringIO()
    assert exportacao.exportar_csv(text, asked(minha), ana) == 1
    assert f";AB-12/é;{DESTINATARIO.nome};" in text.getvalue()


def test_a_summary_is_made_whole_by_a_text_that_the_user_has_elsewhere(minha: Loja, ana: Caller) -> None:
    minha.server.comecar(EMPRESA)
    issued = minha.server.emitir(EMPRESA)
    number = asked(minha)
    arrived = rows(DocumentoDistribuido)[0].id
    (one,) = importacao.importar_consulta(number, ana)
    assert (one.importado, "ainda não chegou" in (one.motivo or "")) == (False, True)
    other = criar(issued.emitente.documento, caller=ana)
    assert other.usuario == "ana"
    have(issued, ana, issued.emitente.documento)
    done = importacao.importar_documento(arrived, ana, minha.lugar.clock)
    assert done.importado
    assert consultas.mostrar(number, ana).estatisticas.pendentes == 0
    with pytest.raises(Conflict, match="já está importado"):
        importacao.importar_documento(arrived, ana)
    assert list(importacao.importar_consulta(number, ana)) == []


def test_a_text_that_only_another_user_has_is_not_given(minha: Loja, ana: Caller) -> None:
    minha.server.comecar(EMPRESA)
    issued = minha.server.emitir(EMPRESA)
    number = asked(minha)
    usuarios.criar("bia")
    criar(issued.emitente.documento, caller=caller_of("bia"))
    have(issued, caller_of("bia"), issued.emitente.documento)
    assert [one.importado for one in importacao.importar_consulta(number, ana)] == [False]


def have(issued: Nota, caller: Caller, cnpj: str) -> None:
    """Let a user's company have the whole note."""
    name = "ana" if caller == caller_of("ana") else "bia"
    who = owner(name, cnpj)
    with transaction() as db:
        store(db, [Entrada(part, None, who.usuario_id, who.empresa_id) for part in ler_documentos(issued.feita.xml)])


def test_what_could_not_be_read_is_read_again(minha: Loja, ana: Caller) -> None:
    minha.server.comecar(EMPRESA)
    made = nota(1, emitente=FORNECEDOR, destinatario=AQUI)
    minha.server.publicar(EMPRESA, "nfe", "procNFe_v4.00.xsd", made.xml[:700])
    number = asked(minha)
    (one,) = importacao.importar_consulta(number, ana, minha.lugar.clock)
    assert (one.importado, one.motivo) == (False, "o documento não é XML")
    with transaction() as db:
        db.execute(update(DocumentoDistribuido).values(bruto=made.xml))
    (one,) = importacao.importar_consulta(number, ana, minha.lugar.clock)
    assert (one.importado, one.motivo) == (True, None)
    (listed,) = documentos.documentos(number, caller=ana)
    assert (listed.chave_acesso, listed.importado) == (made.chave, True)
