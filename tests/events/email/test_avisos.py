"""What every notice keeps to, whatever stands in its data: tried with its own example and with hostile ones."""

import re
from collections.abc import Mapping
from typing import Any

import pytest

from events.catalog import CATALOG
from events.email.aviso import OTHER, Aviso, aviso_of, avisos
from events.email.rendering import HTML_LIMIT, Leitor, render

HOSTILE = "<script>alert(1)</script>\r\nBcc: x@y.z\u2028\x85<b>\u202e{{ 7*7 }}{% raw %}\x00" + "&" * 3
ADDRESS = "https://esteira.exemplo.com.br/email/cancelar/abc"
EVERY = pytest.mark.parametrize("aviso", [pytest.param(one, id=nome) for nome, one in avisos().items()])


def hostile(value: Any) -> Any:
    """Return the same data with a hostile text in the place of each text that is free."""
    if isinstance(value, Mapping):
        return {name: hostile(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [hostile(one) for one in value]
    return HOSTILE if isinstance(value, str) and not re.fullmatch(r"[a-z_]+|[\d.:T+-]*", value) else value


@EVERY
def test_its_example_is_laid_out_as_text_and_html(aviso: Aviso) -> None:
    written = render(aviso, aviso.exemplo, Leitor("Ana", ADDRESS))
    assert written.assunto
    assert written.assunto.isprintable()
    for part in (written.texto, written.html):
        assert "Olá, Ana." in part
        assert "mensagem automática" in part
        assert ADDRESS in part
        assert aviso.grupo.value in part
        assert "None" not in part
    assert "\n\n\n" not in written.texto
    assert len(written.html.encode()) <= HTML_LIMIT


@EVERY
def test_no_picture_comes_from_outside_or_stands_in_the_html(aviso: Aviso) -> None:
    written = render(aviso, aviso.exemplo, Leitor("Ana"), lambda nome: f"{nome}@aqui")
    sources = re.findall(r'src="([^"]*)"', written.html)
    assert sources == [f"cid:{one.nome}@aqui" for one in written.imagens]
    assert len(re.findall(r'<img [^>]*alt="[^"]+"', written.html)) == len(sources)
    for form in ("<svg", "data:", "<link", "@import", "url("):
        assert form not in written.html.lower()


@EVERY
def test_nothing_in_its_data_is_taken_for_markup_or_for_a_line(aviso: Aviso) -> None:
    plain, written = render(aviso, aviso.exemplo), render(aviso, hostile(aviso.exemplo), Leitor(HOSTILE))
    assert written.assunto.isprintable()
    for form in ("<script", "<b>", "\u202e", "\u2028", "\x00", "\x85"):
        assert form not in written.html
    assert not re.search(r"(?m)^Bcc:", written.texto)
    # it is shown, as it was written, and not computed
    assert "&lt;script&gt;" in written.html or "script" not in written.texto
    assert "49" not in written.html.replace("{{ 7*7 }}", "") or "49" in plain.html
    tags = re.compile(r"<(/?\w+)")
    before, after = tags.findall(plain.html), tags.findall(written.html)
    assert set(after) <= set(before) | {"p", "/p"}


def test_a_notice_is_named_as_its_file_and_its_event() -> None:
    for nome, aviso in avisos().items():
        assert type(aviso).__module__ == f"events.email.avisos.{nome}"
        assert nome in CATALOG or nome == OTHER
        assert aviso.template


def test_an_event_without_a_notice_of_its_own_is_told_by_its_own_words() -> None:
    aviso = aviso_of("destino_desligado")
    assert aviso.nome == OTHER
    dados = {"evento": "destino_desligado", "nome": "hub", "motivo": "HTTP 410", "mensagem": "O destino foi desligado."}
    written = render(aviso, dados)
    assert written.assunto == "Destino desligado: hub"
    assert "O destino foi desligado." in written.texto
    assert "motivo: HTTP 410" in written.texto
