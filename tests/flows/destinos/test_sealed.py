"""A destination whose secrets no key opens costs itself: the lists it stands in are told, and say so of it."""

from collections.abc import Callable

import pytest
from support.avisos import pessoa
from support.deliveries import change, seal, webhook

from core.checks import FAULT, OK
from core.errors import Misconfigured
from events.delivery.email import account
from events.email import mailbox
from flows.destinos import panorama, trying, views, webhooks
from flows.destinos.checks import destinations
from storage.session import reading, transaction

COLUMNS = ("secret_key", "secret_anterior", "headers_customizados", "opcoes")
CLOSED, OPEN = "fechado", "aberto"

pytestmark = pytest.mark.usefixtures("banco")


@pytest.fixture(params=COLUMNS)
def closed(request: pytest.FixtureRequest) -> int:
    number = webhook("https://exemplo.com/fechado", nome=CLOSED)
    webhook("https://exemplo.com/aberto", nome=OPEN)
    seal(number, request.param)
    return number


@pytest.mark.parametrize(
    "named",
    [
        lambda: [one.nome for one in views.destinations().itens],
        lambda: [one.nome for one in views.pagina().itens],
        lambda: [one.destino.nome for one in panorama.panorama().destinos],
        lambda: [one.nome for one in webhooks.listar().itens],
    ],
    ids=["listar", "pagina", "panorama", "api"],
)
def test_the_lists_tell_of_both(closed: int, named: Callable[[], list[str]]) -> None:
    assert sorted(named()) == [OPEN, CLOSED]


def test_diagnostico_tells_which(closed: int) -> None:
    found = {one.sistema: one for one in destinations()}
    assert (found[f"destino {CLOSED}"].situacao, found[f"destino {OPEN}"].situacao) == (FAULT, OK)
    assert "nenhuma chave abre os segredos dele" in found[f"destino {CLOSED}"].detalhe


def test_what_cannot_be_shown_is_not_shown_as_none() -> None:
    number = webhook("https://exemplo.com/fechado", nome=CLOSED)
    seal(number, "headers_customizados")
    assert views.mostrar(str(number)).detalhes == {"segredos": views.SEALED}
    (one,) = webhooks.listar().itens
    assert list(one.headers_customizados) == [webhooks.SEALED]


def test_a_test_of_it_says_why_it_sends_nothing(closed: int) -> None:
    with pytest.raises(Misconfigured, match="Nenhuma chave"):
        trying.try_out(str(closed))


def test_other_mailboxes_are_told() -> None:
    whose = pessoa("maria")
    made = [webhook("https://exemplo.com/x", "erro_importacao", nome=name) for name in (CLOSED, OPEN)]
    for number in made:
        change(number, tipo="email", usuario_id=whose, url="maria@exemplo.com.br", opcoes='{"conta": "padrao"}')
    seal(made[0], "opcoes")
    with transaction() as db:
        assert mailbox.wanting(db, whose, "erro_importacao", {}) == made
    with reading() as db:
        assert [one.id for one in account.destinations(db, "padrao")] == made[1:]
