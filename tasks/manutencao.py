"""Keeping house: what is too old goes."""

from typing import Any

from tasks.base import DEFAULT, task


@task("manutencao.limpar", DEFAULT)
def limpar() -> dict[str, Any]:
    """Delete a slice of what is older than the settings keep; the next slice follows."""
    from flows import retencao

    return retencao.limpar_aos_poucos().counts()
