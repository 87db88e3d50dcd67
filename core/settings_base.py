"""What the sections of the settings are made of."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Seconds = Annotated[float, Field(gt=0)]


class Section(BaseModel):
    """A table of the settings file; unknown keys are mistakes."""

    model_config = ConfigDict(frozen=True, extra="forbid")
