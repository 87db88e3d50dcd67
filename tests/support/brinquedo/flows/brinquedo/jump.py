"""The work: leave a line in the log file of the toy."""

import time

from core.settings.brinquedo import ToySettings

from core.stopping import stopping


def noted(text):
    """Write a line into the toy's file."""
    with open(ToySettings.current().arquivo, "a") as file:
        file.write(f"{text}\n")


def pular(altura):
    """Jump once; from high up, until somebody asks to stop."""
    noted(f"pulou {altura}")
    while altura > 100 and not stopping():
        time.sleep(0.02)
    noted(f"caiu {altura}")
    return {"altura": altura}
