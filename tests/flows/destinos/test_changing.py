"""What is said is changed, what is not said stays."""

from dataclasses import replace

import pytest
from support.deliveries import SECRET, destination, ntfy, owned, webhook

from core.caller import Caller
from core.errors import Conflict, NotFound, UsageError
from flows.destinos.changing import Change, change, change_secret
from flows.destinos.creating import RATE_LIMIT, NewDestination, create
from flows.destinos.finding import number_of
from flows.destinos.switching import pause
from flows.destinos.views import destinations


def test_only_what_is_said_is_changed(banco: str) -> None:
    full = NewDestination(
        tipo="webhook",
        nome="erp",
        url="https://exemplo.com/x?sig=%7E",
        eventos=["alerta_aberto"],
        segredo=SECRET,
        severidade="aviso",
        rotulos=["loja=1"],
        silencio="22:00-07:00",
        por_minuto=30,
        ordem_estrita=True,
        cabecalhos={"X-A": "1"},
    )
    before = create(full).destino
    assert change("erp", Change()).destino == before
    after = change("erp", Change(eventos=["alerta_aberto", "alerta_resolvido"], url="https://outro.com/%2F")).destino
    assert (after.url, after.eventos) == ("https://outro.com/%2F", ("alerta_aberto", "alerta_resolvido"))
    assert (after.severidade, after.silencio, after.por_minuto) == ("aviso", "22:00-07:00", 30)
    assert destination(before.id).secret_key == SECRET


def test_an_empty_word_takes_away(sqlite: str) -> None:
    destino = webhook("https://exemplo.com/x", nome="erp")
    change("erp", Change(severidade="critico", rotulos=["loja=1"], silencio="22:00-07:00", por_minuto=5))
    empty = Change(severidade="", rotulos=[""], silencio="", por_minuto=0, ordem_estrita=True, nome="outro")
    changed = change(str(destino), empty).destino
    assert (changed.severidade, changed.rotulos, changed.silencio, changed.por_minuto) == (None, {}, None, None)
    assert (changed.ordem_estrita, changed.nome) == (True, "outro")


@pytest.mark.parametrize(
    ("new", "told"),
    [
        (Change(url="ftp://a.b/"), "URL"),
        (Change(topico="docs"), "reservado"),
        (Change(topico="com espaço"), "tópico"),
        (Change(eventos=["nada"]), "Evento desconhecido"),
        (Change(cabecalhos={"X-A": "b"}), "não tem cabeçalhos"),
        (Change(nome=" "), "nome do destino"),
        (Change(silencio="às vezes"), "silêncio"),
    ],
)
def test_a_mistake_changes_nothing(sqlite: str, new: Change, told: str) -> None:
    ntfy("https://ntfy.example")
    (before,) = destinations()
    with pytest.raises(UsageError, match=told):
        change("celular", new)
    assert destinations().itens == (before,)


def test_a_topic_of_ntfy_can_be_changed(sqlite: str) -> None:
    destino = ntfy("https://ntfy.example", segredo="tk_um")
    assert change("celular", Change(topico="outro")).destino.topico == "outro"
    assert destination(destino).secret_key == "tk_um"  # pragma: allowlist secret


def test_a_user_meets_only_what_is_theirs(sqlite: str) -> None:
    mine, other = webhook("https://exemplo.com/x", nome="meu"), webhook("https://exemplo.com/y", nome="outro")
    user = Caller(owned(mine, "ana"))
    assert [one.id for one in destinations(caller=user)] == [mine]
    for forbidden in (
        lambda: change(str(other), Change(nome="x"), user),
        lambda: change_secret("outro", caller=user),
        lambda: pause(str(other), user),
    ):
        with pytest.raises(NotFound):
            forbidden()
    made = create(NewDestination("webhook", "novo", "https://a.b/", ["nfe_importada"]), caller=user).destino
    assert destination(made.id).usuario_id == user.usuario_id


def test_a_user_names_only_what_happens_to_users(sqlite: str) -> None:
    ana = Caller(owned(webhook("https://exemplo.com/x", nome="meu"), "ana"))
    staff = Caller(owned(webhook("https://exemplo.com/y", nome="da equipe"), "bia", is_staff=True))

    def new(*eventos: str) -> NewDestination:
        return NewDestination("webhook", "novo", "https://a.b/", eventos)

    for refused in (
        lambda: create(new("nfe_importada", "alerta_aberto"), caller=ana),
        lambda: change("meu", Change(eventos=["alerta_aberto"])),
    ):
        with pytest.raises(
            UsageError, match="Só o operador e a equipe recebem alerta_aberto; um usuário recebe nfe_imp"
        ):
            refused()
    assert create(new("*"), caller=ana).destino.eventos == ("*",)
    assert create(new("alerta_aberto"), caller=staff).destino.eventos == ("alerta_aberto",)


@pytest.mark.parametrize("rate", [-1, 0, RATE_LIMIT + 1, 10**30])
def test_a_limit_per_minute_has_a_range(banco: str, rate: int) -> None:
    new = NewDestination("webhook", "erp", "https://exemplo.com/x", ["*"], por_minuto=rate)
    with pytest.raises(UsageError, match=f"de 1 a {RATE_LIMIT}"):
        create(new)
    number = create(replace(new, por_minuto=RATE_LIMIT)).destino.id
    if rate:
        with pytest.raises(UsageError, match=f"de 1 a {RATE_LIMIT}"):
            change("erp", Change(por_minuto=rate))
    change("erp", Change(por_minuto=0))
    assert destination(number).por_minuto is None


def test_two_of_one_name_are_told_apart_by_number(sqlite: str) -> None:
    webhook("https://exemplo.com/x", nome="erp")
    second = webhook("https://exemplo.com/y", nome="erp")
    with pytest.raises(Conflict, match="número"):
        change("erp", Change())
    assert number_of(str(second)) == second
    with pytest.raises(NotFound):
        number_of("9" * 30)


def test_replacing_begins_anew(sqlite: str) -> None:
    webhook("https://exemplo.com/x", nome="erp")
    change("erp", Change(cabecalhos={"X-A": "1"}))
    change_secret("erp")
    again = create(NewDestination("webhook", "erp", "https://exemplo.com/y", ["*"]), replacing=True).destino
    stored = destination(again.id)
    assert (stored.headers_customizados, stored.secret_anterior, again.eventos) == (None, None, ("*",))


def test_destinations_come_in_pages(sqlite: str) -> None:
    numbers = [webhook(f"https://exemplo.com/{n}", nome=f"n{n}") for n in range(5)]
    first = destinations(limite=2)
    assert [one.id for one in first] == numbers[:2]
    assert [one.id for one in destinations(limite=9, depois=first.depois)] == numbers[2:]


def test_an_ntfy_token_is_changed_for_one_that_is_given(sqlite: str) -> None:
    destino = ntfy("https://ntfy.example", segredo="tk_um")
    with pytest.raises(UsageError, match="novo token"):
        change_secret(str(destino))
    assert change_secret(str(destino), "tk_dois").segredo is None
    changed = destination(destino)
    assert (changed.secret_key, changed.secret_anterior) == ("tk_dois", None)
