"""The admin in Chromium: by the keyboard alone, and against another site's page."""

from collections.abc import Callable, Mapping
from typing import Any

from playwright.sync_api import Page
from support.browser import PHONE, browser, focused, needs_browser, page, shoot
from support.visiting import PASSWORD, account

from api.admin.late import built
from flows.destinos import webhooks

pytestmark = needs_browser
MOST_TABS = 80
FOCUSED = "(document.activeElement.innerText || document.activeElement.name || '').trim()"
SEND = """([where, fields]) => {
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
}"""


def tab_to(shown: Page, name: str) -> None:
    """Go on by Tab until what has the focus is called so."""
    for _ in range(MOST_TABS):
        shown.keyboard.press("Tab")
        if shown.evaluate(FOCUSED) == name:
            return
    raise AssertionError(f"{name!r} is not reached by Tab")


def press(shown: Page, name: str) -> None:
    """Reach something and press it, and wait for the page that comes."""
    tab_to(shown, name)
    with shown.expect_navigation():
        shown.keyboard.press("Enter")


def enter(shown: Page, url: str, proximo: str) -> None:
    shown.goto(f"{url}{proximo}")
    focused(shown, "#username")
    shown.keyboard.type("chefe")
    shown.keyboard.press("Tab")
    shown.keyboard.type(PASSWORD)
    with shown.expect_navigation():
        shown.keyboard.press("Enter")


def test_a_person_works_by_the_keyboard_alone(
    light: str, hook: int, noted: Callable[[], list[Mapping[str, Any]]]
) -> None:
    account("chefe", staff=True)
    with browser() as running, page(running) as shown:
        wrong: list[str] = []
        shown.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
        enter(shown, light, "/admin/")
        press(shown, "Webhooks")
        tab_to(shown, "search")
        shown.keyboard.type("erp")
        with shown.expect_navigation():
            shown.keyboard.press("Enter")
        shoot(shown, "admin-lista")
        tab_to(shown, "pks")
        shown.keyboard.press("Space")
        press(shown, "Desligar")
        assert "Desligado." in shown.inner_text("main")
        assert webhooks.mostrar(hook).ativo is False
        press(shown, f"Webhook {hook}")
        shoot(shown, "admin-linha")
        press(shown, "Mudar")
        tab_to(shown, "nome")
        shown.keyboard.press("Control+A")
        shown.keyboard.type("Outro nome")
        shoot(shown, "admin-formulario")
        press(shown, "Guardar")
        assert webhooks.mostrar(hook).nome == "Outro nome"
        assert [note["acao"] for note in noted()] == ["desligar", "mudar"]
        press(shown, "Sair")
        focused(shown, "button")
        with shown.expect_navigation():
            shown.keyboard.press("Enter")
        assert shown.url == f"{light}/entrar"
        shown.goto(f"{light}/admin/webhook/list")
        assert "/entrar?proximo=" in shown.url
        assert wrong == [], "the policy lets everything of our own pages"


def test_another_site_changes_nothing(light: str, hook: int, noted: Callable[[], list[Mapping[str, Any]]]) -> None:
    account("chefe", staff=True)
    # 127.0.0.1 is another site than localhost
    ours = light.replace("127.0.0.1", "localhost")
    with browser() as running, page(running) as shown:
        enter(shown, ours, "/admin/webhook/list")
        assert "ERP" in shown.inner_text("main")
        view = next(one for one in built().views if one.identity == "webhook")
        paths = [f"/admin/webhook/action/{one.nome}" for one in view.acoes]  # type: ignore[union-attr]
        paths += [f"/admin/webhook/edit/{hook}", "/admin/webhook/create", "/admin/webhook/export"]
        fields = {"pks": str(hook), "nome": "intruso", "url": "https://outro.example", "eventos": "nfe_importada"}
        for path in paths:
            shown.goto(f"{light}/saude/")
            with shown.expect_navigation():
                shown.evaluate("where => { location.href = where }", f"{ours}{path}?pks={hook}")
            shown.goto(f"{light}/saude/")
            with shown.expect_navigation():
                shown.evaluate(SEND, [ours + path, fields])
            assert "veio de outra página" in shown.inner_text("main"), path
        framed = shown.goto(f"{light}/saude/")
        assert framed is not None
        shown.evaluate(
            "where => { const one = document.createElement('iframe'); one.src = where; document.body.append(one) }",
            f"{ours}/admin/webhook/list",
        )
        shown.wait_for_function("frames.length === 1")
        assert "ERP" not in (shown.frames[-1].text_content("html") or "")
    kept = webhooks.mostrar(hook)
    assert (kept.nome, kept.url, kept.ativo) == ("ERP", "https://erp.example/x", True)
    assert noted() == []


def test_a_phone_shows_it_without_a_bar_at_the_side(light: str, hook: int) -> None:
    account("chefe", staff=True)
    with browser() as running, page(running, size=PHONE, dark=True) as shown:
        enter(shown, light, "/admin/webhook/list")
        for path in ("", "webhook/list", f"webhook/details/{hook}", f"webhook/edit/{hook}"):
            shown.goto(f"{light}/admin/{path}")
            wide = shown.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, path
        shoot(shown, "admin-celular")
