"""The link that ends a kind of notice: scanners follow it and cause nothing, one POST ends it and nothing else."""

from collections.abc import Sequence

import pytest
import requests
from conftest import Configure
from support.deliveries import change, deliveries, destination, owned

from core.settings.load import get_settings
from events import disparar_webhook
from events.email.aviso import Grupo, avisos
from events.email.mailbox import told_of
from events.email.unsubscribe import Link, url_of
from flows.destinos.creating import NewDestination, create
from storage import crypto
from storage.models.eventos import Estado

ADDRESS = "ana@exemplo.com.br"
NAMES = ("nfe_importada", "cte_importado", "erro_importacao", "consulta_concluida")


@pytest.fixture
def mailbox(url: str) -> int:
    number = create(NewDestination("email", "ana", ADDRESS, ("alerta_aberto",))).destino.id
    owned(number, "ana", eventos=NAMES)
    return number


def link(url: str, number: int, grupo: Grupo = Grupo.DOCUMENTOS, address: str = ADDRESS) -> str:
    return f"{url}/email/cancelar/{Link(number, grupo, address).sealed()}"


def subscribed(number: int) -> Sequence[str]:
    return destination(number).eventos


def test_a_look_shows_a_button_and_changes_nothing(url: str, mailbox: int) -> None:
    before = subscribed(mailbox)
    for _ in range(3):
        answer = requests.get(link(url, mailbox), timeout=60)
        assert answer.status_code == 200
        assert "<button" in answer.text
        assert "documentos importados" in answer.text
        assert "a***@exemplo.com.br" in answer.text
        assert ADDRESS not in answer.text
    requests.head(link(url, mailbox), timeout=60)
    requests.options(link(url, mailbox), timeout=60)
    assert subscribed(mailbox) == before
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("body", [{"List-Unsubscribe": "One-Click"}, {}, {"qualquer": "x" * 1000}])
def test_a_post_ends_this_kind_and_the_others_survive(url: str, mailbox: int, body: dict[str, str]) -> None:
    # as a mail program asks: no cookie, no page before
    for _ in range(2):
        answer = requests.post(link(url, mailbox), data=body, timeout=60)
        assert answer.status_code == 200
        assert "não recebe" in answer.text
        assert "<button" not in answer.text
        assert sorted(subscribed(mailbox)) == ["alerta_aberto", "consulta_concluida", "erro_importacao"]
    assert "<button" not in requests.get(link(url, mailbox), timeout=60).text


def test_what_was_not_sent_yet_is_not_sent_any_more(url: str, mailbox: int) -> None:
    user = destination(mailbox).usuario_id
    for name in ("nfe_importada", "erro_importacao"):
        disparar_webhook(name, dict(avisos()["nfe_importada"].exemplo), user)
    requests.post(link(url, mailbox), timeout=60)
    assert [one.estado for one in deliveries(mailbox)] == [Estado.DISPENSADO, Estado.PENDENTE]
    assert deliveries(mailbox)[0].last_error == "quem recebe não quer mais este aviso"
    disparar_webhook("nfe_importada", dict(avisos()["nfe_importada"].exemplo), user)
    assert len(deliveries(mailbox)) == 2


def test_of_a_mailbox_that_has_everything_the_rest_stays(url: str) -> None:
    number = create(NewDestination("email", "tudo", ADDRESS, ("*",))).destino.id
    requests.post(link(url, number, Grupo.OPERACAO), timeout=60)
    left = subscribed(number)
    assert "nfe_importada" in left
    assert "resumo_diario" in left
    assert "alerta_aberto" not in left
    assert "*" not in left


def test_a_mailbox_that_nobody_chose_may_be_ended_too(url: str, mailbox: int) -> None:
    change(mailbox, de_oficio=True)
    assert "<button" in requests.get(link(url, mailbox, Grupo.CERTIFICADOS), timeout=60).text
    assert requests.post(link(url, mailbox, Grupo.CERTIFICADOS), timeout=60).status_code == 200
    assert "certificado_vencendo" not in told_of(destination(mailbox))
    assert "erro_importacao" in told_of(destination(mailbox))


@pytest.mark.parametrize("what", ["garbage", "long", "accents", "other purpose", "other address", "no destination"])
def test_a_link_that_is_none_is_a_page_and_no_fault(url: str, mailbox: int, what: str) -> None:
    tokens = {
        "garbage": "abc",
        "long": "A" * 5000,
        "accents": "%C3%A7",
        "other purpose": crypto.ring().encrypt(f"outra.coisa\n{mailbox}\nDOCUMENTOS\n{ADDRESS}").decode(),
        "other address": Link(mailbox, Grupo.DOCUMENTOS, "bia@exemplo.com.br").sealed(),
        "no destination": Link(10_000, Grupo.DOCUMENTOS, ADDRESS).sealed(),
    }
    before = subscribed(mailbox)
    for method in ("GET", "POST"):
        answer = requests.request(method, f"{url}/email/cancelar/{tokens[what]}", timeout=60)
        assert answer.status_code == 404
        assert "Nada a cancelar" in answer.text
        assert "<button" not in answer.text
    assert subscribed(mailbox) == before


def test_the_link_outlives_a_change_of_keys(url: str, mailbox: int, configure: Configure) -> None:
    old = Link(mailbox, Grupo.DOCUMENTOS, ADDRESS).sealed()
    keys = [key.get_secret_value() for key in get_settings().core.keys]  # type: ignore[attr-defined]
    new = "b3V0cmEtY2hhdmUtc28tcGFyYS1vcy10ZXN0ZXMtMDE="  # pragma: allowlist secret
    configure(core__keys=f'["{new}", "{keys[0]}"]')
    assert requests.post(f"{url}/email/cancelar/{old}", timeout=60).status_code == 200
    assert "nfe_importada" not in subscribed(mailbox)


def test_without_an_address_of_the_api_there_is_no_link(sqlite: str, configure: Configure) -> None:
    assert url_of(Link(1, Grupo.ERROS, ADDRESS)) is None
    configure(api__base_url="https://esteira.exemplo.com.br/")
    assert str(url_of(Link(1, Grupo.ERROS, ADDRESS))).startswith("https://esteira.exemplo.com.br/email/cancelar/")
