"""The settings of the SAT and MFE boxes: `[sat]`."""

from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, SecretStr, model_validator

from core.janela import Janelas, is_periodo, periodo
from core.settings_base import Port, Section, Zone

Positive = Annotated[float, Field(gt=0)]
Share = Annotated[float, Field(gt=0, le=1)]
Label = Annotated[str, Field(min_length=1, max_length=100)]
# What the alert of a whole place is about begins so; no box may be mistaken for one.
RESERVED_NAMES = ("loja:", "hub:")
_ANY_ZONE = ZoneInfo("America/Sao_Paulo")


class Thresholds(Section):
    """From when on a condition of a box is told (the limits of `alerts/sat`)."""

    certificate_days: Annotated[int, Field(ge=0)] = 60
    clock_seconds: Annotated[int, Field(ge=0)] = 3600
    memory_warning: Share = 0.8
    memory_critical: Share = 0.9
    silence_warning_days: Positive = 3
    silence_critical_days: Positive = 7
    unreachable_times: Annotated[int, Field(ge=1)] = 3


class OwnThresholds(Section):
    """The thresholds of one box; what is not given is as for all."""

    certificate_days: Annotated[int, Field(ge=0)] | None = None
    clock_seconds: Annotated[int, Field(ge=0)] | None = None
    memory_warning: Share | None = None
    memory_critical: Share | None = None
    silence_warning_days: Positive | None = None
    silence_critical_days: Positive | None = None
    unreachable_times: Annotated[int, Field(ge=1)] | None = None


NO_THRESHOLDS = OwnThresholds()


def _own_name(name: str) -> str:
    if name.startswith(RESERVED_NAMES):
        raise ValueError(f"um nome de caixa não começa com {' nem '.join(RESERVED_NAMES)}")
    return name


def _week(entries: tuple[str, ...]) -> tuple[str, ...]:
    Janelas(entries, _ANY_ZONE)
    return entries


def _week_or_dates(entries: tuple[str, ...]) -> tuple[str, ...]:
    _week(tuple(entry for entry in entries if not is_periodo(entry)))
    for entry in entries:
        if is_periodo(entry):
            periodo(entry, _ANY_ZONE)
    return entries


class BoxSettings(Section):
    """One SAT or MFE box, behind a SATHub (`hub`) or a vendor library on this machine (`local`)."""

    name: Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_own_name)]
    kind: Literal["hub", "local"] = "hub"
    host: str | None = None
    port: Port = 5000
    numero_caixa: Annotated[int, Field(ge=0, le=999)] = 1
    library: Path | None = None
    activation_code: SecretStr | None = None
    timezone: Zone | None = None
    serial: str | None = None
    loja: Label | None = None
    uf: Label | None = None
    grupo: Label | None = None
    opening_hours: Annotated[tuple[str, ...], AfterValidator(_week)] = ()
    maintenance: Annotated[tuple[str, ...], AfterValidator(_week_or_dates)] = ()
    interval_seconds: Annotated[int, Field(ge=1)] = 300
    timeout_seconds: Annotated[float, Field(gt=0, le=90)] = 30
    thresholds: OwnThresholds = OwnThresholds()

    @model_validator(mode="after")
    def _complete(self) -> "BoxSettings":
        needed = {"hub": ("host",), "local": ("library", "activation_code")}[self.kind]
        missing = [key for key in needed if getattr(self, key) is None]
        if missing:
            raise ValueError(f"caixa {self.name!r} do tipo {self.kind} precisa de {' e '.join(missing)}")
        return self


def _unique_names(boxes: tuple[BoxSettings, ...]) -> tuple[BoxSettings, ...]:
    names = [box.name for box in boxes]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise ValueError(f"nome repetido: {', '.join(repeated)}")
    return boxes


class SatSettings(Section):
    """The SAT and MFE boxes to watch, and from when on to tell."""

    alert_modules: tuple[str, ...] = ()
    thresholds: Thresholds = Thresholds()
    boxes: Annotated[tuple[BoxSettings, ...], AfterValidator(_unique_names)] = ()

    def thresholds_of(self, box: BoxSettings) -> Thresholds:
        """Return what holds for one box: its own, else those of all."""
        own = box.thresholds.model_dump(exclude_none=True) if box.thresholds != NO_THRESHOLDS else {}
        return self.thresholds.model_copy(update=own) if own else self.thresholds
