"""The list of CT-e, one of them, and documents of any kind."""

from datetime import timedelta

import pytest
from support import acervo
from support.acervo import ISSUED, frete, guardar, nota

from core.caller import Caller
from core.documentos.conteudo import Arquivado, Cupom, Especie
from core.errors import NotFound, UsageError
from flows.documentos.filtro import Filtro
from flows.documentos.listagem import Pagina
from flows.documentos.views import cte, documentos


def test_every_kind_of_cte_is_listed_newest_first(banco: str) -> None:
    for number, especie in enumerate((Especie.CTE, Especie.CTE_OS, Especie.CTE_SIMPLIFICADO), start=1):
        guardar(frete(number, especie=especie, data_emissao=ISSUED + timedelta(hours=number)))
    guardar(nota(4))
    found = cte.listar()
    assert [one.numero_ct for one in found] == ["3", "2", "1"]
    assert (found.itens[0].municipio_inicio, found.itens[0].status_cte) == ("Santos", "100")
    assert [one.numero_ct for one in cte.listar(pagina=Pagina(ordering="numero_ct"))] == ["1", "2", "3"]
    assert cte.listar(Filtro(search="agil")).count == 3


def test_one_cte_is_told_whole(banco: str) -> None:
    ana, bia = acervo.usuario("ana"), acervo.usuario("bia")
    number = guardar(frete(1), de=ana)
    campos = cte.mostrar(number, Caller(ana)).campos
    assert (campos["numero_ct"], campos["status_cte"], campos["uf_fim"], campos["valor_carga"].as_tuple().exponent) == (
        "1",
        "100",
        "SP",
        -2,
    )
    for caller, wanted in ((Caller(bia), number), (Caller(ana), number + 1)):
        with pytest.raises(NotFound):
            cte.mostrar(wanted, caller)


def test_a_summary_of_a_cte_is_listed_without_its_towns(banco: str) -> None:
    guardar(frete(1), completo=False)
    assert [(one.numero_ct, one.municipio_inicio) for one in cte.listar()] == [("1", None)]


def test_documents_of_any_kind_are_listed_and_shown_by_their_key(banco: str) -> None:
    ana, bia = acervo.usuario("ana"), acervo.usuario("bia")
    guardar(nota(1), de=ana)
    guardar(frete(2), de=ana)
    guardar(Cupom(especie=Especie.CFE, chave=acervo.chave(3, modelo="59"), modelo="59", numero=3), de=ana)
    guardar(Arquivado(especie=Especie.MDFE, chave=acervo.chave(4, modelo="58"), modelo="58"), de=bia)
    assert [one.especie for one in documentos.listar()] == ["mdfe", "cfe", "cte", "nfe"]
    assert [one.especie for one in documentos.listar(caller=Caller(ana), limite=2)] == ["cfe", "cte"]
    first = documentos.listar(caller=Caller(ana), limite=2)
    assert isinstance(first.depois, int)
    assert [one.especie for one in documentos.listar(caller=Caller(ana), depois=first.depois)] == ["nfe"]
    assert [one.numero for one in documentos.listar(especie="cte")] == ["2"]
    with pytest.raises(UsageError):
        documentos.listar(especie="carta")
    grouped = " ".join(nota(1).chave[at : at + 4] for at in range(0, 44, 4))
    assert documentos.mostrar(grouped, caller=Caller(ana)).campos["numero_nf"] == "1"
    for caller, key in ((Caller(bia), nota(1).chave), (Caller(ana), "1" * 44), (Caller(ana), "x\x00" * 99)):
        with pytest.raises(NotFound):
            documentos.mostrar(key, caller=caller)


def test_of_several_copies_the_whole_one_is_shown(banco: str) -> None:
    ana = acervo.usuario("ana")
    whole = guardar(nota(1), de=ana)
    company = acervo.empresa(acervo.MERCADO, ana)
    guardar(nota(1), de=ana, empresa=company, completo=False)
    assert documentos.mostrar(nota(1).chave, caller=Caller(ana)).id == whole
    assert documentos.mostrar(nota(1).chave, Filtro(empresa=acervo.MERCADO), Caller(ana)).id != whole
