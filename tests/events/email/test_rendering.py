"""Long tables are cut and attached whole; values are one visible line."""

from typing import ClassVar

import pytest

from events.email.aviso import Aviso, Dados, Grupo
from events.email.content import Conteudo, Imagem, Tabela, one_line
from events.email.rendering import HTML_LIMIT, MOST_LINES, render


class Lista(Aviso):
    """As many lines as the data say, each as wide."""

    nome, grupo = "lista", Grupo.DOCUMENTOS
    exemplo: ClassVar[Dados] = {"linhas": 3, "largura": 10}

    def assunto(self, dados: Dados) -> str:
        return "Uma\nlista " + "x" * 300

    def conteudo(self, dados: Dados) -> Conteudo:
        lines = [(n, "<" * dados["largura"]) for n in range(dados["linhas"])]
        return Conteudo("Lista", tabelas=[Tabela("Linhas", ("Nº", "Nome"), lines, "linhas.csv")])


@pytest.mark.parametrize(
    ("linhas", "largura", "most"), [(0, 1, 0), (3, 10, 3), (50, 10, 50), (51, 10, 50), (20_000, 100, MOST_LINES)]
)
def test_what_does_not_fit_is_counted_and_attached(linhas: int, largura: int, most: int) -> None:
    written = render(Lista(), {"linhas": linhas, "largura": largura})
    shown = written.texto.count("\n- ")
    assert shown == written.html.count("<tr>\n<td class") == most
    assert len(written.html.encode()) <= HTML_LIMIT
    left = linhas - shown
    assert (f"e mais {left}" in written.html) == (f"e mais {left}" in written.texto) == bool(left)
    if left:
        (attached,) = written.anexos
        assert attached.nome == "linhas.csv"
        assert attached.conteudo.decode("utf-8-sig").count("\r\n") == linhas + 1
    else:
        assert not written.anexos


def test_wide_lines_are_cut_and_fewer_are_shown() -> None:
    class Larga(Lista):
        def conteudo(self, dados: Dados) -> Conteudo:
            lines = [["&" * 100] * 12 for _ in range(40)]
            return Conteudo("Larga", tabelas=[Tabela("Linhas", ["c"] * 12, lines)])

    written = render(Larga(), {})
    assert len(written.html.encode()) <= HTML_LIMIT
    assert 0 < written.texto.count("\n- ") < 40
    assert written.anexos


def test_very_many_fields_are_cut_and_the_others_counted() -> None:
    class Cheia(Lista):
        def conteudo(self, dados: Dados) -> Conteudo:
            return Conteudo("Cheia", campos=[(f"campo{place}", '"' * 400) for place in range(1500)])

    written = render(Cheia(), {})
    assert len(written.html.encode()) <= HTML_LIMIT
    shown = written.html.count(">campo")
    assert 0 < shown < 1500
    assert f"e mais {1500 - shown} campos" in written.html
    assert f"e mais {1500 - shown} campos" in written.texto


def test_a_subject_is_one_line_and_short() -> None:
    subject = render(Lista(), Lista.exemplo).assunto
    assert subject.startswith("Uma lista xxx")
    assert len(subject) == 150
    assert subject.endswith("…")


def test_a_picture_has_the_name_that_it_is_given() -> None:
    class Figura(Lista):
        def conteudo(self, dados: Dados) -> Conteudo:
            return Conteudo("Figura", imagens=[Imagem("grafico", b"png", 'Barras de "30" dias')])

    written = render(Figura(), {}, cid_of=lambda nome: f"{nome}.1@x")
    assert 'src="cid:grafico.1@x"' in written.html
    assert 'alt="Barras de &#34;30&#34; dias"' in written.html
    assert '[Barras de "30" dias]' in written.texto
    assert [one.png for one in written.imagens] == [b"png"]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("a\r\nb", "a b"),
        ("a\u2028b\x85c\x0bd\x0ce\x1cf", "a b c d e f"),
        ("\u202egpj.exe\u200b", "gpj.exe"),
        (None, ""),
        (0, "0"),
        ("  ", ""),
        ("x" * 501, "x" * 499 + "…"),
        ("ação", "ação"),
    ],
)
def test_a_value_is_one_visible_line(value: object, shown: str) -> None:
    assert one_line(value) == shown
