"""Pages are for who has signed in, forms are their own, and nobody else frames or keeps an answer."""

import requests
from conftest import Configure
from support.visiting import PASSWORD, Visitor, account, visitor

from api.page import HEADERS
from flows.usuarios import managing

FORM = "application/x-www-form-urlencoded"
PARTS = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nxn--a\r\n--x--\r\n'


def test_who_has_not_signed_in_is_shown_the_way_in(light: str) -> None:
    nobody = Visitor(light)
    answer = nobody.get("/painel/x?a=1&b=2")
    assert (answer.status_code, answer.headers["location"]) == (303, "/entrar?proximo=/painel/x%3Fa%3D1%26b%3D2")
    assert nobody.get("/painel", headers={"sec-fetch-dest": "empty"}).status_code == 401
    assert nobody.ask("POST", "/sair").status_code == 401
    bare = nobody.get("/")
    assert (bare.status_code, bare.headers["location"]) == (303, "/painel/")
    for path in ("/admin", "/admin/", "/admin/x/y", "/sair"):
        assert nobody.get(path).status_code == 303
    for path in ("/painelx", "/administracao", "/entrarx"):
        assert nobody.get(path).status_code == 404


def test_a_line_break_behind_a_path_leads_past_no_door(light: str) -> None:
    nobody, ana = Visitor(light), visitor(light)
    for path in ("/painel%0A", "/sair%0A", "/admin%0A"):
        assert nobody.get(path).headers["location"].startswith("/entrar?"), path
        assert nobody.ask("POST", path).status_code == 401, path
    foreign = {"origin": "https://outro.example"}
    assert nobody.ask("POST", "/entrar%0A", data={"username": "ana"}, headers=foreign).status_code == 403
    assert nobody.get("/entrar%0A").status_code == 200
    assert ana.ask("POST", "/sair%0A").status_code == 403
    assert ana.get("/sair").status_code == 200


def test_only_staff_see_the_admin(light: str) -> None:
    ana = visitor(light)
    assert ana.get("/admin/").status_code == 403
    assert "só para a equipe" in ana.get("/admin/webhook/list").text
    managing.criar("ana", staff=True, replacing=True)
    assert ana.get("/admin/nao-ha").status_code == 404
    managing.criar("ana", staff=False, replacing=True)
    assert ana.get("/admin/nao-ha").status_code == 403


def test_every_answer_keeps_itself_to_its_reader(light: str) -> None:
    ana = visitor(light)
    asked = [ana.get(path) for path in ("/entrar", "/sair", "/painel/nao-ha", "/admin/", "/entrar?x=%00")]
    asked += [Visitor(light).get("/painel"), ana.ask("POST", "/sair", data={"csrf": "x"})]
    for answer in asked:
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
        assert "unsafe" not in answer.headers["content-security-policy"]


FOREIGN = (
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"origin": "https://outro.example"},
    {"origin": "null"},
    {"origin": "http://127.0.0.1.outro.example"},
    {"origin": "http://[x"},
)


def test_a_form_of_another_page_does_nothing(light: str) -> None:
    ana, stranger = visitor(light), Visitor(light)
    for headers in FOREIGN:
        with_word = ana.ask("POST", "/sair", data={"csrf": ana.csrf}, headers=headers)
        assert (with_word.status_code, "veio de outra página" in with_word.text) == (403, True), headers
        fields = {"username": "ana", "password": PASSWORD}
        assert stranger.ask("POST", "/entrar", data=fields, headers=headers).status_code == 403, headers
    assert not stranger.session.cookies
    assert ana.get("/sair").status_code == 200


def test_a_form_without_its_word_does_nothing(light: str) -> None:
    ana, bia = visitor(light), visitor(light, "bia")
    for word in ("", "x", bia.csrf, ana.csrf[:-1], ana.csrf.upper(), "é"):
        assert ana.ask("POST", "/sair", data={"csrf": word}).status_code == 403
    assert ana.ask("POST", f"/sair?csrf={ana.csrf}").status_code == 403
    assert ana.ask("POST", "/sair", json={"csrf": ana.csrf}).status_code == 403
    for method in ("PUT", "PATCH", "DELETE", "TRACE"):
        assert ana.ask(method, "/sair").status_code == 403
    assert ana.get("/sair").status_code == 200


def test_the_word_comes_in_a_field_of_either_form_or_in_a_header(light: str) -> None:
    ana = visitor(light)
    # past the door there is nothing under this path
    for how in (
        {"data": {"csrf": ana.csrf}},
        {"files": {"csrf": (None, ana.csrf)}},
        {"headers": {"x-csrf-token": ana.csrf}, "json": {}},
    ):
        assert ana.ask("POST", "/painel/nao-ha", **how).status_code == 404
    assert ana.ask("POST", "/painel/nao-ha").status_code == 403


def test_the_origin_of_the_settings_is_ours_too(light: str, configure: Configure) -> None:
    configure(api__base_url="https://esteira.example")
    ana = visitor(light)
    sent = ana.ask("POST", "/sair", data={"csrf": ana.csrf}, headers={"origin": "https://esteira.example"})
    assert sent.status_code == 303


BAD_FORMS = (
    (b"a=%00", FORM, 400),
    (b"a%00=1", FORM, 400),
    (b"a=" + b"x" * (2 * 1024 * 1024), FORM, 413),
    (b"&".join(b"a%d=1" % one for one in range(2000)), FORM, 400),
    (b"--x\r\nContent-Disposition: form-data; name=", "multipart/form-data; boundary=x", 403),
    (b"nada", "multipart/form-data", 400),
    (PARTS, "multipart/form-data; boundary=x; charset=undefined", 400),
    (PARTS, "multipart/form-data; boundary=x; charset=idna", 400),
    (PARTS, "multipart/form-data; boundary=x; charset=punycode", 400),
    (PARTS, "multipart/form-data; boundary=x; charset=nada", 400),
    (PARTS, "multipart/form-data; boundary=x; charset=ISO-8859-1", 403),
    (PARTS, 'multipart/form-data; charset="UTF-8"; boundary=x', 403),
    (b"\xff\xfe", FORM, 403),
    (b"[" * 100_000, "application/json", 403),
)
BAD_QUERIES = ("x=%00", "x=%ed%a0%80", "x=" + "y" * 20_000, "proximo=%00")


def test_what_is_no_form_and_no_parameter_is_refused(light: str) -> None:
    ana = visitor(light)
    for body, content_type, status in BAD_FORMS:
        answer = ana.ask("POST", "/sair", data=body, headers={"content-type": content_type})
        assert answer.status_code == status, (body[:40], content_type)
    for query in BAD_QUERIES:
        assert ana.get(f"/entrar?{query}").status_code == 400, query[:40]
    assert ana.get("/sair").status_code == 200


def test_a_database_that_is_away_is_told(light: str, configure: Configure) -> None:
    ana = visitor(light)
    configure(core__database_url="postgresql://u:senha-secreta@127.0.0.1:1/x")  # pragma: allowlist secret
    answer = ana.get("/painel")
    assert answer.status_code == 503
    assert "senha-secreta" not in answer.text


def test_a_cookie_opens_no_path_of_the_api(light: str) -> None:
    assert visitor(light, staff=True).get("/api/nfe/").status_code == 401


def test_what_a_page_shows_is_text(light: str) -> None:
    account()
    answer = Visitor(light).enter("<script>alert(1)</script>", "x", '"><script>')
    assert answer.status_code == 400
    assert "<script" not in answer.text


def test_styles_are_open_and_nothing_else_of_their_folder(light: str) -> None:
    assert requests.get(f"{light}/estatico/simples.css", timeout=60).status_code == 200
    for path in ("/estatico/", "/estatico/../app.py", "/estatico/%2e%2e/app.py", "/estatico/..%2fapp.py"):
        assert requests.get(light + path, timeout=60).status_code == 404
