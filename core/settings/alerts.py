"""The section `[alerts]`: reminders, and how long something may last before it is an alert."""

from typing import Annotated, ClassVar

from pydantic import Field

from core.settings.base import LONGEST_DAYS, Section, Unit


class AlertSettings(Section):
    """How alerts are told."""

    about: ClassVar[str] = "Como os alertas são contados."

    reminder_hours: Annotated[float, Field(ge=0, le=24 * LONGEST_DAYS), Unit("horas")] = Field(
        24, description="Um alerta aberto que ninguém reconheceu é lembrado a cada tanto (`alerta_lembrete`); 0: nunca."
    )
    paused_days: Annotated[float, Field(gt=0, le=LONGEST_DAYS), Unit("dias")] = Field(
        7, description="Avisa quando um destino ou um lote está pausado há mais que isto."
    )
    stalled_days: Annotated[float, Field(gt=0, le=LONGEST_DAYS), Unit("dias")] = Field(
        3, description="Avisa quando nada de um lote é aceito há mais que isto, também fora da janela."
    )
    gap_days: Annotated[float, Field(ge=0, le=LONGEST_DAYS), Unit("dias")] = Field(
        7, description="Avisa quando faltam números nas notas emitidas por uma empresa há mais que isto."
    )
    ciencia_days: Annotated[float, Field(ge=0, le=10), Unit("dias")] = Field(
        3, description="Avisa quando o prazo da Ciência de uma NF-e termina dentro disto; 0: nunca."
    )
    conclusion_days: Annotated[float, Field(ge=0, le=LONGEST_DAYS), Unit("dias")] = Field(
        30, description="Avisa quando o prazo para concluir sobre uma NF-e termina dentro disto; 0: nunca."
    )
