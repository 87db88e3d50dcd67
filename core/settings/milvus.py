"""The section `[milvus]`: the service desk, its token, how much may be asked of it, what its listings bear."""

from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field, SecretStr

from core.settings.accounts import Contas
from core.settings.base import Section, Table, Unit, Zone, checked_base_url, checked_key


class ContaMilvus(Table):
    """One account of Milvus."""

    base_url: Annotated[str, AfterValidator(checked_base_url)] = Field(
        "https://apiintegracao.milvus.com.br",
        description="Esquema e host da API. `http` é para testes.",
    )
    token: Annotated[SecretStr, AfterValidator(checked_key)] = Field(
        description="O token criado no portal do gestor. O dono dele é o autor dos chamados: use um usuário neutro.",
        examples=["<token>"],
    )
    per_minute: Annotated[int, Field(ge=0, le=10_000), Unit("pedidos")] = Field(
        120, description="Pedidos por minuto com este token, de todos os processos juntos; 0: sem limite."
    )
    listings_per_minute: Annotated[int, Field(ge=0, le=10_000), Unit("pedidos")] = Field(
        30, description="Dentre eles, os que listam chamados ou todos os clientes; 0: sem limite próprio."
    )
    list_cap: Annotated[int, Field(ge=1, le=100_000), Unit("linhas")] = Field(
        1000, description="Uma lista de clientes com tantas linhas foi cortada, e não diz que foi."
    )
    page_size: Annotated[int, Field(ge=1, le=1000), Unit("linhas")] = Field(
        50, description="Linhas pedidas por página da lista de chamados; há contas que cortam em 50."
    )
    timezone: Zone = Field("America/Sao_Paulo", description="Fuso das datas da conta; a API não o diz.")


class MilvusSettings(Contas[ContaMilvus], Section):
    """The accounts of Milvus."""

    about: ClassVar[str] = (
        "Contas do Milvus (central de atendimento). Chaves soltas são a conta `padrao`; várias contas são tabelas, "
        "`[milvus.contas.matriz]`, no ambiente `ESTEIRA_MILVUS__CONTAS__MATRIZ__TOKEN`."
    )
