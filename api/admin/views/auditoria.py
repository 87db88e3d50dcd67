"""What was changed here, by whom. docs/reference/contracts/integracoes.md §10.1."""

from api.admin.parts import Coluna, Escolha, Periodo
from api.admin.table import Tabela
from storage.models.auditoria import Auditoria, Desfecho


class Mudancas(Tabela, model=Auditoria):
    """Changes."""

    name, name_plural, caminho = "Mudança", "Auditoria", "auditoria"
    colunas = (
        Coluna("em", "Em", Auditoria.em),
        Coluna("usuario", "Quem", Auditoria.usuario),
        Coluna("tabela", "Tabela", Auditoria.tabela),
        Coluna("acao", "O quê", Auditoria.acao),
        Coluna("linha", "Nº", Auditoria.numero),
        Coluna("desfecho", "Desfecho", Auditoria.desfecho),
    )
    detalhes = (
        Coluna("endereco", "De onde", Auditoria.endereco),
        Coluna("antes", "Antes", Auditoria.antes),
        Coluna("depois", "Depois", Auditoria.depois),
        Coluna("motivo", "Motivo", Auditoria.motivo),
    )
    filtros = (
        Escolha("usuario", "Quem", Auditoria.usuario),
        Escolha("tabela", "Tabela", Auditoria.tabela),
        Escolha("desfecho", "Desfecho", Auditoria.desfecho, tuple(Desfecho)),
        Periodo("data", "Em", Auditoria.em),
    )
    buscados = (Auditoria.usuario, Auditoria.tabela, Auditoria.acao)
    ordens = {"em": Auditoria.em}  # noqa: RUF012 - read only


TABELA = Mudancas
