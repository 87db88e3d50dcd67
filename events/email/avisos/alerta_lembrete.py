"""Something is still wrong and nobody has acknowledged it."""

from typing import ClassVar

from events.email import alerta
from events.email.aviso import Aviso, Dados, Grupo
from events.email.content import Conteudo


class AlertaLembrete(Aviso):
    """Ends once somebody acknowledges it."""

    nome, grupo = "alerta_lembrete", Grupo.OPERACAO
    exemplo: ClassVar[Dados] = alerta.EXEMPLO

    def assunto(self, dados: Dados) -> str:
        return f"⏰ Alerta ainda aberto: {alerta.objeto(dados)}"

    def conteudo(self, dados: Dados) -> Conteudo:
        return alerta.conteudo("Alerta ainda aberto", dados)


AVISO = AlertaLembrete()
