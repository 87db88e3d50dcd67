"""What a guest may import from `alerts`: satcfe's names. Our own conditions are registered first."""

from alerts.sat.registry import avaliar, checar, load, registrar
from alerts.sat.shape import AlertaOperacao, Avaliacao, Contexto

load()

from alerts.sat.certificado import AlertaVencimentoCertificado  # noqa: E402
from alerts.sat.pendentes import AlertaCFePendentes  # noqa: E402
from alerts.sat.relogio import AlertaDivergenciaHorarios  # noqa: E402

__all__ = [
    "AlertaCFePendentes",
    "AlertaDivergenciaHorarios",
    "AlertaOperacao",
    "AlertaVencimentoCertificado",
    "Avaliacao",
    "Contexto",
    "avaliar",
    "checar",
    "registrar",
]
