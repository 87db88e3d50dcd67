"""The list of NF-e and one of them: whose, in which order, by which words, page by page."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import update
from support import acervo
from support.acervo import BRASILIA, ISSUED, MERCADO, PADARIA, guardar, nota

from core.caller import OPERATOR, Caller
from core.documentos.conteudo import Laco, Papel
from core.errors import NotFound, PlatformError, UsageError
from core.page import Counted
from flows.documentos import listagem, textos
from flows.documentos.filtro import Filtro
from flows.documentos.listagem import Pagina
from flows.documentos.views import nfe
from storage.models.documentos import Documento
from storage.session import transaction


def numbers(page: Counted[nfe.NFeRow]) -> list[str | None]:
    return [one.numero_nf for one in page]


def listed(caller: Caller = OPERATOR, *, pagina: Pagina = listagem.PRIMEIRA, **filtro: Any) -> list[str | None]:
    return numbers(nfe.listar(Filtro(**filtro), pagina, caller))


def test_a_user_meets_only_what_is_his(banco: str) -> None:
    ana, bia = acervo.usuario("ana"), acervo.usuario("bia")
    hers, other, nobodys = guardar(nota(1), de=ana), guardar(nota(2), de=bia), guardar(nota(3))
    assert listed(Caller(ana)) == ["1"]
    assert listed(Caller(bia)) == ["2"]
    assert sorted(listed() or []) == ["1", "2", "3"]
    assert nfe.mostrar(hers, Caller(ana)).campos["numero_nf"] == "1"
    assert {nfe.mostrar(one).id for one in (hers, other, nobodys)} == {hers, other, nobodys}
    refusals = []
    for number in (other, nobodys, 999_999, -1, 2**70):
        for look in (nfe.mostrar, textos.nfe, textos.documento):
            with pytest.raises(NotFound) as caught:
                look(number, Caller(ana))
            refusals.append((look, str(caught.value).replace(str(number), "N")))
    assert len(set(refusals)) == 3
    assert textos.nfe(hers, Caller(ana)) == f"<x>{nota(1).chave}</x>".encode()


def test_the_row_has_the_contract_s_fields_in_the_document_s_own_offset(banco: str) -> None:
    guardar(nota(7, data_emissao=datetime(2026, 11, 3, 23, 30, tzinfo=BRASILIA)))
    (row,) = nfe.listar()
    assert (row.numero_nf, row.serie, row.status_nfe, row.valor_total) == ("7", "1", "100", Decimal("10.00"))
    assert row.data_emissao is not None
    assert row.data_emissao.isoformat() == "2026-11-03T23:30:00-03:00"


def test_numbers_are_ordered_as_numbers_and_dates_newest_first(banco: str) -> None:
    for place, numero in enumerate((9, 100, 20)):
        guardar(nota(numero, valor_total=Decimal(3 - place), data_emissao=ISSUED + timedelta(days=place)))
    guardar(nota(5, valor_total=None, data_emissao=None), quando=ISSUED - timedelta(days=9))
    assert listed() == ["20", "100", "9", "5"]
    for ordering, order in {
        "data_emissao": ["5", "9", "100", "20"],
        "numero_nf": ["5", "9", "20", "100"],
        "-numero_nf": ["100", "20", "9", "5"],
        "valor_total": ["5", "20", "100", "9"],
        "-valor_total": ["9", "100", "20", "5"],
    }.items():
        assert listed(pagina=Pagina(ordering=ordering)) == order
        # the same through keys, one row a page
        seen, after = [], None
        while True:
            page = nfe.listar(pagina=Pagina(ordering=ordering, limit=1, depois=after))
            seen += numbers(page)
            after = page.depois
            if after is None:
                break
        assert seen == order


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("sao joao", ["1"]),
        ("SÃO JOÃO", ["1"]),
        ("100%", ["2"]),
        ("%", ["2"]),
        ("_", ["3"]),
        ("\\", ["4"]),
        ("a_b", ["3"]),
        ("12.ABC.345/01DE", ["4"]),
        ("3526 1112 3456", ["3", "2", "1"]),
        (acervo.chave(2), ["2"]),
        ("nada disso", []),
        ("x' OR '1'='1", []),
        ("\x00", ["4", "3", "2", "1"]),
        ("", ["4", "3", "2", "1"]),
    ],
)
def test_words_are_looked_for_literally(banco: str, search: str, found: list[str]) -> None:
    names = ("Padaria São João", "Loja 100% Legal", "Casa A_B", "Barra \\ Invertida")
    for place, name in enumerate(names, start=1):
        cnpj = MERCADO if place == 4 else PADARIA
        guardar(nota(place, emit_nome=name, dest_nome=None, emit_cnpj=cnpj), quando=ISSUED + timedelta(hours=place))
    assert listed(search=search) == found


@pytest.mark.parametrize(
    ("filtro", "found"),
    [
        ({"cnpj": PADARIA}, {"1", "2"}),
        ({"cnpj": "12.ABC.345/01DE-35"}, {"3"}),
        ({"cnpj": "00000000000000"}, set()),
        ({"data_inicio": "2026-11-01"}, {"2", "3"}),
        ({"data_fim": "2026-10-31"}, {"1"}),
        ({"data_inicio": "2026-10-31", "data_fim": "2026-10-31"}, {"1"}),
        ({"data_fim": "2026-11-01T00:00:00-03:00"}, {"1", "2"}),
        ({"data_fim": "2026-10-31T23:59:59-03:00"}, {"1"}),
        ({"mes": "2026-10"}, {"1"}),
        ({"data_inicio": "2026-12-01", "data_fim": "2026-01-01"}, set()),
    ],
)
def test_days_are_whole_days_of_the_installation(banco: str, filtro: dict[str, str], found: set[str]) -> None:
    guardar(nota(1, data_emissao=datetime(2026, 10, 31, 23, 59, 59, tzinfo=BRASILIA)))
    guardar(nota(2, data_emissao=datetime(2026, 11, 1, 0, 0, tzinfo=BRASILIA)))
    guardar(nota(3, emit_cnpj=MERCADO, data_emissao=datetime(2026, 11, 1, 4, 0, tzinfo=UTC)))
    guardar(nota(4, emit_cnpj="99999999000191", data_emissao=None)) if "cnpj" in filtro else None
    assert set(listed(**filtro)) == found


def test_what_came_or_changed_since_an_instant(banco: str) -> None:
    for number in range(1, 4):
        guardar(nota(number))
    later = ISSUED + timedelta(days=400)
    with transaction() as db:
        db.execute(update(Documento).where(Documento.numero == 2).values(atualizado_em=later))
    assert listed(alterado_desde=later.isoformat()) == ["2"]
    assert listed(alterado_desde=(later + timedelta(seconds=1)).isoformat()) == []
    assert len(listed(alterado_desde="2026-01-01")) == 3


@pytest.mark.parametrize(
    ("asked", "campo", "fault"),
    [
        ({"data_inicio": "ontem"}, "data_inicio", UsageError),
        ({"data_fim": "2026-02-30"}, "data_fim", UsageError),
        ({"data_fim": "9999-12-31"}, "data_fim", UsageError),
        ({"mes": "2026-13"}, "mes", UsageError),
        ({"mes": "2026-1' OR 1=1"}, "mes", UsageError),
        ({"empresa": "11222333000181"}, "empresa", NotFound),
        ({"pagina": Pagina(ordering="emit_nome")}, "ordering", UsageError),
        ({"pagina": Pagina(ordering="--numero_nf")}, "ordering", UsageError),
        ({"pagina": Pagina(limit=0)}, "limit", UsageError),
        ({"pagina": Pagina(limit=101)}, "limit", UsageError),
        ({"pagina": Pagina(page=0)}, "page", NotFound),
        ({"pagina": Pagina(page=-1)}, "page", NotFound),
        ({"pagina": Pagina(page=2**70)}, "page", NotFound),
        ({"pagina": Pagina(page=2)}, "page", NotFound),
        ({"pagina": Pagina(depois="")}, "depois", UsageError),
        ({"pagina": Pagina(depois="2026-01-01~1")}, "depois", UsageError),
        ({"pagina": Pagina(depois=f"2026-01-01T00:00:00+00:00~{2**80}")}, "depois", UsageError),
        ({"pagina": Pagina(depois="9999-12-31T23:59:59-03:00~1")}, "depois", UsageError),
        ({"pagina": Pagina(depois="0001-01-01T00:00:00+03:00~1")}, "depois", UsageError),
        ({"pagina": Pagina(depois="NaN~1", ordering="valor_total")}, "depois", UsageError),
        ({"pagina": Pagina(depois="10000000000000~1", ordering="valor_total")}, "depois", UsageError),
        ({"pagina": Pagina(depois="-9999999999999.995~1", ordering="-valor_total")}, "depois", UsageError),
        ({"pagina": Pagina(depois=f"{2**63}~1", ordering="numero_nf")}, "depois", UsageError),
    ],
)
def test_what_cannot_be_asked_for_is_told_with_its_field(
    banco: str, asked: dict[str, Any], campo: str, fault: type[PlatformError]
) -> None:
    guardar(nota(1))
    with pytest.raises(fault) as caught:
        listed(**asked)
    assert getattr(caught.value, "campo", None) == campo


def test_an_empty_list_has_its_first_page(banco: str) -> None:
    page = nfe.listar()
    assert (page.itens, page.count, page.count_exact, page.depois) == ((), 0, True, None)


def test_pages_by_number_and_by_key_show_each_once(banco: str) -> None:
    acervo.muitas(nota(numero) for numero in range(1, 46))
    pages = [nfe.listar(pagina=Pagina(page=one)) for one in (1, 2, 3)]
    assert [len(page.itens) for page in pages] == [20, 20, 5]
    assert {page.count for page in pages} == {45}
    assert [page.depois is None for page in pages] == [False, False, True]
    by_number = [row.id for page in pages for row in page]
    second = nfe.listar(pagina=Pagina(depois=pages[0].depois))
    third = nfe.listar(pagina=Pagina(depois=second.depois))
    assert [row.id for page in (pages[0], second, third) for row in page] == by_number
    assert len(set(by_number)) == 45


def test_a_long_list_is_counted_about_so_where_the_database_estimates(
    banco: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listagem, "EXACT", 30)
    acervo.muitas(nota(numero) for numero in range(1, 31))
    assert (nfe.listar().count, nfe.listar().count_exact) == (30, True)
    acervo.muitas(nota(numero) for numero in range(31, 46))
    page = nfe.listar()
    assert page.count >= 31
    assert page.count_exact is banco.startswith("sqlite")


def test_a_company_s_documents_are_found_by_its_cnpj(banco: str) -> None:
    ana, bia = acervo.usuario("ana"), acervo.usuario("bia")
    hers, other = acervo.empresa(PADARIA, ana), acervo.empresa(MERCADO, bia)
    guardar(nota(1), de=ana, empresa=hers)
    guardar(nota(2), de=ana)
    guardar(nota(3), de=bia, empresa=other)
    assert listed(Caller(ana), empresa="12.345.678/0001-95") == ["1"]
    with pytest.raises(NotFound):
        listed(Caller(ana), empresa=MERCADO)


def test_other_kinds_are_not_in_the_list(banco: str) -> None:
    number = guardar(acervo.frete(1))
    guardar(nota(2, modelo="65"))
    assert listed() == ["2"]
    with pytest.raises(NotFound):
        nfe.mostrar(number)
    with pytest.raises(NotFound):
        textos.nfe(number)
    assert textos.cte(number).startswith(b"<x>")


def test_one_note_is_told_whole(banco: str) -> None:
    ana = acervo.usuario("ana")
    company = acervo.empresa(PADARIA, ana)
    first = nota(1, itens=(acervo.item(2), acervo.item(1, valor_icms=Decimal("0.90"))), autorizados=("1", "2"))
    number = guardar(first, de=ana, empresa=company, papel=Papel.EMITENTE)
    acervo.evento(first.chave, "110110", de=ana, empresa=company, documento=number)
    found = nfe.mostrar(number, Caller(ana))
    assert (found.especie, found.completo, found.total_itens) == ("nfe", True, 2)
    assert [one.numero_item for one in found.itens] == [1, 2]
    assert (found.itens[0].valor_icms, found.itens[0].valor_unitario) == (Decimal("0.90"), Decimal("5.0000000000"))
    assert [(one.tipo_evento, one.registrado) for one in found.eventos] == [("110110", True)]
    campos = found.campos
    assert (campos["chave_acesso"], campos["numero_nf"], campos["status_nfe"]) == (first.chave, "1", "100")
    assert (campos["autorizados"], campos["papeis"], campos["avisos"]) == (["1", "2"], ["EMITENTE"], [])
    assert (campos["valor_produtos"], campos["usuario_importacao"]) == (Decimal("9.00"), "ana")
    assert not {"dono", "busca", "xml_id", "id", "chave", "numero", "status"} & set(campos)


def test_a_summary_is_shown_as_far_as_it_is_known(banco: str) -> None:
    number = guardar(nota(1, valor_total=None), completo=False)
    found = nfe.mostrar(number)
    assert (found.completo, found.campos["valor_total"], found.itens) == (False, None, ())
    assert "valor_produtos" not in found.campos


def test_links_are_shown_both_ways_and_never_a_stranger_s(banco: str) -> None:
    ana, bia = acervo.usuario("ana"), acervo.usuario("bia")
    sale = nota(1)
    back = nota(2, ligacoes=acervo.aponta(Laco.REFERENCIA, sale.chave))
    sold, returned = guardar(sale, de=ana), guardar(back, de=ana)
    guardar(acervo.frete(3, ligacoes=acervo.aponta(Laco.TRANSPORTE, sale.chave)), de=bia)
    (link,) = nfe.mostrar(returned, Caller(ana)).ligacoes
    assert (link.laco, link.chave_acesso, link.id, link.numero) == ("referencia", sale.chave, sold, "1")
    (pointer,) = nfe.mostrar(sold, Caller(ana)).citado_por
    assert (pointer.laco, pointer.id, pointer.valor_total) == ("referencia", returned, Decimal("10.00"))
    assert {one.laco for one in nfe.mostrar(sold).citado_por} == {"referencia", "transporte"}


def test_a_link_to_what_another_has_tells_its_key_alone(banco: str) -> None:
    ana, bia = acervo.usuario("ana"), acervo.usuario("bia")
    guardar(nota(1), de=bia)
    mine = guardar(nota(2, ligacoes=acervo.aponta(Laco.REFERENCIA, nota(1).chave)), de=ana)
    (link,) = nfe.mostrar(mine, Caller(ana)).ligacoes
    assert (link.chave_acesso, link.id, link.emit_nome) == (nota(1).chave, None, None)


def test_a_link_to_what_two_companies_have_is_one_link(banco: str) -> None:
    ana = acervo.usuario("ana")
    seller, buyer = acervo.empresa(PADARIA, ana), acervo.empresa(MERCADO, ana)
    first = guardar(nota(1), de=ana, empresa=seller)
    guardar(nota(1), de=ana, empresa=buyer)
    mine = guardar(nota(2, ligacoes=acervo.aponta(Laco.REFERENCIA, nota(1).chave)), de=ana, empresa=seller)
    guardar(nota(2, ligacoes=acervo.aponta(Laco.REFERENCIA, nota(1).chave)), de=ana, empresa=buyer)
    assert [one.id for one in nfe.mostrar(mine, Caller(ana)).ligacoes] == [first]
    assert [one.id for one in nfe.mostrar(first, Caller(ana)).citado_por] == [mine]
