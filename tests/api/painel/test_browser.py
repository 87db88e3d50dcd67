"""The page in a real browser: readable, usable with a keyboard alone and on a phone, live, and fine without scripts."""

import re
from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from conftest import Configure
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select, update
from support.api import served
from support.browser import DESK, PATIENCE_MS, PHONE, browser, needs_browser, page, shoot
from support.painel import HOSTILE, SETTINGS, fill
from support.visiting import PASSWORD, account

from storage.models.alertas import Alerta
from storage.models.sat import Caixa
from storage.session import reading, transaction

pytestmark = [needs_browser, pytest.mark.slow]
# Of each text that is seen: what it says, its contrast, and what WCAG 2.2 AA asks of it (1.4.3).
CONTRAST = """() => {
  const parse = (said) => {
    const [r, g, b, a = 1] = said.match(/[\\d.]+/g).map(Number);
    return [r, g, b, a];
  };
  const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a)];
  const behind = (one) => {
    const layers = [];
    for (let at = one; at; at = at.parentElement) layers.push(parse(getComputedStyle(at).backgroundColor));
    return layers.reverse().reduce((under, layer) => over(layer, under), [255, 255, 255]);
  };
  const light = (rgb) => {
    const [r, g, b] = rgb.map((x) => x / 255).map((x) => x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (one, two) => {
    const [high, low] = [light(one), light(two)].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
  };
  const found = [];
  for (const one of document.querySelectorAll("body *")) {
    const style = getComputedStyle(one), box = one.getBoundingClientRect();
    if (style.visibility === "hidden" || !box.width || !box.height || style.clipPath !== "none") continue;
    const ground = behind(one), said = one.matches("svg.forma, .barra .feito") ? "forma" :
      [...one.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data.trim()).join(" ").trim();
    if (!said || one.closest(".so-lido, .pular")) continue;
    const size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    const shape = said === "forma";
    const colour = parse(shape && one.matches(".feito") ? style.fill : style.color);
    found.push([said.slice(0, 60), ratio(over(colour, ground), ground), large || shape ? 3 : 4.5]);
  }
  return found;
}"""
# Streams that a test ends, and a page that it puts out of sight.
STREAMS = """
window.streams = [];
window.EventSource = class extends EventTarget {
  static CLOSED = 2;
  readyState = 1;
  constructor() { super(); window.streams.push(this); queueMicrotask(() => this.dispatchEvent(new Event("open"))); }
  close() { this.readyState = 2; }
  fail() { this.readyState = 2; this.dispatchEvent(new Event("error")); }
};
window.turn = (hidden) => {
  Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
};
"""
# What has the focus: what it is, how strong its ring is against what is around it, and where it stands.
FOCUS = """() => {
  const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
  return {
    said: (one.getAttribute("aria-label") || one.textContent).trim().replace(/\\s+/g, " "), tag: one.localName,
    place: [...document.querySelectorAll("*")].indexOf(one),
    ring: style.outlineStyle, wide: parseFloat(style.outlineWidth),
    seen: box.width > 0 && box.bottom > 0 && box.top < innerHeight, high: box.height,
  };
}"""


@pytest.fixture
def url(sqlite: str, configure: Configure) -> Iterator[str]:
    """Where the page is, of an operator and of a user who can sign in."""
    configure(core__database_url=sqlite, **SETTINGS)
    account("rita", staff=True)
    account("ana")
    with served() as address:
        yield address


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for all tests here."""
    with browser() as running:
        yield running


def enter(of: Page, url: str, name: str = "rita") -> None:
    """Sign in, and wait until the page is live."""
    of.goto(f"{url}/painel/")
    of.get_by_label("Usuário").fill(name)
    of.get_by_label("Senha").fill(PASSWORD)
    of.get_by_role("button", name="Entrar").click()
    expect(of.get_by_text("Ao vivo")).to_be_visible()


def note(into: list[str], said: Any) -> None:
    """Keep what a browser tells: a line of its console, an address it asks for, a box it opens."""
    into.append(said.url if hasattr(said, "url") else str(said))


def too_weak(of: Page) -> list[Any]:
    """Return the texts that are too weak for their ground."""
    found = of.evaluate(CONTRAST)
    assert len(found) > 10
    return [one for one in found if one[1] < one[2]]


def test_every_text_stands_out_in_light_and_dark_and_nothing_is_wider_than_a_phone(
    url: str, chromium: Browser, tmp_path: Path
) -> None:
    number = fill("ana", "Loja Centro", tmp_path / "lote", others=2)
    for dark in (False, True):
        for size in (PHONE, DESK):
            with page(chromium, size=size, dark=dark) as of:
                refused: list[str] = []
                of.on("console", partial(note, refused))
                enter(of, url)
                name = f"{size[0]}-{'escuro' if dark else 'claro'}"
                for path, part in (("/painel/", "painel"), (f"/painel/webhooks/{number}/", "webhook")):
                    of.goto(url + path)
                    for summary in of.locator("summary").all()[:1]:
                        summary.click()
                    assert too_weak(of) == [], name
                    assert of.evaluate("document.documentElement.scrollWidth") == size[0], name
                    shoot(of, f"{part}-{name}")
                assert refused == [], "the policy of the page is kept"
                of.evaluate("document.querySelector('h1').style.color = 'rgba(128, 128, 128, 0.5)'")
                assert len(too_weak(of)) == 1, "what is too weak is found"


def test_a_hostile_name_runs_nothing_and_widens_nothing(url: str, chromium: Browser, tmp_path: Path) -> None:
    for place, name in enumerate(HOSTILE[:1] + HOSTILE[2:]):
        if place == 0:
            number = fill("ana", name, tmp_path / "lote")
        else:
            with transaction() as db:
                db.execute(update(Alerta).values(objeto=name[:170], mensagem=name))
                db.execute(update(Caixa).where(Caixa.id == 1).values(nome=name[:100], erro=name[:500]))
        with page(chromium, size=PHONE) as of:
            asked: list[str] = []
            of.on("request", partial(note, asked))
            of.on("dialog", partial(note, asked))
            enter(of, url)
            expect(of.locator("#alertas li").first).to_be_visible()
            assert of.title() == "Painel · Esteira"
            assert of.evaluate("document.documentElement.scrollWidth") == PHONE[0]
            of.goto(f"{url}/painel/webhooks/{number}/")
            assert of.evaluate("document.documentElement.scrollWidth") == PHONE[0]
            assert all(one.startswith(url) for one in asked)
            assert of.locator("img, iframe, script:not([src])").count() == 0


def test_a_keyboard_reaches_everything_in_the_order_in_which_it_is_read(
    url: str, chromium: Browser, tmp_path: Path
) -> None:
    fill("ana", "Loja", tmp_path / "lote")
    with page(chromium, size=PHONE) as of:
        enter(of, url)
        of.evaluate("document.activeElement.blur()")
        stops = []
        for _ in range(of.locator("a, button, summary").count()):
            of.keyboard.press("Tab")
            stops.append(of.evaluate(FOCUS))
        assert stops[0]["said"] == "Pular para o conteúdo"
        places = [one["place"] for one in stops]
        assert places == sorted(set(places))
        assert [one for one in stops if one["ring"] != "solid" or one["wide"] < 2 or not one["seen"]] == []
        assert [one for one in stops if one["tag"] == "button" and one["high"] < 44] == []
        names = [one["said"] for one in stops if one["tag"] == "button"]
        assert {"Reconhecer Loja", "Pausar Loja", "Retomar b Loja", "Sair"} <= set(names)
        assert len(names) == len(set(names)), "a button is told apart by its name alone"
        # acknowledged without a mouse
        of.get_by_role("button", name="Reconhecer Loja").focus()
        of.keyboard.press("Enter")
        expect(of.get_by_role("status").filter(has_text="reconhecido")).to_be_visible()
        with reading() as db:
            assert db.scalars(select(Alerta.reconhecido_em)).first() is not None


def test_landmarks_headings_and_names_are_there_for_who_does_not_see_it(
    url: str, chromium: Browser, tmp_path: Path
) -> None:
    fill("ana", "Loja", tmp_path / "lote")
    with page(chromium) as of:
        enter(of, url)
        assert of.locator("html").get_attribute("lang") == "pt-BR"
        assert of.get_by_role("main").count() == of.get_by_role("banner").count() == 1
        assert of.get_by_role("navigation").count() == 2
        names = [of.get_by_role("navigation").nth(place).get_attribute("aria-label") for place in range(2)]
        assert names == ["Outras páginas", "Partes da linha"]
        levels = [int(one[1]) for one in of.locator("h1, h2, h3").evaluate_all("all => all.map(x => x.localName)")]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))
        regions = of.locator("section").evaluate_all(
            "all => all.map(x => document.getElementById(x.getAttribute('aria-labelledby')).textContent)"
        )
        assert len(set(regions)) == len(regions) == 10
        assert of.locator("svg:not([aria-hidden=true]):not([aria-label])").count() == 0
        # a state is a word beside its shape
        states = of.locator(".estado").evaluate_all(
            "all => all.map(x => [x.textContent.trim(), !!x.querySelector('svg')])"
        )
        assert all(word and shape for word, shape in states)
        shapes = of.locator(".resumo svg").evaluate_all("all => all.map(x => [x.closest('a').className, x.innerHTML])")
        assert len({shape for _, shape in shapes}) == len({sign for sign, _ in shapes}) >= 2


def test_what_changes_is_shown_where_one_looks_and_takes_no_focus_away(
    url: str, chromium: Browser, tmp_path: Path
) -> None:
    fill("ana", "Loja", tmp_path / "lote")
    with page(chromium) as of:
        enter(of, url)
        button = of.get_by_role("button", name="Reconhecer Loja")
        button.focus()
        with transaction() as db:
            db.execute(update(Alerta).values(mensagem="O roteador caiu."))
            db.execute(update(Caixa).values(resultado="ok", erro=None))
        expect(of.locator("#alertas")).to_contain_text("O roteador caiu.", timeout=PATIENCE_MS)
        expect(of.locator("#resumo-caixas .como")).to_have_text(re.compile("com alerta"), timeout=PATIENCE_MS)
        expect(of.locator("#resumo-caixas")).to_have_class("atencao")
        expect(button).to_be_focused()
        with transaction() as db:
            db.execute(update(Alerta).values(resolvido_em=Alerta.aberto_em))
        expect(of.locator("#alertas")).to_contain_text("Nenhum alerta aberto", timeout=PATIENCE_MS)
        expect(of.locator("#alertas")).to_be_focused()
        expect(of.locator("h1")).not_to_contain_text("Alertas")


def test_without_scripts_it_is_the_same_page(url: str, chromium: Browser, tmp_path: Path) -> None:
    number = fill("ana", "Loja", tmp_path / "lote")
    context = chromium.new_context(java_script_enabled=False, locale="pt-BR")
    context.set_default_timeout(PATIENCE_MS)
    try:
        of = context.new_page()
        of.goto(f"{url}/painel/")
        of.get_by_label("Usuário").fill("ana")
        of.get_by_label("Senha").fill(PASSWORD)
        of.get_by_role("button", name="Entrar").click()
        expect(of.get_by_text("Lido em")).to_be_visible()
        of.get_by_role("link", name="Loja", exact=True).click()
        of.locator("summary").first.click()
        expect(of.get_by_role("heading", name="Corpo enviado")).to_be_visible()
        of.get_by_role("button", name="Pausar Loja").click()
        expect(of.get_by_role("status").filter(has_text="está em pausa")).to_be_visible()
        assert of.url == f"{url}/painel/webhooks/{number}/"
        of.get_by_role("button", name="Retomar Loja").click()
        of.get_by_role("button", name="Reenviar a entrega").first.click()
        expect(of.get_by_role("status").filter(has_text="volta à fila")).to_be_visible()
    finally:
        context.close()


def test_a_page_that_comes_back_before_it_would_ask_again_asks_once(url: str, chromium: Browser) -> None:
    with page(chromium) as of:
        of.clock.install()
        of.add_init_script(STREAMS)
        enter(of, url)
        count = "window.streams.filter((one) => one.readyState !== 2).length"
        assert of.evaluate(count) == 1
        of.evaluate("window.streams[0].fail()")
        for hidden in (True, False):
            of.evaluate("hidden => window.turn(hidden)", hidden)
        assert of.evaluate(count) == 1
        of.clock.run_for(60_000)
        assert (of.evaluate(count), of.evaluate("window.streams.length")) == (1, 2)
        # out of sight it does not ask again, and asks once where nothing else brings it back
        of.evaluate("window.streams[1].fail()")
        of.evaluate("window.turn(true)")
        of.clock.run_for(60_000)
        assert of.evaluate(count) == 0
        of.evaluate("window.turn(false)")
        of.evaluate("window.streams[2].fail()")
        of.clock.run_for(60_000)
        assert (of.evaluate(count), of.evaluate("window.streams.length")) == (1, 4)
