"""Text out of HTML, for systems that take plain text only. Whatever is sent, it takes time in proportion to its length:
`html.parser` does not, and lxml's parser loses what is nested deeply.
"""

import re
from collections.abc import Iterator
from html import unescape

_BREAKS = frozenset({"br", "p", "div", "li", "tr", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6"})
_TAG = re.compile(r"""<!--|<(?P<end>/?)(?P<tag>[a-zA-Z][a-zA-Z0-9]*+)(?:[^<>"']|"[^"<]*"|'[^'<]*')*+>|<[!?/][^<>]*+>""")
_MARKUP = re.compile(r"<[a-zA-Z/!]|&(?:#\d+|#x[0-9a-fA-F]+|[a-zA-Z]+);")
_COMMENT = "!--"
# What nobody sees, and where it ends.
_SILENT = {
    _COMMENT: re.compile("-->"),
    **{tag: re.compile(rf"</{tag}[^<>]*>", re.IGNORECASE) for tag in ("script", "style", "head", "title", "template")},
}


def plain_text(text: str) -> str:
    """Return the words of HTML, a line for each block; a text without markup only loses blanks around its lines."""
    if _MARKUP.search(text):
        text = "".join(_words(text))
    lines = [" ".join(line.split()) for line in text.splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _words(text: str) -> Iterator[str]:
    place, endless = 0, set[str]()
    while found := _TAG.search(text, place):
        yield unescape(text[place : found.start()])
        place = found.end()
        tag = _COMMENT if found[0] == f"<{_COMMENT}" else (found["tag"] or "").lower()
        if tag in _BREAKS and not (tag == "br" and found["end"]):
            yield "\n"
        if tag in _SILENT and not found["end"] and tag not in endless:
            end = _SILENT[tag].search(text, place)
            if end is None:
                endless.add(tag)
            else:
                place = end.end()
    yield unescape(text[place:])
