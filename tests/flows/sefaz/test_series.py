"""Whose a numbering is: one user's at a time, and the next one's when that company is in use no more."""

from collections.abc import Callable

import pytest
from support.consultas import Loja, rows
from support.sefaz import EMPRESA

from connectors.sefaz import servico
from core.errors import Conflict
from core.settings.sefaz import SefazSettings
from flows.certificados.keeping import Arquivo, guardar
from flows.documentos.owners import owner
from flows.empresas import managing as empresas
from flows.sefaz import encomendas, importacao
from flows.sefaz.avulsas import completar_para
from flows.sefaz.consultas import Consulta, consultar
from flows.sefaz.panorama import panorama
from flows.sefaz.pedidos import Pedido, pedir_chaves, pedir_nsu
from flows.sefaz.regras import Situacao
from flows.sefaz.reprocesso import ilegiveis, reprocessar
from flows.sefaz.series import EmConsulta
from flows.sefaz.vez import quem, take
from flows.sefaz.views import consultas
from flows.sefaz.views.lacunas import buscas, lacunas
from flows.sefaz.views.series import series
from flows.usuarios import managing as usuarios
from flows.usuarios.finding import caller_of
from storage.models.documentos import Documento
from storage.models.sefaz import ChamadaSEFAZ, DocumentoDistribuido, SerieNSU
from storage.session import transaction

REST = 3780.0
KNOWN, UNKNOWN = "resNFe_v1.01.xsd", "resOutra_v9.99.xsd"


@pytest.fixture
def bia(minha: Loja) -> Callable[[], Consulta]:
    """Another user registers the same company with the same certificate; consult it for her."""
    usuarios.criar("bia")
    empresas.criar(EMPRESA, uf="SP", caller=caller_of("bia"), clock=minha.lugar.clock)
    guardar(Arquivo(minha.lugar.pfx, minha.lugar.senha, EMPRESA, "bia", "De Bia"), minha.lugar.clock)
    clock = minha.lugar.clock
    return lambda: consultar(EMPRESA, "nfe", "bia", clock, clock.advance)


@pytest.mark.parametrize(
    "leave",
    [lambda: empresas.desativar(EMPRESA, caller_of("ana")), lambda: usuarios.desativar("ana")],
    ids=["company off", "user off"],
)
def test_a_numbering_goes_on_for_the_next_user_and_tells_nothing_of_the_one_before(
    minha: Loja, bia: Callable[[], Consulta], leave: Callable[[], object]
) -> None:
    minha.receber(2)
    minha.consultar()
    minha.passa(3780)
    with pytest.raises(Conflict, match="outro usuário"):
        bia()
    leave()
    minha.receber(1)
    assert bia().total_importados == 1
    assert [one.ult_nsu for one in rows(SerieNSU)] == [2, 3]
    assert [one.total_encontrados for one in consultas.consultas(caller=caller_of("bia"))] == [1]
    assert [(one.usuario, one.total_encontrados) for one in consultas.consultas()] == [("bia", 1), ("ana", 2)]
    assert len({one.usuario_id for one in rows(Documento)}) == 2


def left() -> None:
    empresas.desativar(EMPRESA, caller_of("ana"))


def unread(minha: Loja) -> None:
    """Let a note come under a schema that nobody knows."""
    minha.receber(1)
    serie = minha.server.serie(EMPRESA)
    kept = serie.documentos[serie.max_nsu]
    serie.documentos[serie.max_nsu] = type(kept)(kept.nsu, UNKNOWN, kept.conteudo, kept.em)


def learn() -> None:
    """Give what could not be read the name of a kind that is known."""
    with transaction() as db:
        db.query(DocumentoDistribuido).filter_by(schema=UNKNOWN).update({"schema": KNOWN})


def again(usuario: str, minha: Loja) -> list[str]:
    """Read again what a user has unread."""
    some = [reprocessar(one, minha.lugar.clock) for one in ilegiveis(caller_of(usuario))]
    return [one.resultado for each in some for one in each]


@pytest.fixture
def wanted(minha: Loja, bia: Callable[[], Consulta]) -> str:
    """Let ana want a key, a number and a consultation, and have a document that was not read; then bia goes on.

    Return the key.
    """
    unread(minha)
    minha.consultar()
    minha.receber(1)
    key = list(minha.server.notas)[-1]
    assert [one.resultado for one in pedir_chaves(minha.dono, [key], minha.lugar.clock)] == [Pedido.ANOTADO]
    assert pedir_nsu(minha.dono, "nfe", 9, minha.lugar.clock) is Pedido.ANOTADO
    encomendas.pedir(minha.dono, "nfe", clock=minha.lugar.clock)
    left()
    minha.passa(REST)
    assert bia().total_importados == 1
    return key


def test_the_next_user_sees_nothing_of_what_the_one_before_wanted_and_got(minha: Loja, wanted: str) -> None:
    hers = caller_of("bia")
    assert [*buscas(caller=hers), *lacunas(todas=True, caller=hers), *ilegiveis(hers)] == []
    assert [(one.id, one.total_encontrados) for one in consultas.consultas(caller=hers)] == [(3, 1)]
    (shown,) = panorama(hers).series
    assert (shown.faltam, shown.ilegiveis, shown.ult_nsu) == (0, 0, 2)
    assert [(one.usuario, one.faltam, one.ilegiveis) for one in series()] == [("bia", 0, 0)]


def test_nothing_that_the_one_before_wanted_is_asked_or_stored_for_the_next_user(minha: Loja, wanted: str) -> None:
    clock, dono = minha.lugar.clock, owner("bia", EMPRESA)
    assert completar_para(dono, "nfe", clock, clock.advance).perguntas == 0
    learn()
    assert again("bia", minha) == []
    assert pedir_nsu(dono, "nfe", 1, clock) is Pedido.ANOTADO
    assert pedir_nsu(dono, "nfe", 9, clock) is Pedido.ANOTADO
    assert [one.resultado for one in pedir_chaves(dono, [wanted], clock)] == [Pedido.ANOTADO]
    number = encomendas.pedir(dono, "nfe", clock=clock)
    assert consultas.mostrar(number, caller_of("bia")).consulta.status == "PENDENTE"


def test_what_was_wanted_goes_on_for_whoever_wanted_it_and_what_came_stays_theirs(minha: Loja, wanted: str) -> None:
    hers = caller_of("ana")
    assert [(one.chave, one.estado) for one in buscas(caller=hers)] == [(wanted, "pendente")]
    assert [one.status for one in consultas.consultas(caller=hers)] == ["ERRO", "CONCLUIDA"]
    empresas.ativar(EMPRESA, hers)
    empresas.desativar(EMPRESA, caller_of("bia"))
    minha.passa(REST)
    minha.receber(1)
    minha.consultar()
    assert [one.ult_nsu for one in rows(SerieNSU)] == [3, 2]
    assert minha.completar().perguntas == 2
    assert [one.estado for one in buscas(caller=hers)] == ["encontrada"]
    learn()
    assert again("ana", minha) == ["novo"]
    first, second, third = minha.server.notas
    assert {(one.usuario_id, one.chave) for one in rows(Documento)} == {
        *((minha.dono.usuario_id, key) for key in (first, second, third)),
        (owner("bia").usuario_id, second),
    }


def test_what_is_imported_of_an_old_consultation_is_stored_for_whoever_it_was_made_for(
    minha: Loja, bia: Callable[[], Consulta]
) -> None:
    unread(minha)
    minha.consultar()
    left()
    minha.passa(REST)
    bia()
    learn()
    (arrived,) = rows(DocumentoDistribuido)
    refused = importacao.importar_documento(arrived.id, caller_of("ana"), minha.lugar.clock)
    assert (refused.importado, "desativada" in (refused.motivo or "")) == (False, True)
    assert rows(Documento) == []
    empresas.ativar(EMPRESA, caller_of("ana"))
    assert importacao.importar_documento(arrived.id, caller_of("ana"), minha.lugar.clock).importado
    assert [one.usuario_id for one in rows(Documento)] == [minha.dono.usuario_id]


def test_a_numbering_goes_on_only_once_nobody_is_asking(minha: Loja, bia: Callable[[], Consulta]) -> None:
    clock, settings = minha.lugar.clock, SefazSettings.current()
    minha.receber(1)
    with transaction() as db:
        vez, _ = take(db, quem(minha.dono, settings, clock.now()), servico("nfe"), settings, clock.now())
    left()
    assert bia().situacao is Situacao.OCUPADA
    with pytest.raises(EmConsulta, match="em consulta agora"):
        pedir_nsu(owner("bia", EMPRESA), "nfe", 1, clock)
    with transaction() as db:
        db.get_one(SerieNSU, vez.serie_id).ult_nsu = 1
        assert vez.let_go(db, clock.now())
    minha.receber(1)
    assert bia().total_importados == 1


def test_what_the_service_counts_it_counts_whoever_asks(minha: Loja, bia: Callable[[], Consulta]) -> None:
    clock = minha.lugar.clock
    minha.consultar()
    left()
    assert bia().situacao is Situacao.DESCANSANDO
    empresas.ativar(EMPRESA, caller_of("ana"))
    for number in range(1, 21):
        pedir_nsu(minha.dono, "nfe", number, clock)
    assert minha.completar().perguntas == 20
    left()
    minha.passa(3000)
    pedir_nsu(owner("bia", EMPRESA), "nfe", 30, clock)
    assert completar_para(owner("bia", EMPRESA), "nfe", clock, clock.advance).situacao is Situacao.ESGOTADA
    minha.passa(REST)
    assert bia().aviso is None, "it is not the first question of this CNPJ"
    assert {one.serie_id for one in rows(ChamadaSEFAZ)} == {one.id for one in rows(SerieNSU)}
