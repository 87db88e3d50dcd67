import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.html_text import plain_text


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("<p>Instalar <b>duas</b>&nbsp;bobinas</p><p>Até&nbsp;sexta</p>", "Instalar duas bobinas\n\nAté sexta"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<ul><li>um</li><li>dois</li></ul>", "um\n\ndois"),
        ("<style>p{}</style><script>x()</script>fica", "fica"),
        ("5 < 6 e 7 > 3", "5 < 6 e 7 > 3"),
        ("R&D &amp; vendas", "R&D & vendas"),
        ("  a \r\n\r\n\r\n\r\n b ", "a\n\nb"),
        ("<p>sem fim", "sem fim"),
        ("<p title='a > b'>fica</p>", "fica"),
        ("a<!-- <p>oculto</p> -->b<!-- sem fim", "ab sem fim"),
        ("<SCRIPT>x()</Script >fica<style>sem fim", "ficasem fim"),
        ("<head><title>t</title></head>fica<!DOCTYPE html><?php x ?>", "fica"),
        ("", ""),
    ],
)
def test_words_of_html(text: str, plain: str) -> None:
    assert plain_text(text) == plain


@settings(deadline=None)
@given(st.text(alphabet="<>/&;#pbr !-x1\n"))
def test_any_text_is_read(text: str) -> None:
    assert isinstance(plain_text(text), str)


@pytest.mark.parametrize(
    "piece", ["<!--", "<!", "<a", "<a b='", '<a b="', "<?", "&#", "</", "<![", "<script>", "<div>", "&"]
)
def test_what_is_broken_on_purpose_is_read_in_time_and_to_its_end(piece: str) -> None:
    # a parser that reads each piece to the end of the text once more would take minutes
    assert plain_text(piece * 60_000 + "<p>fim</p>").endswith("fim")
