"""The account of Milvus that a destination leads to, with the limits of its token.

A token that stands in the section `[milvus]` too has the limits given there: whoever uses it draws on one budget.
"""

from pydantic import SecretStr, ValidationError

from claims.bucket import Bucket
from claims.pace import bucket_of
from core.errors import UsageError
from core.pace import Budget, budget_name
from core.settings.milvus import ContaMilvus, MilvusSettings
from storage.models.destinos import Destino

SYSTEM = "milvus"


def account(url: str, token: str) -> ContaMilvus:
    """Return an account; raise `UsageError` with what is wrong."""
    known = (one for one in MilvusSettings.current().contas.values() if one.token.get_secret_value() == token.strip())
    limits = next((one.model_dump(exclude={"base_url", "token"}) for one in known), {})
    try:
        return ContaMilvus(base_url=url.rstrip("/"), token=SecretStr(token), **limits)
    except ValidationError as error:
        campo = "url" if error.errors()[0]["loc"] == ("base_url",) else "segredo"
        said = {"url": "A URL de um destino milvus_chamado tem só esquema, host e porta."}
        raise UsageError(said.get(campo, "O segredo é o token de integração do Milvus."), campo=campo) from None


def of(destino: Destino) -> ContaMilvus:
    """Return the account of a destination that was checked."""
    return account(destino.url, destino.secret_key or "")


def bucket(conta: ContaMilvus) -> Bucket | None:
    """Return the bucket of an account's token; none where it has no limit."""
    budget = Budget(budget_name(SYSTEM, conta.token.get_secret_value()), conta.per_minute)
    return bucket_of(budget) if budget.per_minute else None
