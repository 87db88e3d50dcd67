"""The section `[agenda]`: what runs by the clock (docs/reference/agenda.md)."""

import re
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from core.settings.base import Section, Unit


def _time(text: str) -> str:
    if text and not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", text):
        raise ValueError(f"deve ser um horário como 08:00, ou vazio para não rodar: {text!r}")
    return text


Horario = Annotated[str, AfterValidator(_time)]
# Less than the shortest day there is, so that the windows of two days never overlap.
Janela = Annotated[int, Field(ge=1, le=1320), Unit("minutos")]


class AgendaSettings(Section):
    """The time of each daily job by the wall clock of `core.timezone`, and how long after it is still made up."""

    about: ClassVar[str] = (
        "O que roda por horário, no relógio de `core.timezone`. Horário vazio desliga. O que não rodou na hora ainda é "
        "feito dentro da janela (minutos depois do horário); passada a janela, é dado como perdido e avisado."
    )

    consultas_sefaz_minutos: Annotated[int, Field(ge=0, le=1440), Unit("minutos")] = Field(
        30, description="De quanto em quanto o beat procura as empresas a consultar na SEFAZ; 0 desliga."
    )
    limpeza_logs: Horario = Field("02:00", description="Quando se apaga o que é mais velho que `[retencao]` guarda.")
    limpeza_logs_janela: Janela = Field(1200, description="Por quanto tempo depois a limpeza ainda é feita.")
    certificados_vencendo: Horario = Field("07:00", description="Quando se avisa dos certificados que vencem.")
    certificados_vencendo_janela: Janela = Field(720, description="Por quanto tempo depois ainda se avisa deles.")
    enviar_relatorios: Horario = Field("08:00", description="Quando sai o resumo diário.")
    enviar_relatorios_janela: Janela = Field(240, description="Por quanto tempo depois o resumo ainda sai.")
