"""A consultation of SEFAZ ended (docs/reference/contracts/integracoes.md §6.3)."""

from typing import ClassVar

from core.fiscal import formatar_documento
from core.formas import contagem, data, texto
from events.email.aviso import Aviso, Dados, Grupo
from events.email.content import Conteudo


class ConsultaConcluida(Aviso):
    """All pages of one run."""

    nome, grupo = "consulta_concluida", Grupo.CONSULTAS
    exemplo: ClassVar[Dados] = {
        "certificado_nome": "Matriz",
        "certificado": "Matriz",
        "cnpj": "12345678000195",
        "tipo_documento": "NFE",
        "data_inicio": "2026-11-17",
        "data_fim": "2026-11-24",
        "total_encontrados": 42,
        "total_importados": 41,
        "total_erros": 1,
        "data_conclusao": "2026-11-24T11:02:13+00:00",
    }

    def assunto(self, dados: Dados) -> str:
        return f"📊 Consulta SEFAZ concluída - {contagem(dados.get('total_encontrados'))} documentos"

    def conteudo(self, dados: Dados) -> Conteudo:
        fields = [
            ("Certificado", texto(dados.get("certificado_nome"))),
            ("CNPJ", formatar_documento(dados.get("cnpj")) or texto(None)),
            ("Tipo", texto(dados.get("tipo_documento"))),
            ("Período", f"{data(dados.get('data_inicio'))} a {data(dados.get('data_fim'))}"),
            ("Documentos encontrados", contagem(dados.get("total_encontrados"))),
            ("Documentos importados", contagem(dados.get("total_importados"))),
            ("Erros", contagem(dados.get("total_erros"))),
        ]
        return Conteudo("Consulta SEFAZ concluída", campos=fields)


AVISO = ConsultaConcluida()
