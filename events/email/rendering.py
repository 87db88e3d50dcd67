"""Lay a notice out as text and HTML. Nothing that stands in the data is taken for markup, or for a line of its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from core import csv_text
from core.logs import get_logger
from core.text import plural
from events.email.aviso import EVENT, OTHER, Aviso, Dados, aviso_of, avisos
from events.email.content import Anexo, Conteudo, Imagem, Tabela, one_line

TEMPLATES = Path(__file__).parent / "templates"
# Mail programs cut HTML off a little above this; so many lines of a table are shown at most.
HTML_LIMIT = 90_000
MOST_LINES = 50
MOST_FIELDS = 200
SUBJECT_LIMIT = 150
CSV_TYPE = "text/csv"
log = get_logger(__name__)


@dataclass(frozen=True)
class Leitor:
    """Who reads it: the name for the greeting, and the address at which one click ends this kind of notice."""

    nome: str = ""
    cancelar: str | None = None


@dataclass(frozen=True)
class Escrito:
    """A notice as it is sent; in the HTML a picture is `cid:` and the name that `cid_of` gave it."""

    assunto: str
    texto: str
    html: str
    imagens: Sequence[Imagem] = ()
    anexos: Sequence[Anexo] = ()


@dataclass(frozen=True)
class Mostrada:
    """A table as it is shown: some of its lines, and a sentence about the others."""

    titulo: str
    colunas: Sequence[str]
    linhas: Sequence[Sequence[str]]
    resto: str
    alinhar: frozenset[int]


def same(name: str) -> str:
    """Return the name of a picture as it is: for a preview."""
    return name


def render(aviso: Aviso, dados: Dados, leitor: Leitor = Leitor(), cid_of: Callable[[str], str] = same) -> Escrito:
    """Return a notice as it is sent; of long tables less is shown until the HTML is small enough."""
    assunto, conteudo = one_line(aviso.assunto(dados), SUBJECT_LIMIT), _visible(aviso.conteudo(dados))
    most, fields = MOST_LINES, min(len(conteudo.campos), MOST_FIELDS)
    while True:
        shown = [_shown(tabela, most) for tabela in conteudo.tabelas]
        context = {
            "assunto": assunto,
            "conteudo": replace(conteudo, campos=_some(conteudo.campos, fields)),
            "tabelas": shown,
            "leitor": replace(leitor, nome=one_line(leitor.nome, 100)),
            "grupo": aviso.grupo.value,
            "cids": {imagem.nome: f"cid:{cid_of(imagem.nome)}" for imagem in conteudo.imagens},
        }
        html = _laid_out(f"{aviso.template}.html", context)
        if len(html.encode("utf-8", "replace")) <= HTML_LIMIT or not (most or fields):
            break
        most, fields = most // 2, fields if most else fields // 2
    texto = _laid_out(f"{aviso.template}.txt", context)
    cut = [tabela for tabela, one in zip(conteudo.tabelas, shown, strict=True) if one.resto]
    return Escrito(assunto, texto, html, conteudo.imagens, [_csv(tabela) for tabela in cut])


def render_event(evento: str, dados: Dados, leitor: Leitor = Leitor(), cid_of: Callable[[str], str] = same) -> Escrito:
    """Return an event as it is sent. Data that are not what its notice expects are told as those of any event.

    A user may record an event with any data; and what an earlier version recorded may have other fields.
    """
    aviso = aviso_of(evento)
    if aviso.nome != OTHER:
        try:
            return render(aviso, dados, leitor, cid_of)
        except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as fault:
            log.warning("notice not laid out", evento=evento, fault=type(fault).__name__)
    return render(avisos()[OTHER], {**dados, EVENT: evento}, leitor, cid_of)


def _visible(given: Conteudo) -> Conteudo:
    return replace(
        given,
        titulo=one_line(given.titulo),
        abertura=one_line(given.abertura),
        campos=[(one_line(name), one_line(value)) for name, value in given.campos],
        imagens=[replace(imagem, alternativa=one_line(imagem.alternativa)) for imagem in given.imagens],
    )


def _some(campos: Sequence[tuple[str, object]], most: int) -> Sequence[tuple[str, object]]:
    """Return the first fields, and how many others there are."""
    missing = len(campos) - most
    return [*campos[:most], ("…", f"e mais {plural(missing, 'campo', 'campos')}")] if missing > 0 else campos


def _shown(tabela: Tabela, most: int) -> Mostrada:
    lines = [[one_line(cell, 100) for cell in line[: tabela.largura]] for line in tabela.linhas[:most]]
    columns = [one_line(column) for column in tabela.colunas[: tabela.largura]]
    return Mostrada(one_line(tabela.titulo), columns, lines, _rest(tabela, len(lines)), tabela.alinhar)


def _rest(tabela: Tabela, shown: int) -> str:
    """Return the sentence about what is not shown; none where everything is."""
    missing = max(tabela.total, len(tabela.linhas)) - shown
    whole = tabela.total <= len(tabela.linhas)
    file = "a lista inteira está" if whole else f"as {len(tabela.linhas)} primeiras linhas estão"
    if missing:
        return f"e mais {missing}: {file} no anexo {tabela.arquivo}."
    wide = tabela.largura is not None and bool(tabela.linhas)
    return f"Todas as colunas estão no anexo {tabela.arquivo}." if wide else ""


def _csv(tabela: Tabela) -> Anexo:
    whole = "".join(csv_text.lines(tabela.colunas, tabela.linhas))
    return Anexo(tabela.arquivo, CSV_TYPE, whole.encode("utf-8", "replace"))


def _laid_out(name: str, context: dict[str, Any]) -> str:
    text: str = _environment().get_template(name).render(context)
    return text


@cache
def _environment() -> Any:
    # Loaded where something is laid out.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
