"""The shape of a condition: a class with `checar()` and `mensagem()`, as in `satcfe.alertas`, and so are the names."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar, NamedTuple
from zoneinfo import ZoneInfo

from satcfe import alertas as satcfe_alertas

from alerts.judgement import WARNING, Judgement
from core.clock import SYSTEM
from core.settings.sat import Thresholds

DEFAULT_ZONE = ZoneInfo("America/Sao_Paulo")


@dataclass(frozen=True)
class Contexto:
    """When and where a status is judged, and by what limits.

    `limites` none: those of the classes, as satcfe has them. `serie` is the serial number expected, `abertos` since
    when the alerts with these codes are open.
    """

    agora: datetime = field(default_factory=SYSTEM.now)
    fuso: ZoneInfo = DEFAULT_ZONE
    limites: Thresholds | None = None
    serie: str | None = None
    abertos: Mapping[str, datetime] = field(default_factory=dict)

    @cached_property
    def na_loja(self) -> datetime:
        """The shop's wall clock, naive as the box's own."""
        return self.agora.astimezone(self.fuso).replace(tzinfo=None)

    def desde(self, codigo: str) -> str:
        """Return since when a condition is known, on the shop's wall clock."""
        return f"{self.abertos.get(codigo, self.agora).astimezone(self.fuso):%d/%m/%Y %H:%M}"


class AlertaOperacao(satcfe_alertas.AlertaOperacao):  # type: ignore[misc]
    """Base of the conditions. `codigo` names it (default: the class), `valores` are its figures after `checar()`."""

    codigo: ClassVar[str]
    severidade: str = WARNING

    def __init__(self, resposta: Any) -> None:
        super().__init__(resposta)
        self.valores: dict[str, Any] = {}

    @cached_property
    def contexto(self) -> Contexto:
        """When and where it is judged: set by the caller, otherwise here and now."""
        return Contexto()

    @property
    def desde(self) -> str:
        """Since when this condition is known."""
        return self.contexto.desde(self.codigo)

    def legivel(self) -> bool:
        """Tell, after `checar()`, whether the answer holds what it looks at; without that no alert is over."""
        return True

    def resolvido(self) -> str:
        """Say what is well again, in a sentence; asked when the condition was open and is no longer true."""
        return ""


class Avaliacao(NamedTuple):
    """What one condition says of one answer; `erro` says why it could not be judged, `resolvido` what is well again."""

    codigo: str
    severidade: str
    ativo: bool
    mensagem: str
    valores: dict[str, Any]
    erro: str | None = None
    alerta: Any = None
    resolvido: str = ""

    def of(self, objeto: str, rotulos: Mapping[str, str], *, calado: bool) -> Judgement:
        """Return it as the judgement of one box."""
        return Judgement(
            objeto,
            self.codigo,
            self.severidade,
            self.ativo,
            self.mensagem,
            self.valores,
            self.erro,
            self.resolvido,
            rotulos=rotulos,
            calado=calado,
        )
