"""What happens to fiscal documents: classes that belong to a user.

docs/reference/contracts/integracoes.md §2.
"""

from collections.abc import Mapping
from typing import Any

from events.catalog.payload import EMAIL, Payload


class NfeImportada(Payload):
    """An NF-e was imported for the first time."""

    evento, rotulo, do_usuario = "nfe_importada", "NFe Importada", True
    descricao = "Uma NF-e foi importada pela primeira vez."

    chave_acesso: str
    numero_nf: str
    serie: str
    data_emissao: str | None
    emit_cnpj: str
    emit_nome: str
    dest_cnpj_cpf: str
    dest_nome: str
    valor_total: str = "0"
    valor_produtos: str = "0"
    status_nfe: str


class CteImportado(Payload):
    """A CT-e was imported for the first time."""

    evento, rotulo, do_usuario = "cte_importado", "CTe Importado", True
    descricao = "Um CT-e foi importado pela primeira vez."

    chave_acesso: str
    numero_ct: str
    serie: str
    data_emissao: str | None
    emit_cnpj: str
    emit_nome: str
    dest_cnpj: str
    dest_nome: str
    valor_total: str = "0"
    municipio_inicio: str
    uf_inicio: str
    municipio_fim: str
    uf_fim: str
    status_cte: str


class ConsultaConcluida(Payload):
    """A consultation of SEFAZ ended; `certificado` repeats `certificado_nome` for older consumers."""

    evento, rotulo, do_usuario = "consulta_concluida", "Consulta SEFAZ Concluída", True
    descricao = "Uma consulta à SEFAZ terminou; diz quantos documentos vieram."

    certificado_nome: str
    certificado: str
    cnpj: str
    tipo_documento: str
    data_inicio: str
    data_fim: str
    total_encontrados: int
    total_importados: int
    total_erros: int
    data_conclusao: str

    @classmethod
    def tells(cls, tipo: str, dados: Mapping[str, Any]) -> bool:
        """Leave out of people's mail what found nothing: a company is consulted every hour."""
        return tipo != EMAIL or bool(dados.get("total_encontrados") or dados.get("total_erros"))


class DocumentoAtualizado(Payload):
    """A document changed: cancelled, corrected, another status."""

    evento, rotulo, do_usuario = "documento_atualizado", "Documento Atualizado", True
    descricao = "Um documento mudou: foi cancelado ou corrigido, ou tem outro status."

    chave_acesso: str
    tipo: str
    campos_alterados: list[str]


class ErroImportacao(Payload):
    """A file could not be imported; `arquivo`, `erro` and `timestamp` are the names older consumers know."""

    evento, rotulo, do_usuario = "erro_importacao", "Erro na Importação", True
    descricao = "Um arquivo não pôde ser importado; diz qual e por quê."
    etiquetas = ("x",)

    tipo_documento: str
    arquivo_nome: str
    chave_acesso: str | None
    mensagem: str
    data_importacao: str
    arquivo: str
    erro: str
    timestamp: str
