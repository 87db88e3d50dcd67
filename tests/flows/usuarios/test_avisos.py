"""What a user is told by mail, as it is shown: on, off, without an account, or refused."""

from datetime import UTC, datetime
from typing import Any

import pytest
from conftest import Configure
from support.deliveries import change

from core.clock import FixedClock
from core.errors import NotFound, UsageError
from events.email.mailbox import AVISOS
from flows.usuarios import managing
from flows.usuarios.avisos import AvisosView, mudar
from storage.models.destinos import Destino
from storage.session import reading

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ACCOUNT = {"email__host": "smtp.exemplo.com.br", "email__sender": "avisos@exemplo.com.br"}


@pytest.fixture(autouse=True)
def ana(sqlite: str) -> None:
    managing.criar("ana", email="ana@loja.com.br")


@pytest.fixture
def account(configure: Configure) -> None:
    configure(**ACCOUNT)


def mailboxes() -> list[Destino]:
    with reading() as db:
        return db.query(Destino).all()


def test_of_who_never_said_anything_the_usual_is_told_and_nothing_is_kept() -> None:
    view = mudar("ana")
    assert view == AvisosView("ana", "", "ana@loja.com.br", AVISOS, None, None, "ligado", None)
    assert mailboxes() == []


@pytest.mark.parametrize("said", [{}, {"email": "a@b.br"}])
def test_somebody_who_is_not_there_is_told(said: dict[str, str]) -> None:
    with pytest.raises(NotFound, match="'bia'"):
        mudar("bia", **said)


@pytest.mark.usefixtures("account")
def test_what_is_said_is_kept_and_shown_and_what_is_not_said_stays() -> None:
    first = mudar(" ana ", email="ana@casa.com.br", avisos=["resumo_diario"], clock=FixedClock(NOW))
    assert first == AvisosView(
        "ana", "ana@casa.com.br", "ana@loja.com.br", ("resumo_diario",), None, "padrao", "ligado", None
    )
    second = mudar("ana", silencio="22:00-07:00")
    assert (second.email, second.avisos, second.silencio) == ("ana@casa.com.br", ("resumo_diario",), "22:00-07:00")
    assert mudar("ana") == second
    (row,) = mailboxes()
    assert row.data_criacao == NOW


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(
    ("said", "campo"),
    [
        ({"email": "ana@"}, "email"),
        ({"email": "a@b.br", "avisos": ["alerta_aberto"]}, "avisos"),
        ({"email": "a@b.br", "conta": "filial"}, "conta"),
    ],
)
def test_what_is_none_is_refused_by_its_field_and_nothing_of_it_is_kept(said: dict[str, Any], campo: str) -> None:
    with pytest.raises(UsageError) as refused:
        mudar("ana", **said)
    assert refused.value.campo == campo
    assert mailboxes() == []


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(
    ("said", "columns", "situacao", "motivo"),
    [
        ({}, {}, "ligado", None),
        ({"notificar": False}, {}, "desligado", None),
        ({}, {"desligado_em": NOW, "desligado_motivo": "550 não existe"}, "recusado", "550 não existe"),
        # what was refused is told as that, whatever its owner wants since
        (
            {"notificar": False},
            {"desligado_em": NOW, "desligado_motivo": "550 não existe"},
            "recusado",
            "550 não existe",
        ),
        # without an address there is nothing to be turned on, and nothing that lacks an account
        ({"email": ""}, {}, "ligado", None),
    ],
)
def test_how_it_stands_is_told_in_a_word(
    said: dict[str, Any], columns: dict[str, Any], situacao: str, motivo: str | None
) -> None:
    mudar("ana", email="a@b.br")
    if said:
        mudar("ana", **said)
    if columns:
        change(mailboxes()[0].id, **columns)
    view = mudar("ana")
    assert (view.situacao, view.motivo) == (situacao, motivo)


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(("notificar", "situacao"), [(True, "sem conta"), (False, "desligado")])
def test_where_its_account_is_gone_one_that_is_on_is_told_as_without(
    configure: Configure, monkeypatch: pytest.MonkeyPatch, notificar: bool, situacao: str
) -> None:
    mudar("ana", email="a@b.br", notificar=notificar)
    for name in ACCOUNT:
        monkeypatch.delenv(f"ESTEIRA_{name.upper()}")
    configure()
    assert mudar("ana").situacao == situacao
