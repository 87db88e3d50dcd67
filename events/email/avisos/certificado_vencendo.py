"""A certificate ends soon, or has ended (docs/reference/contracts/integracoes.md §6.3)."""

from typing import ClassVar

from core.fiscal import formatar_documento
from core.formas import contagem, data, texto
from events.email.aviso import Aviso, Dados, Grupo
from events.email.content import Conteudo


class CertificadoVencendo(Aviso):
    """One certificate; the subject says "dias" for one day and for none too."""

    nome, grupo = "certificado_vencendo", Grupo.CERTIFICADOS
    exemplo: ClassVar[Dados] = {
        "certificado": "Matriz",
        "cnpj": "12345678000195",
        "validade": "2026-12-01",
        "dias": 7,
        "vencido": False,
        "severidade": "aviso",
    }

    def assunto(self, dados: Dados) -> str:
        return f"⚠️ Certificado Digital vencendo em {contagem(dados.get('dias'))} dias"

    def conteudo(self, dados: Dados) -> Conteudo:
        fields = [
            ("Certificado", texto(dados.get("certificado"))),
            ("CNPJ", formatar_documento(dados.get("cnpj")) or texto(None)),
            ("Validade", data(dados.get("validade"))),
            ("Dias restantes", contagem(dados.get("dias"))),
        ]
        if dados.get("vencido"):
            return Conteudo("O Certificado Digital venceu", "Nada é consultado na SEFAZ até que haja um novo.", fields)
        told = "Depois da validade nada é consultado na SEFAZ com ele: peça um novo a tempo."
        return Conteudo("O Certificado Digital está vencendo", told, fields)


AVISO = CertificadoVencendo()
