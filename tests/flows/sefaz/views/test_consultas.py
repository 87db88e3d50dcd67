"""Consultations as people see them: whose, in which order, with which figures."""

from collections.abc import Iterable
from datetime import timedelta

import pytest
from support.numeracao import Numeracao, add, after, change, numeracao
from support.sefaz import FILIAL, INICIO

from core.caller import OPERATOR, Caller
from core.errors import NotFound, UsageError
from flows.documentos.listagem import Pagina
from flows.sefaz.views import consultas
from flows.sefaz.views.consultas import ConsultaView, Estatisticas
from flows.usuarios.finding import caller_of
from storage.models.documentos import Documento
from storage.models.empresas import Empresa, dono
from storage.models.sefaz import ConsultaSEFAZ, DocumentoDistribuido, EstadoConsulta
from storage.session import reading


@pytest.fixture
def mine(sqlite: str) -> Numeracao:
    return numeracao()


def made(of: Numeracao, *, minutes: float = 0, **more: object) -> int:
    """Add a consultation; return its number."""
    columns = {"status": EstadoConsulta.CONCLUIDA, "tipo_documento": "NFE", "log_detalhado": ""} | more
    day = INICIO.date()
    window = {"data_inicio": day - timedelta(days=7), "data_fim": day}
    named = {"serie_id": of.serie_id, "certificado_id": of.quem.certificado_id}
    return add(ConsultaSEFAZ(**named, **window, data_consulta=after(minutes), **columns))[0]


def ids(found: Iterable[ConsultaView]) -> list[int]:
    return [one.id for one in found]


def test_one_says_whose_it_is_and_what_became_of_it(mine: Numeracao) -> None:
    number = made(
        mine,
        status=EstadoConsulta.ERRO,
        mensagem_erro="108: parado",
        data_conclusao=after(1),
        total_encontrados=5,
        total_importados=3,
        total_erros=2,
    )
    (found,) = consultas.consultas()
    assert found == ConsultaView(
        id=number,
        empresa="11.222.333/0001-81",
        usuario="ana",
        certificado="Matriz",
        tipo_documento="NFE",
        data_inicio=INICIO.date() - timedelta(days=7),
        data_fim=INICIO.date(),
        status="ERRO",
        data_consulta=INICIO,
        data_conclusao=after(1),
        total_encontrados=5,
        total_importados=3,
        total_erros=2,
        mensagem_erro="108: parado",
    )


def test_one_of_the_operator_s_company_has_no_user(mine: Numeracao) -> None:
    change(Empresa, mine.quem.empresa_id, usuario_id=None, dono=dono(None))
    made(mine)
    assert [one.usuario for one in consultas.consultas()] == [None]
    assert ids(consultas.consultas(caller=caller_of("ana"))) == []


def test_they_come_the_newest_first_of_one_company_if_asked_and_only_to_who_may_see_them(mine: Numeracao) -> None:
    other = numeracao(FILIAL, "bia")
    first, theirs, last = made(mine), made(other), made(mine)
    assert ids(consultas.consultas()) == [last, theirs, first]
    assert ids(consultas.consultas("11.222.333/0002-62")) == [theirs]
    assert ids(consultas.consultas(FILIAL, caller=caller_of("ana"))) == []
    assert ids(consultas.consultas(caller=caller_of("ana"))) == [last, first]
    page = consultas.consultas(limite=2)
    assert (ids(page), ids(consultas.consultas(depois=int(page.depois or 0)))) == ([last, theirs], [first])


def test_a_page_by_its_number_is_of_one_status_and_kind_in_either_spelling(mine: Numeracao) -> None:
    cte = made(mine, tipo_documento="CTE", minutes=9)
    bad, good = made(mine, status=EstadoConsulta.ERRO, minutes=5), made(mine, minutes=1)
    assert ids(consultas.pagina()) == [cte, bad, good]
    assert ids(consultas.pagina("erro")) == ids(consultas.pagina("ERRO")) == [bad]
    assert ids(consultas.pagina(tipo="cte")) == [cte]
    assert ids(consultas.pagina("concluida", "nfe")) == [good]
    assert ids(consultas.pagina("nada")) == []
    assert consultas.pagina(caller=Caller(99)).count == 0


def test_a_page_by_its_number_may_be_turned_around_by_its_date_alone(mine: Numeracao) -> None:
    late, early = made(mine, minutes=9), made(mine, minutes=1)
    assert ids(consultas.pagina(pagina=Pagina(ordering="data_consulta"))) == [early, late]
    assert ids(consultas.pagina(pagina=Pagina(ordering="-data_consulta"))) == [late, early]
    with pytest.raises(UsageError):
        consultas.pagina(pagina=Pagina(ordering="status"))


@pytest.mark.parametrize("number", [2, 0, -1, 2**63, 2**70, -(2**70)])
def test_one_that_is_not_there_is_told_and_the_list_named(mine: Numeracao, number: int) -> None:
    made(mine)
    with pytest.raises(NotFound, match=f"consulta {number}") as told:
        consultas.mostrar(number)
    assert told.value.veja == "consultas"


def test_another_user_s_is_not_there(mine: Numeracao) -> None:
    number = made(mine)
    with reading() as db:
        assert [consultas.seen(db, number, one) for one in (OPERATOR, caller_of("ana"), Caller(99))] == [
            True,
            True,
            False,
        ]
        assert not consultas.seen(db, number + 1, OPERATOR)
    with pytest.raises(NotFound):
        consultas.mostrar(number, Caller(99))


def arrived(of: Numeracao, consulta: int, chave: str | None, **document: object) -> None:
    """Let a document arrive; with columns it is in the store, too."""
    kept = None
    if document:
        columns = {"especie": "nfe", "modelo": "55", "situacao": "autorizada", "papeis": ""} | document
        owner = {"dono": dono(of.quem.usuario_id, of.quem.empresa_id), "empresa_id": of.quem.empresa_id}
        (kept,) = add(
            Documento(chave=chave, **owner, **columns, data_importacao=INICIO, atualizado_em=INICIO, busca="")
        )
    add(
        DocumentoDistribuido(
            serie_id=of.serie_id,
            chave=chave,
            schema="procNFe_v4.00.xsd",
            resultado="novo" if kept else "erro",
            documento_id=kept,
            consulta_id=consulta,
            recebido_em=INICIO,
        )
    )


def test_its_figures_count_what_is_whole_and_each_role_and_what_was_not_read(mine: Numeracao) -> None:
    number, other = made(mine, log_detalhado="página 1: 138"), made(mine)
    arrived(mine, number, "1" * 44, completo=True, papeis="DESTINATARIO,TRANSPORTADOR")
    arrived(mine, number, "2" * 44, completo=True)
    arrived(mine, number, "3" * 44, completo=False)
    arrived(mine, number, None)
    arrived(mine, other, "4" * 44, completo=True, papeis="EMITENTE")
    found = consultas.mostrar(number)
    figures = found.estatisticas
    assert (figures.total, figures.importados, figures.pendentes) == (4, 2, 2)
    assert {role: count for role, count in figures.papeis.items() if count} == {"DESTINATARIO": 2, "TRANSPORTADOR": 1}
    assert found.log_detalhado == "página 1: 138"
    assert found.consulta.id == number


def test_one_that_brought_nothing_has_figures_of_zero_for_every_role(mine: Numeracao) -> None:
    found = consultas.mostrar(made(mine)).estatisticas
    assert found == Estatisticas(0, 0, 0, found.papeis)
    assert set(found.papeis.values()) == {0}
    assert {"EMITENTE", "DESTINATARIO", "TOMADOR"} <= set(found.papeis)
