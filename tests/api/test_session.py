"""A page that is open stays so for who was shown it, and for what they may see."""

from support.visiting import PASSWORD, account

from api.session import Visita
from flows.usuarios import managing, sessions


def test_a_visit_ends_with_the_user_and_with_what_they_may_see(sqlite: str) -> None:
    account("rex", staff=True)
    begun = sessions.begin("rex", PASSWORD)
    assert begun is not None
    visita = Visita(begun.quem, begun.token)
    assert visita.stands()
    managing.criar("rex", staff=False, replacing=True)
    assert not visita.stands()
    managing.criar("rex", staff=True, replacing=True)
    assert visita.stands()
    managing.desativar("rex")
    assert not visita.stands()
