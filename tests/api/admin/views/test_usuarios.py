"""Users in the admin: turned off with all their sessions, and on again; nobody turns off oneself."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from support.visiting import PASSWORD, Visitor, account, listed

from api.admin.views import usuarios
from core.errors import Conflict, NotFound
from flows.usuarios import managing, sessions
from flows.usuarios.tokens import Quem

Noted = Callable[[], list[Mapping[str, Any]]]


def test_a_user_is_turned_off_with_every_session_but_nobody_oneself(staff: Visitor, noted: Noted) -> None:
    account("ana")
    begun = sessions.begin("ana", PASSWORD)
    assert begun is not None
    assert "Desativado." in staff.send("/admin/usuario/action/desligar", pks="2").text
    assert sessions.quem(begun.token) is None
    assert staff.send("/admin/usuario/action/desligar", pks="1").status_code == 409
    assert staff.get("/admin/").status_code == 200
    assert staff.send("/admin/usuario/action/ligar", pks="2").status_code == 200
    assert [note["desfecho"] for note in noted()] == ["feito", "recusado", "feito"]
    assert listed(staff, "auditoria", "tabela=usuario&desfecho=feito") == 2


def test_oneself_is_refused_before_anything_is_looked_up() -> None:
    with pytest.raises(Conflict, match="si mesmo"):
        usuarios.desligar(7, Quem(7, "chefe", True, None))


@pytest.mark.parametrize("act", [usuarios.ligar, usuarios.desligar])
def test_a_user_who_is_not_there_is_told(sqlite: str, act: Callable[[int, Quem], str]) -> None:
    managing.criar("ana")
    with pytest.raises(NotFound, match="Não há este usuário"):
        act(2, Quem(1, "ana", True, None))
