"""The box cannot be reached, or is asked no more; where all boxes of a shop are so, one judgement says it for all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from alerts.judgement import CRITICAL, Judgement
from core.settings.sat import BoxSettings

if TYPE_CHECKING:
    # it brings satcfe, and every worker knows the shops
    from alerts.sat.shape import Contexto

CODIGO = "inalcancavel"
SEM_RESPOSTA, PARADA = "sem_resposta", "parada"
CONSELHO = "Verifique a energia, o cabo e a rede do equipamento e do computador ao qual está ligado."


@dataclass(frozen=True)
class Failures:
    """How the checks of one box went: how many failed in a row and since when, what the last one said.

    `desconhecido` says that the last one told nothing of this. A `parada` one is asked no more.
    """

    falhas: int
    falhando_desde: datetime | None
    erro: str | None = None
    parada: bool = False
    desconhecido: str | None = None


@dataclass(frozen=True)
class Witness:
    """One box of a shop: how often in a row it failed and since when, when it was last asked, what is often."""

    falhas: int
    falhando_desde: datetime | None
    verificada_em: datetime | None
    limite: int

    @property
    def failed(self) -> bool:
        """Whether it failed often enough to be told."""
        return self.falhas >= self.limite


def of_box(
    box: BoxSettings, checks: Failures, contexto: "Contexto", rotulos: Mapping[str, str], *, calado: bool
) -> Judgement:
    """Judge whether a box can be reached."""
    limit = contexto.limites.unreachable_times if contexto.limites else 1
    since = checks.falhando_desde
    quando = f" desde {since.astimezone(contexto.fuso):%d/%m/%Y %H:%M}" if since else ""
    erro = checks.erro or ""
    return Judgement(
        objeto=box.name,
        codigo=CODIGO,
        severidade=CRITICAL,
        ativo=checks.falhas >= limit,
        mensagem=(
            f"A caixa não é mais consultada{quando}: {erro} {remedy(box)}"
            if checks.parada
            else f"Sem resposta utilizável{quando}. {erro} {CONSELHO}"
        ),
        valores={"falhas": checks.falhas},
        desconhecido=checks.desconhecido,
        resolvido="O equipamento responde de novo.",
        causa=PARADA if checks.parada else SEM_RESPOSTA,
        rotulos=rotulos,
        calado=calado,
    )


def remedy(box: BoxSettings) -> str:
    """Say where a parked box is put right, and what to do then: its hub alone knows the activation code."""
    if box.heard:
        return "Corrija a configuração da caixa na máquina do agente, que então volta a consultá-la."
    where = (
        "Corrija a caixa; o código de ativação fica na configuração do próprio SATHub"
        if box.kind == "hub"
        else "Corrija a configuração da caixa (activation_code, library)"
    )
    return f"{where}. Depois rode `esteira sat reativar {box.name}`."


def loja_is_down(members: Sequence[Witness]) -> bool | None:
    """Tell whether a shop is down; None where too few of its boxes can tell.

    It is down when one box failed often enough and no other has answered since that one began to fail. Boxes that
    were not asked since do not count, but the failing ones must be at least as many as they.
    """
    if len(members) < 2:
        return None
    since = max((one.falhando_desde for one in members if one.failed and one.falhando_desde), default=None)
    failing = sum(one.falhas > 0 for one in members)
    if since is None or failing < 2:
        return False
    answered = any(not one.falhas and one.verificada_em and one.verificada_em >= since for one in members)
    return not answered and failing * 2 >= len(members)


@dataclass(frozen=True)
class Loja:
    """Several boxes of one shop: what its alert is about, its name, how many they are."""

    objeto: str
    nome: str
    caixas: int


def of_loja(loja: Loja, *, ativo: bool, since: datetime, zone: ZoneInfo, rotulos: Mapping[str, str]) -> Judgement:
    """Return the judgement of a loja."""
    return Judgement(
        objeto=loja.objeto,
        codigo=CODIGO,
        severidade=CRITICAL,
        ativo=ativo,
        mensagem=(
            f"Nenhuma das {loja.caixas} caixas da loja {loja.nome} responde desde "
            f"{since.astimezone(zone):%d/%m/%Y %H:%M}. Verifique a energia, a rede e a internet do local."
        ),
        valores={"caixas": loja.caixas},
        resolvido=f"Caixas da loja {loja.nome} respondem de novo.",
        rotulos=rotulos,
    )
