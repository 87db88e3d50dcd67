"""The link in a notice: it ends one kind of notice to one address, once, and nothing else."""

from collections.abc import Sequence

import pytest
from conftest import Configure
from sqlalchemy import select
from support.avisos import pessoa
from support.deliveries import change_delivery, deliveries
from support.smtp import SENDER

from core.errors import NotFound
from events import disparar_webhook
from events.email import mailbox
from events.email.aviso import Grupo
from events.email.unsubscribe import Link
from flows.email.cancelling import NOT_WANTED, Notices, cancel, look
from storage.models.destinos import Destino
from storage.models.eventos import Estado
from storage.session import reading, transaction

ANA = "ana@exemplo.com.br"
IMPORTS = ("nfe_importada", "cte_importado")


@pytest.fixture
def ana(sqlite: str, configure: Configure) -> int:
    """A user who wants imports and faults by mail; her mailbox."""
    configure(email__host="mail.invalid", email__security="none", email__sender=SENDER)
    user = pessoa("ana", ANA)
    with transaction() as db:
        mailbox.keep(db, user, mailbox.Change(endereco=ANA, avisos=(*IMPORTS, "erro_importacao")))
    with reading() as db:
        return db.scalars(select(Destino.id)).one()


def wanted(number: int) -> Sequence[str]:
    with reading() as db:
        return db.get_one(Destino, number).eventos


def token(number: int, grupo: Grupo = Grupo.DOCUMENTOS, address: str = ANA) -> str:
    return Link(number, grupo, address).sealed()


def test_to_look_changes_nothing_and_tells_the_address_in_part(ana: int) -> None:
    before = wanted(ana)
    assert look(token(ana)) == Notices("documentos importados", "a***@exemplo.com.br", True)
    assert look(token(ana, Grupo.RESUMO)) == Notices("resumo diário", "a***@exemplo.com.br", False)
    assert wanted(ana) == before


def test_one_kind_ends_and_the_others_go_on(ana: int) -> None:
    assert cancel(token(ana)) == Notices("documentos importados", "a***@exemplo.com.br", False)
    assert wanted(ana) == ["erro_importacao"]
    assert look(token(ana, Grupo.ERROS)).recebe


def test_to_end_it_twice_changes_nothing_more(ana: int) -> None:
    first = cancel(token(ana))
    with reading() as db:
        changed = db.get_one(Destino, ana).data_atualizacao
    assert cancel(token(ana)) == first
    with reading() as db:
        assert db.get_one(Destino, ana).data_atualizacao == changed


def test_who_wanted_everything_wants_everything_else(ana: int) -> None:
    with transaction() as db:
        mailbox.keep(db, db.get_one(Destino, ana).usuario_id or 0, mailbox.Change(avisos=("*",)))
    cancel(token(ana))
    left = wanted(ana)
    assert "*" not in left
    assert not {*IMPORTS, "documentos_importados"} & {*left}
    assert {"erro_importacao", "resumo_diario", "certificado_vencendo"} <= {*left}


def owe(ana: int, *events: str) -> list[int]:
    with reading() as db:
        user = db.get_one(Destino, ana).usuario_id
    for name in events:
        disparar_webhook(name, {"chave_acesso": name}, user)
    return [row.id for row in deliveries(ana)]


@pytest.mark.parametrize(
    ("estado", "dropped"),
    [
        (Estado.PENDENTE, True),
        (Estado.ENVIANDO, True),
        (Estado.RETIDO, True),
        (Estado.ENTREGUE, False),
        (Estado.ESGOTADO, False),
    ],
)
def test_what_is_not_sent_yet_of_this_kind_is_not_sent(ana: int, estado: Estado, dropped: bool) -> None:
    (mine, other) = owe(ana, "nfe_importada", "erro_importacao")
    change_delivery(mine, estado=estado)
    cancel(token(ana))
    rows = {row.id: row for row in deliveries(ana)}
    assert rows[mine].estado == (Estado.DISPENSADO if dropped else estado)
    assert (rows[mine].last_error == NOT_WANTED) is dropped
    assert rows[other].estado == Estado.PENDENTE


@pytest.mark.parametrize("sealed", ["", "nada", "á", "x" * 2000])
def test_what_is_no_link_of_ours_is_told_as_over(ana: int, sealed: str) -> None:
    for do in (look, cancel):
        with pytest.raises(NotFound, match="Este link não vale mais"):
            do(sealed)


def test_a_link_to_an_address_that_changed_or_to_a_mailbox_that_is_gone_is_over(ana: int) -> None:
    for old in (token(ana, address="outra@exemplo.com.br"), token(ana + 1)):
        with pytest.raises(NotFound):
            cancel(old)
    assert "nfe_importada" in wanted(ana)


@pytest.mark.parametrize(
    ("address", "shown"), [("a@b.com.br", "a***@b.com.br"), ("ana.maria@b.com.br", "a***@b.com.br")]
)
def test_of_an_address_only_its_owner_knows_which_it_is(ana: int, address: str, shown: str) -> None:
    with transaction() as db:
        db.get_one(Destino, ana).url = address
    assert look(token(ana, address=address)).endereco == shown
