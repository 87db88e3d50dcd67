"""`esteira subir`: start the whole line."""

import gc
import sys
from typing import Annotated, Any

import typer

from cli.portuguese import Verb

LONG_LIVED = 700
app = Verb("Sobe broker, workers, agenda, Flower e API, e os mantém de pé até Ctrl-C.")


@app.command()
def subir(
    demo: Annotated[bool, typer.Option("--demo", help="Com servidores de demonstração e uma visão ao vivo.")] = False,
) -> int:
    """Run the line until a signal; return the exit code."""
    from core.settings.load import get_settings

    if sys.platform == "win32":
        from workers.service import foreground

        return foreground.run()
    from workers import up

    # It stays for weeks, unlike other commands.
    gc.freeze()
    gc.set_threshold(LONG_LIVED, 10, 10)
    return up.subir(get_settings(), demo, snapshot)


def snapshot() -> dict[str, Any]:
    """Return what the database knows, for the live view."""
    from flows.entregas.views import counts
    from flows.sat.views import watched

    caixas, alertas = watched()
    return {"caixas": [vars(one) for one in caixas], "alertas": [vars(one) for one in alertas], "entregas": counts()}
