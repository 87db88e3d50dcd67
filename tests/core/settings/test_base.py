"""What sections are made of: units, zones, networks, and how a section is found."""

from ipaddress import ip_network

import pytest
from pydantic import ValidationError

from core.settings.base import Network, Section, Table, Unit, Zone
from core.settings.retencao import RetentionSettings


class Pieces(Table):
    """One of each."""

    zona: Zone = "UTC"
    rede: Network = ip_network("10.0.0.0/8")


def test_a_section_is_named_after_its_file() -> None:
    assert RetentionSettings.table() == "retencao"
    assert isinstance(RetentionSettings.current(), RetentionSettings)


def test_a_number_keeps_its_unit() -> None:
    metadata = RetentionSettings.model_fields["eventos_dias"].metadata
    assert Unit("dias") in metadata


@pytest.mark.parametrize("zona", ["", "Marte/Olimpo", "../etc/passwd"])
def test_an_unknown_zone_is_refused(zona: str) -> None:
    with pytest.raises(ValidationError, match="fuso horário desconhecido"):
        Pieces(zona=zona)


@pytest.mark.parametrize("rede", ["10.0.0.1/8", "10.0.0.0/33", "rede", "", None])
def test_what_is_no_network_is_refused(rede: object) -> None:
    with pytest.raises(ValidationError, match="deve ser uma rede"):
        Pieces(rede=rede)


@pytest.mark.parametrize("rede", ["10.0.0.0/8", "fd00::/8", "127.0.0.1"])
def test_a_network_of_either_kind_is_read(rede: str) -> None:
    assert Pieces(rede=rede).rede == ip_network(rede)


def test_a_table_takes_no_other_keys_and_does_not_change() -> None:
    with pytest.raises(ValidationError):
        Pieces(outra=1)
    with pytest.raises(ValidationError):
        Pieces().zona = "UTC"  # type: ignore[misc]
    assert issubclass(Section, Table)
