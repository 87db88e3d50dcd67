"""Events by hand. docs/reference/contracts/integracoes.md §4.40 to §4.42 and §4.62."""

from typing import Annotated, Any

from fastapi import Response
from pydantic import BaseModel, Field

from api.asking import LARGEST_ID, Quem
from api.repeating import Key, answered
from api.routes.webhooks import FAILED, Tentado, outcome
from api.routing import Rotas
from api.trials import tried
from flows.destinos import trying, webhooks
from flows.eventos import firing
from flows.pedidos.repeating import Within

router = Rotas("/integracoes", "integrações")
FIRE = "POST disparar"
UNKNOWN = {"description": "O webhook não existe, ou não é de quem pede."}


class Tentativa(BaseModel):
    """What to try a webhook with."""

    webhook_id: Annotated[int, Field(ge=-LARGEST_ID, le=LARGEST_ID, examples=[1])]
    evento: str = "nfe_importada"
    dados: dict[str, Any] = Field({}, examples=[{"numero_nf": "123"}])


class Disparo(BaseModel):
    """An event to fire."""

    evento: str = Field(examples=["nfe_importada"])
    dados: dict[str, Any] = Field({}, examples=[{"numero_nf": "123"}])


class Feito(BaseModel):
    """How many webhooks were told."""

    status: str
    mensagem: str
    webhooks_acionados: int


class Eventos(BaseModel):
    """The events that a webhook may name."""

    eventos: list[firing.EventoView]
    total: int


@router.post("/testar/", response_model=Tentado, responses={400: FAILED, 404: UNKNOWN})
async def testar(tentativa: Tentativa, quem: Quem) -> Response:
    """Envia agora a um webhook o evento e os dados que forem dados, uma vez; poucos de uma pessoa ao mesmo tempo."""
    evento = firing.checked(tentativa.evento)

    def trial() -> trying.Tested:
        webhooks.mostrar(tentativa.webhook_id, quem.caller)
        sample = trying.Amostra(evento, firing.para_teste(tentativa.dados, quem.id, quem.username))
        return trying.try_out(str(tentativa.webhook_id), caller=quem.caller, amostra=sample)

    made = await tried(quem.id, trial)
    return outcome(made, webhook=made.destino, evento=evento)


@router.post("/disparar/", response_model=Feito)
def disparar(disparo: Disparo, quem: Quem, key: Key = None) -> Response:
    """Dispara um evento aos webhooks de quem pede."""

    def fire(db: Within) -> Feito:
        told = firing.disparar(db, disparo.evento, disparo.dados, quem.id, quem.username)
        return Feito(status="success", mensagem=f"Evento {disparo.evento} disparado.", webhooks_acionados=told)

    return answered(key, quem.id, FIRE, disparo.model_dump(mode="json"), fire)


@router.get("/eventos/")
def eventos() -> Eventos:
    """Lista os eventos que um webhook pode ter."""
    known = list(firing.de_usuario())
    return Eventos(eventos=known, total=len(known))
