"""What is wrong: judgements of any source, one state machine that tells of them.

`from alerts import AlertaOperacao, registrar` is the extension point of the boxes (`alerts/sat`), loaded on demand.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from alerts.sat.certificado import AlertaVencimentoCertificado
    from alerts.sat.pendentes import AlertaCFePendentes
    from alerts.sat.registry import avaliar, checar, registrar
    from alerts.sat.relogio import AlertaDivergenciaHorarios
    from alerts.sat.shape import AlertaOperacao, Avaliacao, Contexto

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


def __getattr__(name: str) -> Any:
    """Return a name of the boxes' extension point, loaded only when it is asked for."""
    if name not in __all__:
        raise AttributeError(name)
    from alerts.sat import public

    return getattr(public, name)
