"""What a user says of consultations. docs/reference/contracts/integracoes.md §1.8."""

import pytest

from core.caller import OPERATOR, Caller
from core.errors import UsageError
from flows.sefaz.configuracao import Mudancas, configurar
from flows.sefaz.views.configuracao import configuracao
from flows.usuarios import avisos
from flows.usuarios import managing as usuarios
from flows.usuarios.finding import caller_of


@pytest.fixture
def ana(banco: str) -> Caller:
    usuarios.criar("ana")
    return caller_of("ana")


def test_before_anything_is_said_the_defaults_hold(ana: Caller) -> None:
    found = configuracao(ana)
    assert (found.salva, found.consulta_automatica_ativa, found.horario_consulta) == (False, None, None)
    assert (found.max_documentos_por_consulta, found.timeout_consulta) == (1000, 300)
    assert found.ufs_habilitadas == ("SP", "RJ", "MG", "RS", "PR", "SC", "BA", "PE", "CE")


def test_what_is_said_stays_and_the_rest_is_left(ana: Caller) -> None:
    configurar(Mudancas(max_documentos_por_consulta=50, horario_consulta=" 22:30 "), ana)
    found = configurar(Mudancas(ufs_habilitadas=[" sp", "RJ", "SP"], consulta_automatica_ativa=True), ana)
    assert found == configuracao(ana)
    assert (found.salva, found.max_documentos_por_consulta, found.horario_consulta) == (True, 50, "22:30")
    assert (found.ufs_habilitadas, found.consulta_automatica_ativa) == (("SP", "RJ"), True)
    assert configurar(Mudancas(horario_consulta=""), ana).horario_consulta is None


def test_each_user_has_one_of_their_own(ana: Caller) -> None:
    usuarios.criar("bia")
    configurar(Mudancas(timeout_consulta=60), ana)
    assert configuracao(caller_of("bia")).timeout_consulta == 300


def test_the_address_is_that_of_the_notices_by_mail(ana: Caller) -> None:
    assert (configuracao(ana).notificar_email, configuracao(ana).email_notificacao) == (True, "")
    found = configurar(Mudancas(email_notificacao="ana@exemplo.com.br"), ana)
    assert (found.notificar_email, found.email_notificacao) == (True, "ana@exemplo.com.br")
    assert avisos.mudar("ana").email == "ana@exemplo.com.br"
    assert not configurar(Mudancas(notificar_email=False), ana).notificar_email
    found = configurar(Mudancas(timeout_consulta=100), ana)
    assert (found.notificar_email, found.email_notificacao) == (False, "ana@exemplo.com.br")


@pytest.mark.parametrize(
    "wrong",
    [
        Mudancas(max_documentos_por_consulta=0),
        Mudancas(max_documentos_por_consulta=10**7),
        Mudancas(timeout_consulta=59),
        Mudancas(timeout_consulta=3601),
        Mudancas(horario_consulta="25:00"),
        Mudancas(horario_consulta="agora"),
        Mudancas(horario_consulta="22:30:00+03:00"),
        Mudancas(ufs_habilitadas=["SP", "XX"]),
        Mudancas(ufs_habilitadas=["S\x00"]),
        Mudancas(email_notificacao="ana"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(ana: Caller, wrong: Mudancas) -> None:
    with pytest.raises(UsageError) as told:
        configurar(wrong, ana)
    assert told.value.campo in vars(wrong)
    assert not configuracao(ana).salva


def test_the_operator_has_none(banco: str) -> None:
    for asked in (lambda: configuracao(OPERATOR), lambda: configurar(Mudancas(), OPERATOR)):
        with pytest.raises(UsageError, match="cada usuário"):
            asked()
