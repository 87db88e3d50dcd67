"""What is wrong: conditions judged on one status answer, each alone. The shape is satcfe's, and so are the names."""

import importlib
import pkgutil

from alerts import sat
from alerts.base import AlertaOperacao, Avaliacao, Contexto, avaliar, checar, registrar

for _module in pkgutil.iter_modules(sat.__path__, f"{sat.__name__}."):
    importlib.import_module(_module.name)

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
