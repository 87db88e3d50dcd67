"""What became of each imported file. docs/reference/contracts/integracoes.md §10.2."""

from typing import Any

from sqlalchemy import Select

from api.admin.parts import Coluna, Escolha, Periodo
from api.admin.table import Tabela
from flows.documentos.views.logs import KINDS
from storage.models.importacoes import EstadoImportacao, ImportLog
from storage.models.usuarios import Usuario


class Importacoes(Tabela, model=ImportLog):
    """Files."""

    name, name_plural, caminho = "Importação", "Importações", "importlog"
    colunas = (
        Coluna("arquivo_nome", "Arquivo", ImportLog.arquivo_nome),
        Coluna("tipo_documento", "Tipo", ImportLog.tipo_documento),
        Coluna("status", "Situação", ImportLog.status),
        Coluna("data_importacao", "Em", ImportLog.data_importacao),
        Coluna("usuario", "Usuário", Usuario.username),
    )
    detalhes = (
        Coluna("parte", "Parte", ImportLog.parte),
        Coluna("motivo", "Motivo", ImportLog.motivo),
        Coluna("mensagem", "Mensagem", ImportLog.mensagem),
        Coluna("chave_acesso", "Chave de acesso", ImportLog.chave_acesso),
    )
    filtros = (
        Escolha("tipo_documento", "Tipo", ImportLog.tipo_documento, KINDS),
        Escolha("status", "Situação", ImportLog.status, tuple(EstadoImportacao)),
        Periodo("data", "Em", ImportLog.data_importacao),
        Escolha("usuario", "Usuário", Usuario.username),
    )
    buscados = (ImportLog.arquivo_nome, ImportLog.chave_acesso, ImportLog.mensagem)
    ordens = {"data_importacao": ImportLog.data_importacao}  # noqa: RUF012 - read only
    usual = "-data_importacao"

    def base(self, query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
        """Return a query of files with their users."""
        return query.outerjoin(Usuario, Usuario.id == ImportLog.usuario_id)


TABELA = Importacoes
