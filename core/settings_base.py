"""What the sections of the settings are made of."""

from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"fuso horário desconhecido: {name!r}")
    return name


Seconds = Annotated[float, Field(gt=0)]
Port = Annotated[int, Field(ge=1, le=65535)]
Zone = Annotated[str, AfterValidator(_zone)]


class Section(BaseModel):
    """A table of the settings file; unknown keys are mistakes."""

    model_config = ConfigDict(frozen=True, extra="forbid")
