"""`esteira agenda`: all that runs by itself."""

from typing import TYPE_CHECKING, Any

from beat_schedule import jobs, periods, schedule
from cli.options import Json
from cli.output import plain, report
from cli.portuguese import Verb
from core.text import plural

if TYPE_CHECKING:
    from flows.agenda.views import LineView

app = Verb("Mostra tudo o que roda sozinho: quando, a última e a próxima vez, o que foi perdido.")
COLUMNS = {
    "nome": "Nome",
    "quando": "Quando",
    "situacao": "Situação",
    "ultima": "Última",
    "proxima": "Próxima",
    "perdidas": "Perdidas",
    "falha": "Falha",
}


@app.command()
def agenda(as_json: Json = False) -> None:
    """Show every daily job and every task of a period."""
    from flows.agenda import views

    found = views.agenda(jobs(), periods(list(schedule().values())))
    report(found, COLUMNS, "", as_json=as_json, words=_words, whole=("nome", "ultima", "proxima"))


def _words(line: "LineView") -> dict[str, Any]:
    """Return a line as people read it: how many days were missed, and the last of them."""
    missed = line.perdidas
    said = f"{plural(len(missed), 'dia', 'dias')}, o último {missed[-1]:%d/%m/%Y}" if missed else None
    return plain(line) | {"perdidas": said}
