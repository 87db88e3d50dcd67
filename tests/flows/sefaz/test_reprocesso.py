"""What could not be read is read again once it can be; nothing else is touched and nothing is asked."""

from support.consultas import Loja, rows
from support.sefaz import EMPRESA, OUTRA

from core.caller import Caller
from flows.documentos.owners import owner
from flows.empresas.managing import criar
from flows.sefaz.pedidos import pedir_chaves
from flows.sefaz.reprocesso import MOST, ilegiveis, reprocessar
from flows.usuarios import managing as usuarios
from flows.usuarios.finding import caller_of
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
