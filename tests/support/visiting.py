"""Who visits pages: a person with a browser's habits, without the browser."""

import re
from typing import Any

import requests

from flows.usuarios import managing
from flows.usuarios.passwords import definir
from support.api import Client

PASSWORD = "uma senha boa"  # pragma: allowlist secret
_WORD = re.compile(r'name="csrf" value="([0-9a-f]{64})"')


class Visitor(Client):
    """Somebody with a cookie jar, who sends forms with the word that pages give."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.csrf = ""

    def enter(self, name: str = "ana", password: str = PASSWORD, proximo: str = "", **how: Any) -> requests.Response:
        """Sign in; know the word of the session from now on."""
        fields = {"username": name, "password": password, "proximo": proximo}
        answer = self.ask("POST", "/entrar", data=fields, **how)
        if answer.status_code == 303:
            found = _WORD.search(self.get("/sair").text)
            assert found is not None
            self.csrf = found[1]
        return answer

    def send(self, path: str, /, **fields: Any) -> requests.Response:
        """Send a form as its page would."""
        return self.ask("POST", path, data={"csrf": self.csrf, **fields})


def account(name: str = "ana", *, staff: bool = False) -> None:
    """Make a user who can sign in."""
    managing.criar(name, staff=staff)
    definir(name, PASSWORD)


def visitor(url: str, name: str = "ana", *, staff: bool = False) -> Visitor:
    """Return a new user who has signed in."""
    account(name, staff=staff)
    who = Visitor(url)
    assert who.enter(name).status_code == 303
    return who


def listed(staff: Visitor, table: str, query: str = "") -> int:
    """Return how many rows a list of the admin shows."""
    answer = staff.get(f"/admin/{table}/list?{query}")
    assert answer.status_code == 200, (table, query, answer.text)
    return answer.text.count(f'href="/admin/{table}/details/')
