"""Documents the box still holds: both orders of the list, the counter's turn, ends that tell no number.

docs/reference/contracts/sat.md §4.1.
"""

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts import AlertaCFePendentes, Contexto, avaliar
from connectors.sat.status import parse
from core.fiscal import digitos_cnpj
from sandbox.sat_wire import VAZIA, chave, status_line

OTHER_CNPJ = "998887770001" + digitos_cnpj("998887770001")
COUNTERS = 999_999


def judged(inicial: str | None, final: str | None, ultimo: str | None = None, **fields: Any) -> AlertaCFePendentes:
    """Judge a box with these three keys."""
    keys = {"LISTA_INICIAL": inicial, "LISTA_FINAL": final, "ULTIMO_CF_E_SAT": ultimo}
    alerta = AlertaCFePendentes(parse(status_line(**keys | fields)))
    assert alerta.checar() is alerta.ativo
    return alerta


def counted(inicial: str, final: str, ultimo: str | None = None) -> int:
    """Return the number found, which must be known."""
    alerta = judged(inicial, final, ultimo)
    assert (alerta.ativo, alerta.minimo) == (True, False)
    assert alerta.valores == {"quantidade": alerta.pendentes, "minimo": False}
    return alerta.pendentes


def damaged(key: str) -> str:
    return key[:-1] + str((int(key[-1]) + 1) % 10)


@pytest.mark.parametrize("inicial", ["", " ", "0", "0" * 6, VAZIA, "0" * 60, f" {VAZIA} "])
@pytest.mark.parametrize("final", ["", "\t", "000", VAZIA])
@pytest.mark.parametrize("ultimo", ["", chave(500)])
def test_two_empty_ends_are_no_document(inicial: str, final: str, ultimo: str) -> None:
    alerta = judged(inicial, final, ultimo)
    assert (alerta.ativo, alerta.pendentes, alerta.minimo) == (False, 0, False)
    assert alerta.mensagem() == "Nenhum CF-e pendente de transmissão."


@pytest.mark.parametrize(
    ("older", "newer", "ultimo", "count"),
    [
        (chave(500), chave(500), chave(500), 1),
        (chave(500), chave(500), "", 1),
        (chave(499), chave(500), chave(500), 2),
        (chave(1), chave(500), chave(500), 500),
        (chave(1), chave(COUNTERS), chave(COUNTERS), COUNTERS),
        # the counter turned: only the last key issued, or the month, tells
        (chave(COUNTERS), chave(1), chave(1), 2),
        (chave(999_998), chave(3), chave(3), 5),
        (chave(999_990, aamm="2510"), chave(5, aamm="2511"), "", 15),
        (chave(999_990, aamm="2412"), chave(5, aamm="2501"), chave(9, aamm="2501"), 15),
        # the clock of the box went back to an earlier month in between
        (chave(400, aamm="2511"), chave(404, aamm="2510"), "", 5),
        (chave(999_998, aamm="2511"), chave(3, aamm="2510"), chave(9, aamm="2510"), 5),
        # the last key issued is another one
        (chave(400, aamm="2510"), chave(410, aamm="2511"), chave(450, aamm="2511"), 11),
        # neither tells: the order of fewer documents
        (chave(999_997), chave(2), chave(450), 5),
        (chave(999_997), chave(2), "", 5),
        (chave(500_000), chave(1), "", 500_000),
        (chave(1), chave(500_000), "", 500_000),
        (chave(400), chave(410), chave(450), 11),
        (chave(400), chave(410), "", 11),
        (chave(400), chave(410), VAZIA, 11),
        (chave(400), chave(410), "lixo", 11),
        (chave(400), chave(410), damaged(chave(410)), 11),
        # the last key issued decides against a month that was set wrong
        (chave(400, aamm="2512"), chave(401, aamm="2511"), chave(401, aamm="2511"), 2),
    ],
)
def test_both_orders_of_the_list_give_one_number(older: str, newer: str, ultimo: str, count: int) -> None:
    assert counted(older, newer, ultimo) == counted(newer, older, ultimo) == count


@given(
    count=st.integers(1, 5000),
    start=st.integers(1, COUNTERS) | st.integers(COUNTERS - 5000, COUNTERS),
    month=st.integers(1, 12),
    told=st.sampled_from(["last key", "month"]),
)
def test_any_number_of_documents_from_any_counter_is_counted_in_both_orders(
    count: int, start: int, month: int, told: str
) -> None:
    last = (start + count - 2) % COUNTERS + 1
    older, newer = chave(start, aamm=f"25{month:02d}"), chave(last, aamm=f"25{month:02d}")
    if told == "month" and count > 1:
        newer = chave(last, aamm=f"26{month:02d}")
    ultimo = newer if told == "last key" else ""
    assert counted(older, newer, ultimo) == counted(newer, older, ultimo) == count


@pytest.mark.parametrize("space", [" ", "\n", "\t "])
def test_spaces_around_a_key_do_not_matter(space: str) -> None:
    assert counted(f"{space}{chave(400)}{space}", f"{space}{chave(401)}", f"{chave(401)}{space}") == 2


UNKNOWN = [
    (chave(400), ""),
    (chave(400), VAZIA),
    (chave(400), "0"),
    (chave(400), chave(410, nserie="900009999")),
    (chave(400), chave(410, cnpj=OTHER_CNPJ)),
    (chave(400), damaged(chave(410))),
    (chave(400), chave(410)[:-1]),
    (chave(400), chave(410) + "0"),
    (chave(400), f"CFe{chave(410)}"),
    (chave(400), chave(410)[:20] + "65" + chave(410)[22:]),
    (chave(400), "lixo"),
    (chave(400), "1" * 44),
    (chave(400), "٣" * 44),
    (chave(400), "\ufffd"),
    ("lixo", "lixo"),
    (damaged(chave(400)), damaged(chave(400))),
    ("lixo", ""),
]


@pytest.mark.parametrize(("one", "other"), UNKNOWN)
@pytest.mark.parametrize("ultimo", ["", chave(400), chave(410)])
def test_ends_that_tell_no_number_are_at_least_one_document(one: str, other: str, ultimo: str) -> None:
    for alerta in (judged(one, other, ultimo), judged(other, one, ultimo)):
        assert (alerta.ativo, alerta.pendentes, alerta.minimo) == (True, 1, True)
        assert alerta.valores == {"quantidade": 1, "minimo": True}
        assert alerta.mensagem().startswith("Ao menos 1 CF-e pendente de transmissão à SEFAZ. ")


def test_a_key_of_another_state_is_a_key() -> None:
    assert counted(chave(400, uf="23"), chave(401, uf="23")) == 2


@given(st.text(max_size=50) | st.just(chave(7)), st.text(max_size=50) | st.just(VAZIA), st.text(max_size=50))
def test_no_text_in_the_lists_raises_anything(inicial: str, final: str, ultimo: str) -> None:
    keys = SimpleNamespace(LISTA_INICIAL=inicial, LISTA_FINAL=final, ULTIMO_CF_E_SAT=ultimo)
    alerta = AlertaCFePendentes(keys)
    assert alerta.checar() is (alerta.pendentes > 0)
    assert alerta.mensagem()


@pytest.mark.parametrize(
    ("inicial", "final", "active"),
    [(None, None, False), (None, "", False), (chave(1), None, True), (None, chave(1), True)],
)
def test_a_field_that_is_missing_is_an_empty_one(inicial: str | None, final: str | None, active: bool) -> None:
    alerta = AlertaCFePendentes(SimpleNamespace(LISTA_INICIAL=inicial, LISTA_FINAL=final, ULTIMO_CF_E_SAT=None))
    assert (alerta.checar(), alerta.minimo) == (active, active)
    assert alerta.mensagem()


@pytest.mark.parametrize(
    ("first", "ultima", "said"),
    [
        (500, "20260310114500", "Até 1 CF-e pendente de transmissão à SEFAZ. Última comunicação em 10/03/2026 11:45. "),
        (488, "20260310114500", "Até 13 CF-e pendentes de transmissão à SEFAZ. Última comunicação em 10/03/2026 "),
        (488, "", "Até 13 CF-e pendentes de transmissão à SEFAZ. Verifique a rede"),
    ],
)
def test_the_message_says_how_many_since_when_and_what_to_do(first: int, ultima: str, said: str) -> None:
    message = judged(chave(first), chave(500), chave(500), DH_ULTIMA=ultima).mensagem()
    assert message.startswith(said)
    assert "Verifique a rede e a internet da loja" in message
    assert message.endswith(".")


def test_the_judgement_carries_the_number() -> None:
    resposta = parse(status_line(LISTA_INICIAL=chave(498), LISTA_FINAL=chave(500), ULTIMO_CF_E_SAT=chave(500)))
    found = {one.codigo: one for one in avaliar(resposta, Contexto())}["pendentes"]
    assert (found.ativo, found.severidade, found.valores["quantidade"], found.erro) == (True, "aviso", 3, None)
