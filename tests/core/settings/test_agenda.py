"""The section `[agenda]`: what is a time of day, and how long after it a job is still made up."""

import pytest
from pydantic import ValidationError

from core.settings.agenda import AgendaSettings


@pytest.mark.parametrize("horario", ["", "00:00", "09:59", "19:00", "23:59"])
def test_a_time_of_day_is_one_of_the_clock_or_none(horario: str) -> None:
    assert AgendaSettings(limpeza_logs=horario).limpeza_logs == horario


@pytest.mark.parametrize(
    "horario", ["24:00", "8:00", "08:60", "08:00:00", "0800", " 08:00", "08:00\n", "às 8", "٠٨:٠٠"]
)
def test_what_is_no_time_of_day_is_told(horario: str) -> None:
    with pytest.raises(ValidationError, match="deve ser um horário como 08:00, ou vazio para não rodar"):
        AgendaSettings(enviar_relatorios=horario)


@pytest.mark.parametrize(
    ("key", "least", "most"),
    [
        ("limpeza_logs_janela", 1, 1320),
        ("certificados_vencendo_janela", 1, 1320),
        ("enviar_relatorios_janela", 1, 1320),
        ("consultas_sefaz_minutos", 0, 1440),
    ],
)
def test_minutes_have_their_bounds(key: str, least: int, most: int) -> None:
    for value in (least, most):
        assert getattr(AgendaSettings.model_validate({key: value}), key) == value
    for value in (least - 1, most + 1):
        with pytest.raises(ValidationError):
            AgendaSettings.model_validate({key: value})


def test_the_windows_of_two_days_never_overlap_not_even_on_the_shortest_of_them() -> None:
    shortest = 23 * 60
    with pytest.raises(ValidationError):
        AgendaSettings(enviar_relatorios_janela=shortest)
