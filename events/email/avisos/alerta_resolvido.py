"""Something is well again."""

from typing import ClassVar

from events.email import alerta
from events.email.aviso import Aviso, Dados, Grupo
from events.email.content import Conteudo


class AlertaResolvido(Aviso):
    """Says what is well again."""

    nome, grupo = "alerta_resolvido", Grupo.OPERACAO
    exemplo: ClassVar[Dados] = {
        **alerta.EXEMPLO,
        "mensagem": "Resolvido: entregas.varrer voltou a rodar.",
        "resolvido_em": "2026-11-24T11:14:02+00:00",
    }

    def assunto(self, dados: Dados) -> str:
        return f"✅ Alerta resolvido: {alerta.objeto(dados)}"

    def conteudo(self, dados: Dados) -> Conteudo:
        return alerta.conteudo("Alerta resolvido", dados)


AVISO = AlertaResolvido()
