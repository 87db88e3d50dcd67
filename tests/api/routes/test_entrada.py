"""Sign in and out in a browser."""

import logging
from pathlib import Path

import pytest
from conftest import Configure
from sqlalchemy import inspect, text
from support.browser import browser, focused, needs_browser, page
from support.visiting import PASSWORD, Visitor, account, visitor

from api.routes.entrada import local
from flows.usuarios import managing
from flows.usuarios.passwords import definir
from storage.session import engine

HOME = "/painel"


def test_who_signs_in_goes_where_they_wanted_and_out_again(url: str) -> None:
    account()
    ana = Visitor(url)
    answer = ana.enter(proximo="/admin/webhook/list?page=2")
    assert (answer.status_code, answer.headers["location"]) == (303, "/admin/webhook/list?page=2")
    assert ana.get("/entrar").headers["location"] == HOME
    assert "Você entrou como <strong>ana</strong>" in ana.get("/sair").text
    assert ana.get("/sair").status_code == 200, "a link ends nothing"
    cookie = dict(ana.session.cookies)
    assert ana.send("/sair").headers["location"] == "/entrar"
    assert not ana.session.cookies
    ana.session.cookies.update(cookie)
    assert ana.get("/sair").status_code == 303, "what the browser showed before is none"


def test_the_cookie_is_for_our_own_pages_alone(light: str, configure: Configure) -> None:
    account()
    said = Visitor(light).enter().headers["set-cookie"].lower()
    assert said.startswith("esteira_sessao=")
    assert all(word in said for word in ("httponly", "samesite=lax", "path=/"))
    assert all(word not in said for word in ("domain", "max-age", "expires", "secure"))
    # a proxy before us ended https
    proxied = Visitor(light)
    where = {"host": "esteira.example", "origin": "https://esteira.example"}
    said = proxied.ask("POST", "/entrar", data={"username": "ana", "password": PASSWORD}, headers=where).headers
    assert said["set-cookie"].startswith("__Host-esteira_sessao=")
    assert "secure" in said["set-cookie"].lower()


def test_a_password_goes_over_no_open_network_unless_the_settings_say_so(light: str, configure: Configure) -> None:
    account()
    fields, where = {"username": "ana", "password": PASSWORD}, {"host": "esteira.example"}
    refused = Visitor(light).ask("POST", "/entrar", data=fields, headers=where)
    assert (refused.status_code, "api.cookie_secure" in refused.text) == (403, True)
    assert "set-cookie" not in refused.headers
    configure(api__cookie_secure="false")
    assert Visitor(light).ask("POST", "/entrar", data=fields, headers=where).status_code == 303


def test_a_cookie_that_anybody_may_set_is_read_on_this_machine_alone(light: str) -> None:
    ana = visitor(light)
    (token,) = ana.session.cookies.values()
    elsewhere = {"host": "esteira.example"}
    for name, status in (("esteira_sessao", 303), ("__Host-esteira_sessao", 200)):
        ana.session.cookies.clear()
        assert ana.get("/sair", headers={**elsewhere, "cookie": f"{name}={token}"}).status_code == status


def test_a_cookie_that_is_none(light: str) -> None:
    for cookie in ("", "x", "é", "a" * 300, "a; esteira_sessao=b", '"'):
        said = f"esteira_sessao={cookie}".encode("latin-1")
        assert Visitor(light).get("/painel", headers={"cookie": said}).status_code == 303, cookie


def test_each_sign_in_has_a_session_of_its_own(light: str) -> None:
    ana = visitor(light)
    (first,) = ana.session.cookies.values()
    word = ana.csrf
    ana.enter()
    (second,) = ana.session.cookies.values()
    assert (first != second, word != ana.csrf) == (True, True)
    ana.session.cookies.clear()
    assert ana.get("/sair", headers={"cookie": f"esteira_sessao={first}"}).status_code == 303


def test_a_session_ends_in_its_middle_where_its_user_does(light: str) -> None:
    for end in (lambda: managing.desativar("ana"), lambda: definir("ana", "outra senha boa")):
        managing.criar("ana", replacing=True)
        managing.ativar("ana")
        definir("ana", PASSWORD)
        ana, elsewhere = Visitor(light), Visitor(light)
        assert (ana.enter().status_code, elsewhere.enter().status_code) == (303, 303)
        end()
        assert (ana.get("/sair").status_code, ana.send("/sair").status_code) == (303, 401)
        assert elsewhere.get("/sair").status_code == 303


def test_who_leaves_everywhere_leaves_every_browser(light: str) -> None:
    ana, elsewhere, bia = visitor(light), Visitor(light), visitor(light, "bia")
    elsewhere.enter()
    ana.send("/sair", todas="1")
    assert elsewhere.get("/sair").status_code == 303
    assert bia.get("/sair").status_code == 200


def test_a_wrong_name_or_password_says_the_same(light: str) -> None:
    account()
    for name, password in (("ana", "errada"), ("bia", PASSWORD), ("", ""), ("a" * 10_000, "x"), ("ana", "x" * 10_000)):
        answer = Visitor(light).enter(name, password)
        assert (answer.status_code, "Usuário ou senha inválidos." in answer.text) == (400, True)
        assert "set-cookie" not in answer.headers


def test_a_name_is_tried_five_times_a_minute_at_this_door_and_the_other(light: str, broker: str) -> None:
    account()
    stranger = Visitor(light)
    assert [stranger.enter("ANA", "x").status_code for _ in range(3)] == [400] * 3
    for _ in range(2):
        assert stranger.post("/api/auth/login/", {"username": "ana", "password": "x"}).status_code == 400
    refused = stranger.enter()
    assert (refused.status_code, int(refused.headers["retry-after"]) > 0) == (429, True)


@pytest.mark.parametrize(
    ("wanted", "goes"),
    [
        ("/admin/", "/admin/"),
        ("/painel?x=https://a", "/painel?x=https://a"),
        ("", HOME),
        ("painel", HOME),
        ("//outro.example", HOME),
        ("///outro.example", HOME),
        ("/\\outro.example", HOME),
        ("\\\\outro.example", HOME),
        ("https://outro.example", HOME),
        ("javascript:alert(1)", HOME),
        ("/\t/outro.example", HOME),
        ("/\n/outro.example", HOME),
        (" //outro.example", HOME),
        ("/\r\nSet-Cookie: a=b", HOME),
        ("/é", HOME),
        ("http://[", HOME),
    ],
)
def test_where_one_goes_is_ours(wanted: str, goes: str) -> None:
    assert local(wanted) == goes


def test_a_password_is_found_nowhere(light: str, caplog: pytest.LogCaptureFixture, configure: Configure) -> None:
    caplog.set_level(logging.DEBUG)
    ana = visitor(light)
    (token,) = ana.session.cookies.values()
    wrong = "tentativa-errada-7731"
    texts = [ana.get("/sair").text, Visitor(light).enter("ana", wrong).text, caplog.text]
    with engine().connect() as db:
        for table in inspect(db).get_table_names():
            texts += [repr(row) for row in db.execute(text(f"SELECT * FROM {table}"))]
    for secret in (PASSWORD, wrong, token):
        assert not [one for one in texts if secret in one]


@needs_browser
def test_a_person_signs_in_and_out_in_chromium_by_keyboard_alone(light: str, tmp_path: Path) -> None:
    account()
    with browser() as running, page(running) as shown:
        refused: list[str] = []
        shown.on("console", lambda said: refused.append(said.text) if said.type == "error" else None)
        shown.goto(f"{light}/sair")
        assert "/entrar?proximo=" in shown.url
        focused(shown, "#username")
        shown.keyboard.type("ana")
        shown.keyboard.press("Tab")
        shown.keyboard.type(PASSWORD)
        shown.keyboard.press("Enter")
        shown.wait_for_url(f"{light}/sair")
        (cookie,) = shown.context.cookies()
        assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Lax")
        assert shown.evaluate("document.cookie") == ""
        assert refused == [], "the policy lets everything of our own page"
        focused(shown, "button")
        shown.keyboard.press("Enter")
        shown.wait_for_url(f"{light}/entrar")
        assert shown.context.cookies() == []


@needs_browser
def test_another_site_ends_no_session_and_begins_none_in_chromium(light: str) -> None:
    account()
    account("intruso")
    ours = light.replace("127.0.0.1", "localhost")
    with browser() as running, page(running) as shown:
        shown.goto(f"{ours}/entrar")
        shown.fill("#username", "ana")
        shown.fill("#password", PASSWORD)
        shown.click("button")
        shown.wait_for_url(f"{ours}{HOME}")
        before = shown.context.cookies()
        # 127.0.0.1 is another site than localhost
        for path, fields in (("/sair", {}), ("/entrar", {"username": "intruso", "password": PASSWORD})):
            shown.goto(f"{light}/saude/")
            with shown.expect_navigation():
                shown.evaluate(
                    """([where, fields]) => {
                        const form = document.createElement("form");
                        form.method = "post";
                        form.action = where;
                        for (const [name, value] of Object.entries(fields)) {
                            const field = document.createElement("input");
                            field.name = name;
                            field.value = value;
                            form.append(field);
                        }
                        document.body.append(form);
                        form.submit();
                    }""",
                    [ours + path, fields],
                )
            assert "veio de outra página" in shown.text_content("main")  # type: ignore[operator]
        assert shown.context.cookies() == before
        shown.goto(f"{ours}/sair")
        assert "ana" in shown.text_content("main")  # type: ignore[operator]
