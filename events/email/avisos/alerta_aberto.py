"""Something is wrong, or got worse: what an operator is told at once."""

from typing import ClassVar

from events.email import alerta
from events.email.aviso import Aviso, Dados, Grupo
from events.email.content import Conteudo


class AlertaAberto(Aviso):
    """The subject tells the severe ones apart at a glance."""

    nome, grupo = "alerta_aberto", Grupo.OPERACAO
    exemplo: ClassVar[Dados] = {**alerta.EXEMPLO, "agravado": False}

    def assunto(self, dados: Dados) -> str:
        mark = "🚨" if dados.get("severidade") == alerta.CRITICAL else "⚠️"
        return f"{mark} {_title(dados)}: {alerta.objeto(dados)}"

    def conteudo(self, dados: Dados) -> Conteudo:
        return alerta.conteudo(_title(dados), dados)


def _title(dados: Dados) -> str:
    return "Alerta agravado" if dados.get("agravado") else "Alerta"


AVISO = AlertaAberto()
