"""A file could not be imported (docs/reference/contracts/integracoes.md §6.3)."""

from typing import ClassVar

from core.formas import texto
from events.email.aviso import Aviso, Dados, Grupo
from events.email.content import Conteudo


class ErroImportacao(Aviso):
    """One file, or one document of a file that has several."""

    nome, grupo, resumido_em = "erro_importacao", Grupo.ERROS, "erros_importacao"
    exemplo: ClassVar[Dados] = {
        "tipo_documento": "NFe",
        "arquivo_nome": "notas/novembro/nota-1234.xml",
        "chave_acesso": None,
        "mensagem": "O arquivo termina antes do fim do XML.",
        "data_importacao": "2026-11-24T13:20:00+00:00",
        "arquivo": "notas/novembro/nota-1234.xml",
        "erro": "O arquivo termina antes do fim do XML.",
        "timestamp": "2026-11-24T13:20:00+00:00",
    }

    def assunto(self, dados: Dados) -> str:
        return "❌ Erro na importação de documento fiscal"

    def conteudo(self, dados: Dados) -> Conteudo:
        fields = [
            ("Tipo", texto(dados.get("tipo_documento"))),
            ("Arquivo", texto(dados.get("arquivo_nome"))),
            ("Erro", texto(dados.get("mensagem"))),
        ]
        if dados.get("chave_acesso"):
            fields.append(("Chave de Acesso", texto(dados["chave_acesso"])))
        return Conteudo("Erro na importação de documento fiscal", campos=fields)


AVISO = ErroImportacao()
