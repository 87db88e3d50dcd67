"""Any event that has no notice of its own: its title, its message, its fields."""

from typing import ClassVar

from events.delivery import wording
from events.email.aviso import EVENT, OTHER, Aviso, Dados, Grupo
from events.email.content import Conteudo

# What the title and the message say already, or nobody reads.
SAID = frozenset({"titulo", "mensagem", "sequencia", "rotulos"})


class Qualquer(Aviso):
    """An event told by its own words."""

    nome, grupo = OTHER, Grupo.OPERACAO
    exemplo: ClassVar[Dados] = {
        EVENT: "alerta_aberto",
        "objeto": "loja-1/caixa-2",
        "severidade": "critico",
        "mensagem": "Sem comunicação com a SEFAZ há 3 dias.",
    }

    def assunto(self, dados: Dados) -> str:
        return wording.title(str(dados[EVENT]), dados)

    def conteudo(self, dados: Dados) -> Conteudo:
        evento = str(dados[EVENT])
        said = {name: value for name, value in dados.items() if name not in SAID | {EVENT} and _plain(value)}
        message = dados.get("mensagem")
        opening = message if isinstance(message, str) else ""
        return Conteudo(wording.title(evento, dados), opening, list(said.items()))


def _plain(value: object) -> bool:
    return isinstance(value, (str, int, float)) and value != ""


AVISO = Qualquer()
