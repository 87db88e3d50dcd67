"""How a user wants SEFAZ to be consulted, as the user sees it. docs/reference/contracts/integracoes.md §1.8."""

from datetime import time

import pytest
from sqlalchemy import select
from support.numeracao import add

from core.caller import OPERATOR, Caller
from core.errors import UsageError
from events.email import mailbox
from flows.sefaz.views.configuracao import AVISA, DEFAULTS, ENDERECO, configuracao, row_of, seen
from flows.usuarios import managing as usuarios
from flows.usuarios.finding import caller_of
from storage.models.configuracao import ConfiguracaoConsulta
from storage.session import reading, transaction


@pytest.fixture
def ana(sqlite: str) -> Caller:
    usuarios.criar("ana")
    return caller_of("ana")


def say(caller: Caller, **columns: object) -> None:
    add(ConfiguracaoConsulta(usuario_id=caller.usuario_id, **(DEFAULTS | columns)))


def test_a_user_who_said_nothing_has_the_defaults_and_leaves_the_rest_to_each_certificate(ana: Caller) -> None:
    found = configuracao(ana)
    assert (found.salva, found.consulta_automatica_ativa) == (False, None)
    assert (found.max_documentos_por_consulta, found.timeout_consulta) == (1000, 300)
    with reading() as db:
        assert row_of(db, ana.usuario_id or 0) is None


def test_what_was_said_is_shown_also_where_it_is_a_no(ana: Caller) -> None:
    say(ana, timeout_consulta=90, consulta_automatica_ativa=False)
    found = configuracao(ana)
    assert (found.salva, found.consulta_automatica_ativa, found.timeout_consulta) == (True, False, 90)


@pytest.mark.parametrize(
    ("stored", "shown"), [(None, None), (time(0, 0), "00:00"), (time(9, 5), "09:05"), (time(22, 30, 59), "22:30")]
)
def test_the_time_of_day_is_shown_as_it_is_typed(ana: Caller, stored: time | None, shown: str | None) -> None:
    say(ana, horario_consulta=stored)
    assert configuracao(ana).horario_consulta == shown


@pytest.mark.parametrize(("stored", "shown"), [("", ()), ("SP", ("SP",)), ("SP,RJ", ("SP", "RJ"))])
def test_the_states_are_a_list_and_none_is_an_empty_one(ana: Caller, stored: str, shown: tuple[str, ...]) -> None:
    say(ana, ufs_habilitadas=stored)
    assert configuracao(ana).ufs_habilitadas == shown


def test_nobody_in_particular_has_one(sqlite: str) -> None:
    with pytest.raises(UsageError, match="cada usuário") as told:
        configuracao(OPERATOR)
    assert told.value.campo == "usuario"


@pytest.mark.parametrize(
    "change",
    [
        None,
        mailbox.Change(endereco="ana@exemplo.com.br"),
        mailbox.Change(endereco="ana@exemplo.com.br", ativo=False),
        mailbox.Change(ativo=False),
    ],
    ids=["nothing", "an address", "turned off", "off without an address"],
)
def test_a_list_of_many_says_of_the_mail_what_each_sees_alone(ana: Caller, change: mailbox.Change | None) -> None:
    say(ana)
    if change is not None:
        with transaction() as db:
            mailbox.keep(db, ana.usuario_id or 0, change)
    with reading() as db:
        alone = seen(db, ana.usuario_id or 0)
        ((warned, address),) = db.execute(select(AVISA, ENDERECO).select_from(ConfiguracaoConsulta)).all()
    assert (bool(warned), address or "") == (alone.notificar_email, alone.email_notificacao)
    assert alone.notificar_email is (change is None or not change.endereco or change.ativo is not False)
