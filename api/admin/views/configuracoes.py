"""How users want SEFAZ to be consulted. docs/reference/contracts/integracoes.md §1.8 and §10.2."""

from typing import Any

from sqlalchemy import Select, select

from api.admin.parts import Campo, Coluna, Dados, Escolha, SimNao
from api.admin.table import Linha, Tabela
from core.caller import Caller
from core.errors import NotFound
from flows.sefaz.configuracao import Mudancas, configurar
from flows.sefaz.views.configuracao import AVISA, ENDERECO, configuracao
from storage.models.configuracao import ConfiguracaoConsulta
from storage.models.usuarios import Usuario
from storage.session import reading


class Configuracoes(Tabela, model=ConfiguracaoConsulta):
    """What users said; one who said nothing has no row."""

    name, name_plural, caminho = "Configuração", "Configurações de consulta", "configuracaoconsulta"
    colunas = (
        Coluna("usuario", "Usuário", Usuario.username),
        Coluna("consulta_automatica_ativa", "Consulta automática", ConfiguracaoConsulta.consulta_automatica_ativa),
        Coluna("horario_consulta", "Horário", ConfiguracaoConsulta.horario_consulta),
        Coluna("notificar_email", "Avisa por e-mail", AVISA),
    )
    detalhes = (
        Coluna("ufs_habilitadas", "UFs", ConfiguracaoConsulta.ufs_habilitadas),
        Coluna("max_documentos_por_consulta", "Documentos por vez", ConfiguracaoConsulta.max_documentos_por_consulta),
        Coluna("timeout_consulta", "Tempo por consulta (s)", ConfiguracaoConsulta.timeout_consulta),
        Coluna("email_notificacao", "E-mail", ENDERECO),
    )
    filtros = (
        SimNao("consulta_automatica_ativa", "Automática", ConfiguracaoConsulta.consulta_automatica_ativa),
        Escolha("usuario", "Usuário", Usuario.username),
    )
    buscados = (Usuario.username,)
    campos = (
        Campo("consulta_automatica_ativa", "Consulta automática", "bool"),
        Campo("horario_consulta", "Horário", "time", "Uma vez por dia a partir desta hora; vazio é o intervalo."),
        Campo("max_documentos_por_consulta", "Documentos por vez", "number"),
        Campo("timeout_consulta", "Tempo por consulta (s)", "number"),
        Campo("ufs_habilitadas", "UFs", ajuda="Siglas separadas por vírgula."),
        Campo("notificar_email", "Avisa por e-mail", "bool"),
        Campo("email_notificacao", "E-mail"),
    )

    def base(self, query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
        """Return a query of configurations with their users."""
        return query.join(Usuario, Usuario.id == ConfiguracaoConsulta.usuario_id)

    def alterar(self, numero: int, dados: Dados) -> None:
        """Change what a user said."""
        ufs = dados.texto("ufs_habilitadas")
        said = Mudancas(
            ufs_habilitadas=None if ufs is None else ufs.split(","),
            max_documentos_por_consulta=dados.inteiro("max_documentos_por_consulta"),
            timeout_consulta=dados.inteiro("timeout_consulta"),
            notificar_email=dados.sim("notificar_email"),
            email_notificacao=dados.texto("email_notificacao"),
            consulta_automatica_ativa=dados.sim("consulta_automatica_ativa"),
            horario_consulta=dados.texto("horario_consulta"),
        )
        configurar(said, _whose(numero))

    def valores(self, numero: int) -> Linha:
        """Return what its form shows."""
        shown = configuracao(_whose(numero))
        return {**vars(shown), "id": numero, "ufs_habilitadas": ",".join(shown.ufs_habilitadas)}


def _whose(numero: int) -> Caller:
    with reading() as db:
        user = db.scalar(select(ConfiguracaoConsulta.usuario_id).where(ConfiguracaoConsulta.id == numero))
    if user is None:
        raise NotFound("Não há esta configuração.")
    return Caller(user)


TABELA = Configuracoes
