"""The services there are: one file each in `servicos/`, found by walking.

`servicos` is called here and not by the package's name, where the folder takes its place once it is walked.
"""

from functools import cache

from connectors.sefaz import evento
from connectors.sefaz.servico import Pergunta, Servico
from core import walk
from core.errors import UsageError
from core.settings.sefaz import SefazSettings


@cache
def servicos() -> dict[str, Servico]:
    """Return every service, by name."""
    found = [module.SERVICO for module in walk.modules("connectors.sefaz.servicos")]
    return {one.nome: one for one in found}


def enderecos(settings: SefazSettings) -> dict[str, str]:
    """Return the addresses that are asked by SOAP, and so may be reached without asking, by what is asked there."""
    asked = {one.titulo: one.pedido(Pergunta("", "SP"), settings) for one in servicos().values()}
    found = {title: one.url for title, one in asked.items() if one.method == "POST"}
    return found | {"eventos": evento.endereco(settings)}


def servico(nome: str) -> Servico:
    """Return a service by name; say which there are where it is none."""
    if nome not in servicos():
        raise UsageError(f"Não há serviço {nome!r}. Os que há: {', '.join(sorted(servicos()))}.", campo="servico")
    return servicos()[nome]
