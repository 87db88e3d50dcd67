"""What could not be read is read again once it can be; nothing else is touched and nothing is asked."""

from dataclasses import replace

from support.consultas import Loja, rows
from support.sefaz import EMPRESA, OUTRA

from core.caller import Caller
from flows.documentos.owners import owner
from flows.empresas.managing import criar
from flows.sefaz.inicio import iniciar
from flows.sefaz.pedidos import Pedido, pedir_chaves, pedir_nsu
from flows.sefaz.reprocesso import MOST, ilegiveis, reprocessar
from flows.usuarios import managing as usuarios
from flows.usuarios.finding import caller_of
from sandbox.documentos.comum import Pessoa
from sandbox.documentos.notas import nota
from sandbox.sefaz import comprimido
from storage.models.documentos import Documento
from storage.models.empresas import Empresa
from storage.models.sefaz import DocumentoDistribuido
from storage.session import transaction

KNOWN, UNKNOWN = "resNFe_v1.01.xsd", "resOutra_v9.99.xsd"


def publish(minha: Loja, quantas: int = 1) -> None:
    """Give the company notes under a schema that nobody knows."""
    serie = minha.server.comecar(EMPRESA)
    for _ in range(quantas):
        minha.server.emitir(EMPRESA)
        kept = serie.documentos[serie.max_nsu]
        serie.documentos[serie.max_nsu] = type(kept)(kept.nsu, UNKNOWN, kept.conteudo, kept.em)


def learn() -> None:
    """Give what is kept the name of a kind that is known, as to a newer version every one of them is."""
    with transaction() as db:
        db.query(DocumentoDistribuido).filter_by(schema=UNKNOWN).update({"schema": KNOWN})


def again(minha: Loja, caller: Caller | None = None) -> list[tuple[int | None, str]]:
    some = [reprocessar(one, minha.lugar.clock) for one in ilegiveis(caller or caller_of("ana"))]
    return [(one.nsu, one.resultado) for each in some for one in each]


def test_what_is_still_unknown_stays_as_it_is(minha: Loja) -> None:
    publish(minha)
    minha.consultar()
    assert again(minha) == [(1, "erro")]
    (after,) = rows(DocumentoDistribuido)
    assert (after.resultado, after.chave, minha.chaves) == ("erro", None, set())
    assert "não é conhecido" in str(after.motivo)


def test_what_can_be_read_by_now_is_stored_and_its_bytes_are_kept_no_more(minha: Loja) -> None:
    publish(minha, 2)
    minha.server.publicar(EMPRESA, "nfe", KNOWN, b"isto nao e gzip", cru=True)
    minha.receber(1)
    minha.consultar()
    calls = len(minha.server.pedidos)
    learn()
    assert again(minha) == [(1, "novo"), (2, "novo"), (3, "erro")]
    assert again(minha) == [(3, "erro")]
    assert minha.chaves == set(minha.server.notas)
    with transaction() as db:
        left = {one.nsu for one in db.query(DocumentoDistribuido) if one.bruto is not None}
    assert (left, len(minha.server.pedidos)) == ({3}, calls)
    (company,) = rows(Empresa)
    assert {one.empresa_id for one in rows(Documento)} == {company.id}


def test_it_is_read_for_its_own_company_and_only_for_who_may_see_it(minha: Loja) -> None:
    publish(minha)
    minha.consultar()
    learn()
    usuarios.criar("bia")
    criar(OUTRA, uf="SP", caller=caller_of("bia"))
    assert again(minha, caller_of("bia")) == []
    assert list(ilegiveis(empresa_id=owner("bia", OUTRA).empresa_id)) == []
    assert list(ilegiveis(empresa_id=minha.dono.empresa_id)) == [[1]]
    assert again(minha) == [(1, "novo")]


def test_a_note_that_is_no_clean_utf_8_is_imported_as_from_a_folder(minha: Loja) -> None:
    made = nota(7, destinatario=Pessoa(EMPRESA, "Padaria São João"), ambiente=2)
    minha.server.comecar(EMPRESA)
    minha.server.publicar(EMPRESA, "nfe", "procNFe_v4.00.xsd", made.texto.encode("cp1252"))
    assert minha.consultar().total_erros == 0
    assert (minha.chaves, again(minha)) == ({made.chave}, [])


def test_one_that_was_thrown_back_for_its_encoding_is_read_by_now(minha: Loja) -> None:
    made = nota(7, destinatario=Pessoa(EMPRESA, "Padaria São João"), ambiente=2)
    minha.consultar()
    kept = {"serie_id": minha.serie.id, "schema": "procNFe_v4.00.xsd", "resultado": "erro", "nsu": 1}
    with transaction() as db:
        raw = comprimido(made.texto.encode("cp1252"))
        when = minha.lugar.clock.now()
        db.add(DocumentoDistribuido(**kept, recebido_em=when, bruto=raw, motivo="o documento não é XML"))
    assert again(minha) == [(1, "novo")]
    assert minha.chaves == {made.chave}


def test_two_answers_by_key_are_kept_once(minha: Loja) -> None:
    minha.receber(1)
    chave = next(iter(minha.server.notas))
    list(pedir_chaves(minha.dono, [chave], minha.lugar.clock))
    minha.completar()
    with transaction() as db:
        row = db.query(DocumentoDistribuido).one()
        raw = minha.server.notas[chave].resumo()
        values = {"serie_id": row.serie_id, "schema": KNOWN, "resultado": "erro", "recebido_em": row.recebido_em}
        db.add(DocumentoDistribuido(**values, bruto=raw, motivo="x"))
    assert again(minha) == [(None, "repetido")]
    assert [(one.chave, one.resultado) for one in rows(DocumentoDistribuido)] == [(chave, "novo"), (None, "repetido")]


def test_much_is_read_some_at_a_time(minha: Loja) -> None:
    minha.consultar()
    with transaction() as db:
        kept = {
            "serie_id": minha.serie.id,
            "schema": UNKNOWN,
            "resultado": "erro",
            "recebido_em": minha.lugar.clock.now(),
        }
        db.add_all(DocumentoDistribuido(**kept, nsu=nsu, bruto=b"<a/>", motivo="x") for nsu in range(1, MOST + 3))
    assert [len(one) for one in ilegiveis()] == [MOST, 2]


def test_what_came_broken_is_asked_for_again_by_its_number(minha: Loja) -> None:
    """No reading helps what was damaged on its way; the service has it whole."""
    minha.receber(3)
    serie = minha.server.serie(EMPRESA)
    whole = serie.documentos[2]
    serie.documentos[2] = replace(whole, conteudo=whole.conteudo[:40])
    assert minha.consultar().total_erros == 1
    assert pedir_nsu(minha.dono, "nfe", 2, minha.lugar.clock) is Pedido.ANOTADO
    assert (minha.completar().perguntas, again(minha)) == (1, [(2, "erro")])
    serie.documentos[2] = whole
    assert pedir_nsu(minha.dono, "nfe", 2, minha.lugar.clock) is Pedido.ANOTADO
    minha.completar()
    assert (again(minha), minha.chaves) == ([], set(minha.server.notas))
    assert pedir_nsu(minha.dono, "nfe", 2, minha.lugar.clock) is Pedido.JA_TEMOS


def test_a_page_that_comes_once_more_mends_what_was_broken_in_it(minha: Loja) -> None:
    minha.receber(3)
    serie = minha.server.serie(EMPRESA)
    whole = serie.documentos[2]
    serie.documentos[2] = replace(whole, conteudo=b"nada")
    minha.consultar()
    serie.documentos[2], serie.ult_nsu, serie.descansa_ate = whole, 0, None
    minha.passa(3780)
    iniciar(minha.dono, "nfe", 0, minha.lugar.clock, voltar=True)
    assert minha.consultar().total_importados == 1
    assert (sorted(one or 0 for one in minha.nsus), again(minha)) == ([1, 2, 3], [])
    assert minha.chaves == set(minha.server.notas)
