"""A coupon of a box: its model is in its key, its date is written in pieces, and it may be the end of another."""

from datetime import datetime

import pytest
from lxml import etree

from core.documentos.conteudo import Cupom, Laco, Ligacao
from core.documentos.parser.cupom import cupom
from core.documentos.parser.grupo import Contexto
from core.documentos.parser.recusa import Recusado
from sandbox.documentos import cupons
from sandbox.documentos.comum import QUANDO, chave

MADE, OTHER = cupons.cupom(12), cupons.cupom(11)


def read(text: str) -> Cupom:
    return cupom(etree.fromstring(text.encode()), Contexto(""))


@pytest.mark.parametrize("modelo", ["55", "65"])
def test_a_key_of_another_model_is_no_coupons(modelo: str) -> None:
    key = chave(modelo, 12)
    with pytest.raises(Recusado) as caught:
        read(MADE.texto.replace(MADE.chave, key))
    assert (caught.value.motivo, caught.value.chave) == ("chave_divergente", key)


@pytest.mark.parametrize(
    ("day", "hour", "when", "is_told"),
    [
        ("20260115", "103000", QUANDO, False),
        ("20260115", "", datetime.fromisoformat("2026-01-15T00:00:00-03:00"), False),
        ("20260115", "000000", datetime.fromisoformat("2026-01-15T00:00:00-03:00"), False),
        ("", "103000", None, False),
        ("20260230", "103000", None, True),
        ("20260115", "250000", None, True),
        ("2026-01-15", "103000", None, True),
        ("20260115", "1030", None, True),
        ("2026", "103000", None, True),
    ],
)
def test_a_date_is_written_in_pieces(day: str, hour: str, when: datetime | None, is_told: bool) -> None:
    text = MADE.texto.replace("<dEmi>20260115<", f"<dEmi>{day}<").replace("<hEmi>103000<", f"<hEmi>{hour}<")
    found = read(text)
    assert found.data_emissao == when
    assert any("dEmi e hEmi não são uma data possível" in one for one in found.avisos) is is_told


@pytest.mark.parametrize(
    ("named", "cancelled"),
    [
        (f"CFe{OTHER.chave}", OTHER.chave),
        (OTHER.chave, OTHER.chave),
        (f" CFe{OTHER.chave} ", OTHER.chave),
        ("CFe", None),
        (f"CFe{OTHER.chave[:-1]}", None),
    ],
)
def test_a_cancellation_names_the_coupon_that_it_cancels(named: str, cancelled: str | None) -> None:
    text = cupons.cupom(13, cancela=OTHER.chave).texto.replace(f'chCanc="CFe{OTHER.chave}"', f'chCanc="{named}"')
    found = read(text)
    assert found.cancelada == cancelled
    links = () if cancelled is None else (Ligacao(laco=Laco.CANCELAMENTO, chave=cancelled),)
    assert found.ligacoes == links


def test_a_coupon_does_not_point_at_itself() -> None:
    assert read(cupons.cupom(13, cancela=cupons.cupom(13).chave).texto).ligacoes == ()


def test_a_sale_cancels_nothing_and_has_a_box_by_number_and_by_name() -> None:
    found = read(MADE.texto)
    assert (found.cancelada, found.ligacoes, found.avisos) == (None, (), ())
    assert (found.serie, found.numero_serie_sat) == (900004019, "900004019")


def test_a_test_and_another_issuer_than_the_keys_are_told() -> None:
    text = MADE.texto.replace("<tpAmb>1", "<tpAmb>2").replace("<CNPJ>11222333000181", "<CNPJ>44555666000100")
    assert [one.partition(",")[0] for one in read(text).avisos] == [
        "a chave é do emitente 11222333000181",
        "é do ambiente de homologação",
    ]


@pytest.mark.parametrize(
    ("text", "motivo"),
    [
        ("<CFe/>", "sem_conteudo"),
        ("<CFe><infCFe/></CFe>", "chave_invalida"),
        ("<CFe><infCFe Id='CFe1'/><infCFe Id='CFe2'/></CFe>", "varios_documentos"),
    ],
)
def test_what_does_not_say_which_coupon_it_is_is_refused(text: str, motivo: str) -> None:
    with pytest.raises(Recusado) as caught:
        read(text)
    assert caught.value.motivo == motivo
