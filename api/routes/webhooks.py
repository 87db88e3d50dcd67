"""Webhooks of a user. docs/reference/contracts/integracoes.md §4.30 to §4.35, §4.60 and §4.62."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from api.asking import Id, Que, Quem, Quer
from api.paging import Lista
from api.repeating import Key, answered
from api.routing import Rotas
from api.trials import tried
from core.errors import UsageError
from flows.destinos import attempts, trying, webhooks
from flows.destinos.webhooks import Dito, WebhookView

router = Rotas("/webhooks", "webhooks")
CREATE = "POST webhooks"
NO_EVENT = "Nomes de eventos separados por vírgula, nenhum vazio."


class MudancaWebhook(BaseModel):
    """What somebody says of a webhook; what is left out stays."""

    nome: str | None = Field(None, examples=["ERP"])
    url: str | None = Field(None, examples=["https://erp.exemplo.com.br/webhook"])
    eventos: str | list[str] | None = Field(None, examples=["nfe_importada,cte_importado"])
    ativo: bool | None = None
    secret_key: str | None = Field(None, repr=False)
    headers_customizados: dict[str, str] | None = Field(None, repr=False, examples=[{"X-Loja": "7"}])
    filtro: dict[str, Any] | None = Field(
        None,
        description="Condições sobre o corpo do evento; vazio tira.",
        examples=[{"dados.valor_total": {"$gte": 1000}}],
    )
    timeout: int | None = Field(None, examples=[15])
    retry_count: int | None = Field(None, examples=[11])

    def dito(self) -> Dito:
        """Return it as the flow takes it."""
        return Dito(**self.model_dump() | {"eventos": _names(self.eventos)})


class NovoWebhook(MudancaWebhook):
    """A new webhook."""

    nome: str = Field(examples=["ERP"])
    url: str = Field(examples=["https://erp.exemplo.com.br/webhook"])
    eventos: str | list[str] = Field(examples=["nfe_importada,cte_importado"])


class Tentado(BaseModel):
    """A trial that arrived; `webhook` and `evento` are there where its data were given."""

    status: str = Field(examples=["success"])
    mensagem: str = Field(examples=["ERP respondeu 200."])
    webhook: str | None = None
    evento: str | None = None


class NaoChegou(Tentado):
    """A trial that did not arrive; `status_code` 0 means that no answer came."""

    status: str = Field(examples=["error"])
    status_code: int = Field(examples=[500])
    erro: str | None = Field(examples=["HTTP 500"])


FAILED: dict[str, Any] = {"description": "Não chegou.", "model": NaoChegou | dict[str, list[str]]}


@router.get("/")
def listar(request: Request, pagina: Que, caller: Quer) -> Lista[WebhookView]:
    """Lista os webhooks, os mais novos primeiro."""
    return Lista.of(request, webhooks.listar(pagina, caller), pagina)


@router.post("/", status_code=201, response_model=WebhookView)
def criar(novo: NovoWebhook, quem: Quem, key: Key = None) -> Response:
    """Cria um webhook de quem pede; o segredo não é mostrado."""
    said = novo.model_dump(mode="json")
    return answered(key, quem.id, CREATE, said, lambda db: webhooks.make(db, novo.dito(), quem.proprio), 201)


@router.get("/estatisticas/")
def estatisticas(caller: Quer) -> attempts.Estatisticas:
    """Conta os webhooks e as tentativas das últimas 24 horas."""
    return attempts.estatisticas(caller)


@router.get("/{id}/")
def mostrar(id: Id, caller: Quer) -> WebhookView:  # noqa: A002 - the contract's word
    """Mostra um webhook."""
    return webhooks.mostrar(id, caller)


@router.put("/{id}/")
@router.patch("/{id}/")
def alterar(id: Id, mudanca: MudancaWebhook, caller: Quer) -> WebhookView:  # noqa: A002
    """Muda o que for dito de um webhook; o resto fica.

    De um pausado, ou desligado pela Esteira, `ativo` é `false`: dito de volta com o resto, os eventos continuam
    retidos; dito sozinho, desliga. `true` retoma.
    """
    return webhooks.alterar(id, mudanca.dito(), caller)


@router.delete("/{id}/", status_code=204)
def remover(id: Id, caller: Quer) -> None:  # noqa: A002
    """Remove um webhook e as suas entregas."""
    webhooks.remover(id, caller)


@router.post("/{id}/testar/", response_model=Tentado, responses={400: FAILED})
async def testar(id: Id, quem: Quem) -> Response:  # noqa: A002
    """Envia agora um evento de teste, uma vez, mesmo a um webhook inativo; poucos de uma pessoa ao mesmo tempo."""

    def trial() -> trying.Tested:
        webhooks.mostrar(id, quem.caller)
        return trying.try_out(str(id), caller=quem.caller, usuario=quem.username)

    return outcome(await tried(quem.id, trial))


@router.get("/{id}/logs/")
def ver_logs(
    id: Id,  # noqa: A002
    caller: Quer,
    limit: Annotated[int, Query(description="Quantas tentativas, até 50.")] = attempts.MOST,
) -> Sequence[attempts.WebhookLogView]:
    """Lista as tentativas mais novas de um webhook.

    Os corpos vêm inteiros até 512 KiB somados; além disso, dos que têm mais de 8 KiB vem o começo (`payload_cortado`),
    e o corpo inteiro está em `/api/entregas/{entrega_id}/`.
    """
    return attempts.newest(id, limit, caller)


def outcome(made: trying.Tested, **more: Any) -> Response:
    """Return how a trial went, as the contract says it."""
    if made.sucesso:
        return JSONResponse({"status": "success", "mensagem": f"{made.destino} respondeu {made.status_code}.", **more})
    said = f"{made.destino} não recebeu o teste."
    wrong = {"status": "error", "mensagem": said, "status_code": made.status_code, "erro": made.erro, **more}
    return JSONResponse(wrong, 400)


def _names(said: str | list[str] | None) -> list[str] | None:
    if said is None:
        return None
    names = [name.strip() for name in (said.split(",") if isinstance(said, str) else said)]
    if not all(names):
        raise UsageError(NO_EVENT, campo="eventos")
    return names
