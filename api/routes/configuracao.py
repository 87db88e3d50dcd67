"""How a user wants SEFAZ to be consulted. docs/reference/contracts/integracoes.md §4.56."""

from pydantic import BaseModel, Field

from api.asking import Quem
from api.routing import Rotas
from flows.sefaz import configuracao
from flows.sefaz.views import configuracao as views
from flows.sefaz.views.configuracao import ConfiguracaoView

router = Rotas("/configuracao", "configuração")


class MudancasConfiguracao(BaseModel):
    """What is to be another; what is left out stays."""

    ufs_habilitadas: str | list[str] | None = Field(None, examples=[["SP", "RJ"]])
    max_documentos_por_consulta: int | None = Field(None, examples=[1000])
    timeout_consulta: int | None = Field(None, examples=[300])
    notificar_email: bool | None = None
    email_notificacao: str | None = Field(None, examples=["fiscal@exemplo.com.br"])
    consulta_automatica_ativa: bool | None = Field(None, examples=[True])
    horario_consulta: str | None = Field(None, examples=["22:30"])

    def ditas(self) -> configuracao.Mudancas:
        """Return it as the flow takes it."""
        ufs = self.ufs_habilitadas
        named = ufs.split(",") if isinstance(ufs, str) else ufs
        return configuracao.Mudancas(**self.model_dump() | {"ufs_habilitadas": named})


@router.get("/")
def mostrar(quem: Quem) -> ConfiguracaoView:
    """Mostra como as consultas de quem pede são feitas."""
    return views.configuracao(quem.proprio)


@router.put("/")
def alterar(mudancas: MudancasConfiguracao, quem: Quem) -> ConfiguracaoView:
    """Muda o que for dito; o resto fica."""
    return configuracao.configurar(mudancas.ditas(), quem.proprio)
