"""What is wrong with a queue table is told by the last look at it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from conftest import Configure

from alerts import sources
from alerts.fila import atrasada, erros, inacessivel, senha
from alerts.fila.accounts import accounts, judged
from alerts.judgement import CRITICAL, WARNING, Judgement
from alerts.moment import Moment
from storage.models.fila import FilaConta
from storage.models.limites import JUDGING_SINCE, Marca
from storage.session import reading, transaction

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
Judge = Callable[[Moment], Any]


def looked(conta: str = "padrao", **columns: Any) -> None:
    """Write what the last look at an account's table found."""
    with transaction() as db:
        db.add(FilaConta(**{"conta": conta, "pendentes": 0, "reservadas": 0, "erros": 0, **columns}))


def of(judge: Judge) -> list[Judgement]:
    with reading() as db:
        return list(judge(Moment(db, NOW)))


def every() -> list[Judgement]:
    return [one for judge in sources.sources()["fila"] for one in of(judge)]


@pytest.fixture
def fila(sqlite: str, configure: Configure) -> None:
    """The usual account is configured."""
    configure(fila__url="sqlite:///fila.db")


@pytest.mark.usefixtures("fila")
@pytest.mark.parametrize(
    ("columns", "codes"),
    [
        ({}, []),
        ({"erros": 2}, ["erros"]),
        ({"mais_antiga_segundos": 899, "pendentes": 5}, []),
        ({"mais_antiga_segundos": 900, "pendentes": 5}, ["atrasada"]),
        ({"falha": "não respondeu.", "falhando_desde": NOW - timedelta(minutes=4)}, []),
        ({"falha": "não respondeu.", "falhando_desde": NOW - timedelta(minutes=5)}, ["inacessivel"]),
        ({"senha_vencendo": True}, ["senha"]),
        ({"falha": "senha recusada.", "falhando_desde": NOW, "precisa_de_alguem": True}, ["inacessivel"]),
        # nobody knows since when, or a clock that was ahead noted it
        ({"falha": "não respondeu."}, []),
        ({"falha": "não respondeu.", "falhando_desde": NOW + timedelta(days=1)}, []),
        # what is left of a fault that is over
        ({"falhando_desde": NOW - timedelta(days=1), "precisa_de_alguem": True}, []),
        # nothing waits there
        ({"mais_antiga_segundos": None, "pendentes": 5}, []),
    ],
)
def test_a_condition_is_told_when_it_is_true(columns: dict[str, Any], codes: list[str]) -> None:
    looked(**columns)
    found = every()
    assert {one.codigo for one in found} == {"erros", "inacessivel", "atrasada", "senha"}
    assert all(one.mensagem and one.resolvido for one in found)
    assert [one.codigo for one in found if one.ativo] == codes


@pytest.mark.usefixtures("sqlite")
def test_an_account_that_is_no_longer_configured_is_judged_no_more() -> None:
    looked("antiga", erros=9)
    assert every() == []


def test_of_several_accounts_those_of_the_settings_that_were_looked_at_are_judged_by_name(
    sqlite: str, configure: Configure
) -> None:
    for conta in ("matriz", "antiga", "filial"):
        looked(conta, erros=1)
    configure(**{f"fila__contas__{conta}__url": f"sqlite:///{conta}.db" for conta in ("matriz", "filial", "nova")})
    with reading() as db:
        assert [row.conta for row in accounts(Moment(db, NOW))] == ["filial", "matriz"]
    assert [(one.objeto, one.rotulos) for one in of(erros.judge)] == [
        ("filial", {"conta": "filial"}),
        ("matriz", {"conta": "matriz"}),
    ]


def test_a_judgement_is_of_its_account() -> None:
    one = judged(FilaConta(conta="matriz"), "erros", WARNING, ativo=False, mensagem="Há.", resolvido="Não há.")
    assert one == Judgement("matriz", "erros", WARNING, False, "Há.", resolvido="Não há.", rotulos={"conta": "matriz"})


@pytest.mark.usefixtures("fila")
@pytest.mark.parametrize(
    ("judge", "columns", "severidade", "said"),
    [
        (erros.judge, {"erros": 1}, WARNING, "A fila padrao tem 1 linha em ERRO. "),
        (erros.judge, {"erros": 2}, WARNING, "A fila padrao tem 2 linhas em ERRO. "),
        (
            atrasada.judge,
            {"mais_antiga_segundos": 3660, "pendentes": 5},
            WARNING,
            "A linha mais antiga da fila padrao espera há 1 hora e 1 minuto; há 5 pendentes. ",
        ),
        (
            inacessivel.judge,
            {"falha": "Senha recusada.", "precisa_de_alguem": True},
            CRITICAL,
            "A fila padrao não pode ser lida: Senha recusada. Nada se perde",
        ),
        (senha.judge, {"senha_vencendo": True}, WARNING, "A senha do usuário da fila padrao vence em poucos dias"),
    ],
)
def test_it_says_what_the_last_look_found(judge: Judge, columns: dict[str, Any], severidade: str, said: str) -> None:
    looked(**columns)
    (one,) = of(judge)
    assert (one.ativo, one.severidade) == (True, severidade)
    assert one.mensagem.startswith(said)


@pytest.mark.usefixtures("fila")
@pytest.mark.parametrize(
    ("back", "columns", "unknown"),
    [
        (timedelta(minutes=4), {}, True),
        (timedelta(minutes=5), {}, False),
        # nobody waits for what does not pass by itself
        (timedelta(minutes=4), {"precisa_de_alguem": True}, False),
    ],
)
def test_after_all_was_off_a_table_is_looked_at_before_it_is_told(
    back: timedelta, columns: dict[str, Any], unknown: bool
) -> None:
    looked(falha="não respondeu.", falhando_desde=NOW - timedelta(hours=12), **columns)
    with transaction() as db:
        db.add(Marca(nome=JUDGING_SINCE, instante=NOW - back))
    (one,) = of(inacessivel.judge)
    assert (one.ativo, one.desconhecido is not None) == (True, unknown)
