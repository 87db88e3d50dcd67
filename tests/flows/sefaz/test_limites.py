"""When a consultation ends though there is more. docs/reference/contracts/integracoes.md §1.8."""

from datetime import timedelta

import pytest
from conftest import Configure
from support.numeracao import add, after, numeracao
from support.sefaz import INICIO

from flows.sefaz.limites import LONGEST, Limites, limites
from flows.sefaz.views.configuracao import DEFAULTS
from storage.models.configuracao import ConfiguracaoConsulta

OURS = Limites(paginas=3, ate=after(5), documentos=120)


@pytest.mark.parametrize(
    ("paginas", "documentos", "minutes", "over"),
    [
        (1, 50, 1, False),
        (2, 70, 1, False),
        (2, 71, 1, True),
        (3, 0, 1, True),
        (1, 0, 4.99, False),
        (1, 0, 5, True),
    ],
    ids=["enough left", "room for one whole page", "a page might be too much", "pages", "in time", "its end"],
)
def test_it_ends_at_the_first_limit_that_is_reached(paginas: int, documentos: int, minutes: float, over: bool) -> None:
    assert OURS.passou(paginas, documentos, after(minutes)) is over


def test_without_a_limit_of_documents_any_number_may_come() -> None:
    assert not Limites(3, after(5)).passou(2, 10**9, after(1))


def test_the_operator_s_own_have_the_limits_of_the_settings_alone(configure: Configure) -> None:
    configure(sefaz__max_paginas="7")
    assert limites(None, INICIO) == Limites(7, INICIO + LONGEST)


@pytest.mark.parametrize(("ate", "ends"), [(after(4), after(4)), (after(60), INICIO + LONGEST)])
def test_whoever_has_it_made_may_end_it_earlier_and_never_later(ate: object, ends: object) -> None:
    assert limites(None, INICIO, ate).ate == ends  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("seconds", "ends"),
    [(None, timedelta(minutes=5)), (60, timedelta(minutes=1)), (3600, LONGEST)],
    ids=["nothing said", "shorter", "longer than any"],
)
def test_a_user_says_how_long_and_how_many(sqlite: str, seconds: int | None, ends: timedelta) -> None:
    user = numeracao().quem.usuario_id
    if seconds is not None:
        said = DEFAULTS | {"timeout_consulta": seconds, "max_documentos_por_consulta": 90}
        add(ConfiguracaoConsulta(usuario_id=user, **said))
    found = limites(user, INICIO)
    assert (found.ate, found.documentos) == (INICIO + ends, 1000 if seconds is None else 90)
    assert limites(user, INICIO, after(0.5)).ate == after(0.5)
