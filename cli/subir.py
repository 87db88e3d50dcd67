"""`esteira subir`: start the whole line."""

from typing import Annotated, Any

import typer

from cli.portuguese import Verb

app = Verb("Sobe broker, workers, agenda, Flower e API, e os mantém de pé até Ctrl-C.")


@app.command()
def subir(
    demo: Annotated[bool, typer.Option("--demo", help="Com servidores de demonstração e uma visão ao vivo.")] = False,
) -> int:
    """Run the line until a signal; return the exit code."""
    from core.settings.load import get_settings
    from workers import up

    return up.subir(get_settings(), demo, snapshot)


def snapshot() -> dict[str, Any]:
    """Return what the database knows, for the live view."""
    from flows.entregas.views import counts
    from flows.sat.views import watched

    caixas, alertas = watched()
    return {"caixas": [vars(one) for one in caixas], "alertas": [vars(one) for one in alertas], "entregas": counts()}
