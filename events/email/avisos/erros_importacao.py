"""Many files could not be imported: one mail in the place of theirs."""

from typing import ClassVar

from core.formas import contagem, texto
from events.email.aviso import EVENT, Aviso, Dados, Grupo
from events.email.avisos.erro_importacao import AVISO as ERRO
from events.email.content import Conteudo, Tabela
from events.email.summary import Summary

COLUMNS = ("Tipo", "Arquivo", "Erro")


class ErrosImportacao(Aviso):
    """All of some minutes, the first of them in the mail, the rest in its file."""

    nome, grupo = "erros_importacao", Grupo.ERROS
    lidos = ("tipo_documento", "arquivo_nome", "mensagem")
    exemplo: ClassVar[Dados] = {"total": 25, "eventos": [{**ERRO.exemplo, EVENT: ERRO.nome}] * 25}

    def assunto(self, dados: Dados) -> str:
        return f"❌ {contagem(Summary.of(dados).total)} erros na importação de documentos fiscais"

    def conteudo(self, dados: Dados) -> Conteudo:
        found = Summary.of(dados)
        lines = [[texto(one.get(name)) for name in self.lidos] for one in found.events]
        tabela = Tabela("Arquivos", COLUMNS, lines, "erros.csv", total=found.total)
        return Conteudo(f"{contagem(found.total)} erros na importação", tabelas=[tabela])


AVISO = ErrosImportacao()
