"""How a document stands: by its protocol and its registered events, in any order, and only ever worse."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.fiscal import cupom, evento, key, nota, resumo

from core.documentos.conteudo import Cabeca, Evento, Inutilizacao
from core.documentos.situacao import Estado, Situacao, by_protocol, homologated, registered, worst
from core.documentos.tipos_evento import EVENTOS, Efeito, efeito_de, nome_do_evento

SEM, AUT, DEN, CAN = Situacao


@pytest.mark.parametrize(
    ("especie", "status", "situacao"),
    [
        *((("nfe", status, AUT)) for status in ("100", "150")),
        *((("cte", status, CAN)) for status in ("101", "151", "135", "155")),
        *((("nfce", status, DEN)) for status in ("110", "301", "302", "303")),
        *((("nfe", status, SEM)) for status in (None, "", "204", "539", "1002", "10", "0100")),
        ("cfe", None, AUT),
        ("nfse", "101", AUT),
    ],
)
def test_a_protocol_proves_a_state(especie: str, status: str | None, situacao: Situacao) -> None:
    assert by_protocol(especie, status) is situacao


@pytest.mark.parametrize(
    ("status", "completo", "modelo", "proven"),
    [
        ("135", True, "55", True),
        ("136", True, "55", True),
        ("155", True, "55", True),
        ("134", True, "57", True),
        ("134", True, "55", False),
        ("573", True, "55", False),
        (None, True, "55", False),
        (None, False, "55", True),
        ("135", False, "55", True),
        ("573", False, "55", False),
    ],
)
def test_an_answer_proves_an_event(status: str | None, completo: bool, modelo: str, proven: bool) -> None:
    assert registered(evento(chave=key(1, modelo), status=status, completo=completo)) is proven


def test_what_happened_to_a_national_nfse_is_registered_where_it_is_given_out() -> None:
    cancelled = evento(chave="3" * 50, tipo="101101", status=None)
    assert registered(cancelled)
    assert Estado(Situacao.AUTORIZADA).with_event(cancelled).situacao is CAN
    assert Estado(Situacao.AUTORIZADA).with_event(evento(chave="3" * 50, tipo="105105")).situacao is AUT


@pytest.mark.parametrize(("tipo", "proven"), [("210210", True), ("210240", True), ("110111", False), ("210250", False)])
def test_a_duplicate_proves_what_the_recipient_said_and_nothing_else(tipo: str, proven: bool) -> None:
    assert registered(evento(1, tipo, status="573")) is proven


def test_a_range_is_proven_by_102() -> None:
    said = [
        homologated(Inutilizacao(emit_cnpj="1", uf="35", ano=26, modelo="55", serie=1, inicio=1, fim=2, status=status))
        for status in (None, "102", "256")
    ]
    assert said == [False, True, False]


@pytest.mark.parametrize(
    ("tipo", "efeito"),
    [
        *((tipo, Efeito.CANCELA) for tipo in ("110111", "110112")),
        *(
            (tipo, Efeito.CANCELA_EVENTO)
            for tipo in ("110001", "110131", "110193", "110751", "610131", "111502", "111503")
        ),
        ("110110", Efeito.CORRIGE),
        *((tipo, Efeito.INFORMA) for tipo in ("210200", "210240", "112110", "211110", "212110", "412120", "999999")),
    ],
)
def test_a_kind_of_event_does_one_thing(tipo: str, efeito: Efeito) -> None:
    assert efeito_de(tipo) is efeito


def test_what_cancels_a_consumers_note_only_closes_a_manifest() -> None:
    closed = evento(chave=key(1, "58"), tipo="110112")
    assert Estado(Situacao.AUTORIZADA, "100").with_event(closed).situacao is AUT
    assert nome_do_evento("110112", modelo="58") == "Encerramento"
    for modelo, tipo in (("65", "110112"), ("58", "110111")):
        cancelled = Estado(Situacao.AUTORIZADA, "100").with_event(evento(chave=key(1, modelo), tipo=tipo))
        assert cancelled.situacao is CAN


def test_every_kind_has_a_plain_name_and_unknown_ones_too() -> None:
    assert all(one.nome[0].isupper() for one in EVENTOS.values())
    assert nome_do_evento("110111") == "Cancelamento"
    assert nome_do_evento("211199", "descEvento") == "Evento do destinatário da reforma tributária"
    assert nome_do_evento("999999", "Coisa nova") == "Coisa nova"
    assert nome_do_evento("999999") == "Evento 999999"


def test_the_correction_with_the_greatest_sequence_counts() -> None:
    found = set()
    for order in permutations([1, 2, 3]):
        estado = Estado.of(nota())
        for number in order:
            estado = estado.with_event(evento(tipo="110110", sequencia=number, correcao=f"texto {number}"))
        found.add((estado.correcao, estado.correcao_sequencia))
    assert found == {("texto 3", 3)}


def test_a_cancelled_document_is_101_for_everybody() -> None:
    estado = Estado.of(nota()).with_event(evento())
    assert (estado.status, estado.motivo) == ("101", "Cancelamento homologado")
    assert estado.protocolo == nota().protocolo
    assert set(Estado.of(nota()).changes(estado)) == {"situacao", "status", "motivo"}


INPUTS: list[Cabeca | Evento] = [
    nota(),
    nota(protocolo=None),
    nota(status="301"),
    resumo(),
    resumo(status="110"),
    evento(),
    *(evento(tipo=tipo) for tipo in ("110001", "110131", "210200", "610131")),
    *(evento(tipo="110110", sequencia=number, correcao=str(number)) for number in (1, 2)),
]


def after(inputs: list[Cabeca | Evento]) -> Estado:
    estado = Estado()
    for one in inputs:
        before = estado.situacao
        estado = estado.with_event(one) if isinstance(one, Evento) else estado.with_protocol(one)
        assert worst(before, estado.situacao) is estado.situacao
    return estado


@given(st.data(), st.lists(st.sampled_from(INPUTS), max_size=8))
def test_any_order_of_the_same_ends_in_the_same_state(data: st.DataObject, inputs: list[Cabeca | Evento]) -> None:
    one, other = after(inputs), after(data.draw(st.permutations(inputs)))
    assert (one.situacao, one.correcao, one.protocolo) == (other.situacao, other.correcao, other.protocolo)


def test_a_coupon_stands_by_its_nature() -> None:
    estado = Estado.of(cupom())
    assert (estado.situacao, estado.status) == (AUT, None)
    assert estado.cancelled().situacao is CAN
