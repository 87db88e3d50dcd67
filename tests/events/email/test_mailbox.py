"""Preferences: one mailbox for each user, checked when it is said, begun by default, and never a second truth."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import Configure
from sqlalchemy import func, select
from support.avisos import devidos, pessoa, quer
from support.deliveries import deliveries, webhook

from core.clock import SYSTEM
from core.errors import UsageError
from events import disparar_webhook
from events.email import mailbox
from events.email.aviso import aviso_of
from events.email.mailbox import AVISOS, SERIOUS, Caixa, Change
from events.email.unsubscribe import Link
from flows.email import cancelling
from storage.models.destinos import Destino
from storage.models.eventos import Delivery, Estado
from storage.models.usuarios import Usuario
from storage.session import reading, transaction

ACCOUNT = {"email__host": "smtp.exemplo.com.br", "email__sender": "avisos@exemplo.com.br"}


@pytest.fixture(autouse=True)
def account(banco: str, configure: Configure) -> None:
    configure(**ACCOUNT)


def keep(usuario_id: int, **said: object) -> Caixa:
    with transaction() as db:
        return mailbox.keep(db, usuario_id, Change(**said))  # type: ignore[arg-type]


def caixa(endereco: str, ativo: bool, avisos: tuple[str, ...], silencio: str | None) -> Caixa:
    return Caixa(endereco, ativo, avisos, silencio, conta="padrao")


def of(usuario_id: int) -> Caixa:
    with reading() as db:
        return mailbox.of(db, usuario_id)


def wanting(usuario_id: int | None, evento: str = "erro_importacao") -> int:
    with transaction() as db:
        return len(mailbox.wanting(db, usuario_id, evento, {}))


def mailboxes() -> int:
    with reading() as db:
        return db.scalar(select(func.count()).select_from(Destino)) or 0


def test_a_user_who_said_nothing_wants_everything_and_has_no_address() -> None:
    assert of(pessoa(email="")) == Caixa()


def test_what_is_said_is_kept_and_what_is_not_said_stays() -> None:
    ana = pessoa()
    assert keep(ana, endereco="Ana@Exemplo.com.br") == caixa("Ana@exemplo.com.br", True, AVISOS, None)
    assert keep(ana, silencio="22:00-07:00", avisos=["resumo_diario"]).silencio == "22:00-07:00"
    assert keep(ana, ativo=False) == of(ana) == caixa("Ana@exemplo.com.br", False, ("resumo_diario",), "22:00-07:00")
    assert keep(ana, ativo=True, silencio="").silencio is None
    assert mailboxes() == 1


def test_an_address_that_is_taken_away_and_given_again_is_on() -> None:
    ana = pessoa(email="")
    quer(ana)
    assert keep(ana, endereco="") == caixa("", True, AVISOS, None)
    assert wanting(ana) == 0
    keep(ana, endereco="outra@exemplo.com.br")
    assert wanting(ana) == 1


@pytest.mark.parametrize(
    "said",
    [
        {"endereco": "ana"},
        {"endereco": "ana@x.br\r\nBcc: todos@x.br"},
        {"endereco": "a@b.br, c@d.br"},
        {"avisos": ["alerta_aberto"]},
        {"avisos": ["nada"]},
        {"avisos": []},
        {"silencio": "noite"},
    ],
)
def test_a_mistake_is_told_and_changes_nothing(said: dict[str, object]) -> None:
    ana = pessoa()
    quer(ana)
    with pytest.raises(UsageError) as told:
        keep(ana, **said)
    assert told.value.campo in ("email", "avisos", "silencio")
    assert of(ana) == caixa("ana@exemplo.com.br", True, AVISOS, None)


def test_staff_may_want_alerts_too() -> None:
    ana = pessoa(is_staff=True)
    assert keep(ana, endereco="a@b.br", avisos=["alerta_aberto"]).avisos == ("alerta_aberto",)


def test_who_never_said_anything_is_told_at_the_own_address_of_what_is_asked_for() -> None:
    """Imports are not mailed by themselves to somebody who did not choose that; errors and certificates are."""
    ana = pessoa()
    assert [wanting(ana, name) for name in AVISOS] == [1] * 6
    assert (mailboxes(), of(ana)) == (1, caixa("ana@exemplo.com.br", True, SERIOUS, None))
    for evento in ("nfe_importada", "erro_importacao"):
        disparar_webhook(evento, {}, usuario=ana)
    assert [one.evento for one in devidos()] == ["erro_importacao"]


@pytest.mark.parametrize("said", [{"silencio": "22:00-07:00"}, {"endereco": "outra@exemplo.com.br"}, {"ativo": True}])
def test_who_says_anything_has_preferences_from_then_on(said: dict[str, object]) -> None:
    ana = pessoa()
    wanting(ana)
    assert keep(ana, **said).avisos == AVISOS
    keep(ana, avisos=["resumo_diario"])
    assert [wanting(ana, name) for name in ("nfe_importada", "resumo_diario")] == [0, 1]


@pytest.mark.parametrize(
    ("ended", "left"), [("nfe_importada", set(SERIOUS)), ("certificado_vencendo", {"erro_importacao"})]
)
def test_one_click_ends_a_kind_for_who_never_said_anything_too(ended: str, left: set[str]) -> None:
    ana = pessoa()
    wanting(ana)
    with reading() as db:
        row = db.scalars(select(Destino)).one()
    token = Link(row.id, aviso_of(ended).grupo, row.url).sealed()
    assert cancelling.look(token).recebe
    assert not cancelling.cancel(token).recebe
    assert {name for name in AVISOS if wanting(ana, name)} == left


def test_what_was_ended_by_clicks_is_not_begun_by_other_changes() -> None:
    ana = pessoa()
    quer(ana, "resumo_diario")
    with reading() as db:
        row = db.scalars(select(Destino)).one()
    cancelling.cancel(Link(row.id, aviso_of("resumo_diario").grupo, row.url).sealed())
    assert keep(ana, silencio="22:00-07:00").avisos == ()


@pytest.mark.parametrize(
    ("email", "columns"),
    [("", {}), ("quem@", {}), ("ana@exemplo.com.br", {"ativo": False})],
    ids=["none", "bad", "off"],
)
def test_without_an_address_nobody_is_told_and_nothing_fails(email: str, columns: dict[str, bool]) -> None:
    assert wanting(pessoa(email=email, **columns)) == 0
    assert wanting(None) == wanting(4711) == 0


def test_where_no_account_sends_mail_nothing_is_begun(configure: Configure, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ACCOUNT:
        monkeypatch.delenv(f"ESTEIRA_{name.upper()}")
    configure()
    assert wanting(pessoa()) == mailboxes() == 0


def test_several_at_once_make_one_mailbox() -> None:
    ana = pessoa()
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda _: wanting(ana), range(8))) == [1] * 8
    assert mailboxes() == 1


def test_a_notice_that_is_not_wanted_is_not_owed() -> None:
    ana = pessoa()
    quer(ana, "resumo_diario")
    assert [wanting(ana, name) for name in ("resumo_diario", "nfe_importada")] == [1, 0]
    keep(ana, ativo=False)
    assert wanting(ana, "resumo_diario") == 0


def test_an_import_is_told_to_the_mailbox_as_to_any_destination() -> None:
    ana, bia = pessoa(), pessoa("bia", "bia@exemplo.com.br")
    quer(ana)
    quer(bia, endereco="bia@exemplo.com.br")
    disparar_webhook("erro_importacao", {"mensagem": "x"}, usuario=ana)
    assert [(one.endereco, one.evento) for one in devidos()] == [("ana@exemplo.com.br", "erro_importacao")]


def test_what_a_refused_address_was_owed_goes_to_the_new_one() -> None:
    ana = pessoa()
    quer(ana)
    with transaction() as db:
        row = db.scalars(select(Destino)).one()
        row.desligado_em, row.desligado_motivo = SYSTEM.now(), "não existe (550 5.1.1)"
    disparar_webhook("erro_importacao", {"mensagem": "x"}, usuario=ana)
    assert of(ana).motivo == "não existe (550 5.1.1)"
    assert keep(ana, silencio="22:00-07:00").motivo is not None
    assert keep(ana, endereco="outra@exemplo.com.br").motivo is None
    with reading() as db:
        assert [one.estado for one in db.scalars(select(Delivery))] == [Estado.PENDENTE]


def test_a_mailbox_goes_with_its_user() -> None:
    ana = pessoa()
    quer(ana)
    with transaction() as db:
        db.delete(db.get_one(Usuario, ana))
    assert mailboxes() == 0


@pytest.mark.parametrize(
    ("found", "wrong", "told"), [(0, 0, False), (1, 0, True), (0, 1, True)], ids=["nothing", "found", "wrong"]
)
def test_a_consultation_that_found_nothing_is_mailed_to_nobody(found: int, wrong: int, told: bool) -> None:
    """There is one every hour; a webhook gets each of them."""
    ana = pessoa()
    quer(ana)
    hook = webhook("https://exemplo.com/x", "consulta_concluida")
    with transaction() as db:
        db.get_one(Destino, hook).usuario_id = ana
    disparar_webhook("consulta_concluida", {"total_encontrados": found, "total_erros": wrong}, usuario=ana)
    assert len(deliveries(hook)) == 1
    assert len(devidos()) == told


def test_all_notices_are_those_that_a_user_may_have() -> None:
    ana, chefe = pessoa(), pessoa("chefe", is_staff=True)
    assert "alerta_aberto" not in keep(ana, endereco="a@b.br", avisos=["*"]).avisos
    assert "alerta_aberto" in keep(chefe, endereco="a@b.br", avisos=["*"]).avisos


def test_of_several_accounts_one_is_named_and_is_one_that_there_is(
    configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ACCOUNT:
        monkeypatch.delenv(f"ESTEIRA_{name.upper()}")
    accounts = {
        f"email__contas__{name}__{key.removeprefix('email__')}": value
        for name in ("matriz", "loja")
        for key, value in ACCOUNT.items()
    }
    configure(**accounts)
    ana = pessoa()
    assert wanting(ana) == mailboxes() == 0
    for said in ({}, {"conta": "padrao"}):
        with pytest.raises(UsageError) as told:
            keep(ana, endereco="a@b.br", **said)
        assert told.value.campo == "conta"
    assert keep(ana, endereco="a@b.br", conta="loja").conta == "loja"
    assert keep(ana, conta="matriz").conta == "matriz"
    assert keep(ana, silencio="22:00-07:00").conta == "matriz"
