"""Judge one captured answer offline: no network, no database."""

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo, available_timezones

from alerts.sat.registry import avaliar
from alerts.sat.shape import Avaliacao, Contexto
from connectors.sat.status import InvalidAnswer, code_of, parse
from core.clock import SYSTEM
from core.errors import PlatformError, UsageError
from core.instant import read_instant
from core.settings.core import CoreSettings
from core.settings.sat import SatSettings

OK, RECUSADO, INVALIDO = "ok", "recusado", "invalido"


@dataclass(frozen=True)
class Veredito:
    """What a line says: ok, recusado or invalido, its five-digit code if it has one, and every condition when ok."""

    resultado: str
    codigo: str
    motivo: str | None = None
    alertas: list[Avaliacao] = field(default_factory=list)


def avaliar_linha(linha: str, agora: str | None = None, fuso: str | None = None, serie: str | None = None) -> Veredito:
    """Judge a line as it would have been at an instant (ISO 8601; without an offset the shop's wall clock)."""
    zone = _zone(fuso)
    instant = SYSTEM.now() if agora is None else read_instant(agora, zone, campo="agora")
    contexto = Contexto(instant, zone, SatSettings.current().thresholds, serie)
    codigo = code_of(linha)
    try:
        resposta = parse(linha)
    except InvalidAnswer as fault:
        return Veredito(INVALIDO, codigo, str(fault))
    except PlatformError as fault:
        return Veredito(RECUSADO, codigo, str(fault))
    return Veredito(OK, codigo, None, avaliar(resposta, contexto))


def _zone(name: str | None) -> ZoneInfo:
    if name is None:
        return CoreSettings.current().zone
    if name not in available_timezones():
        raise UsageError(f"Fuso horário desconhecido: {name!r}. Use um nome como America/Fortaleza.", campo="fuso")
    return ZoneInfo(name)
