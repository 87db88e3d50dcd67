"""The templates of the page: escaped always, with the words of `words`."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.painel import plots, words
from api.painel.panel import Sinal

FOLDER = Path(__file__).parent / "templates"
SINAIS = {one.name: one for one in Sinal}


@cache
def environment() -> Environment:
    """Return the templates of this process."""
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for filtro in (words.numero, words.duracao, words.idade, words.falta, words.instante, words.reais, words.curto):
        made.filters[filtro.__name__] = filtro
    made.filters["colunas"] = plots.columns
    made.globals["Sinal"] = SINAIS
    return made


def draw(template: str, values: Mapping[str, Any]) -> str:
    """Return a template with these values."""
    return environment().get_template(template).render(**values)
