"""The section `[ploomes]`: the CRM's address, the key of an integration user, and how much may be asked of it."""

from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field, SecretStr

from core.settings.accounts import Contas
from core.settings.base import Section, Table, Unit, checked_base_url, checked_key, default_is


class ContaPloomes(Table):
    """One account of Ploomes."""

    base_url: Annotated[str, AfterValidator(checked_base_url)] = Field(
        "https://api2.ploomes.com",
        description="Esquema e host da API; contas antigas têm outros hosts. `http` é para testes.",
    )
    user_key: Annotated[SecretStr, AfterValidator(checked_key)] = Field(
        description="A `User-Key` de um usuário de integração. Dá acesso a tudo o que ele vê; de preferência no "
        "ambiente.",
        examples=["<user-key>"],
    )
    webhook_key: Annotated[SecretStr, AfterValidator(checked_key)] | None = Field(
        None,
        description="A `ValidationKey` dos webhooks desta conta, que chegam a `/ganchos/ploomes/CONTA/` da API; de "
        "preferência no ambiente.",
        examples=["<chave>"],
        json_schema_extra=default_is("nenhum webhook é aceito"),
    )
    per_minute: Annotated[int, Field(ge=0, le=10_000), Unit("pedidos")] = Field(
        100, description="Pedidos por minuto com esta chave, de todos os processos juntos; 0: sem limite."
    )
    page_size: Annotated[int, Field(ge=1, le=300), Unit("linhas")] = Field(
        300, description="Linhas pedidas por página; acima de 300 a API corta sem avisar."
    )
    tag_filter: bool = Field(
        True, description="As etiquetas são filtradas pela API; `false` se a conta recusa este filtro."
    )


class PloomesSettings(Contas[ContaPloomes], Section):
    """The accounts of Ploomes."""

    about: ClassVar[str] = (
        "Contas do Ploomes (CRM). Chaves soltas são a conta `padrao`; várias contas são tabelas, "
        "`[ploomes.contas.matriz]`, no ambiente `ESTEIRA_PLOOMES__CONTAS__MATRIZ__USER_KEY`."
    )
