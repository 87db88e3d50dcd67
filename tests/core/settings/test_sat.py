"""The boxes: what is refused where it is defined, and thresholds of their own."""

import json
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from core.errors import Misconfigured
from core.settings.load import load_settings
from core.settings.mistakes import explain
from core.settings.sat import BoxSettings, OwnThresholds, SatSettings, Thresholds

PASSWORD_IN_IT = ("usuario:senha1@hub", "http://usuario:senha1@hub")  # pragma: allowlist secret


@pytest.mark.parametrize(
    "host",
    [
        *("http://127.0.0.1", "https://hub", "127.0.0.1/hub", "127.0.0.1:5000", "loja 1", " ", "", ".", "..", "a..b"),
        *("hub?x=1", "hub#x", "hub\\x", "256.1.1.1", "a" * 64, "a" * 300, "é" * 70, "127.0.0.1\r\nX: y", "\0", "[::g]"),
        *("[hub]", "hub\n", *PASSWORD_IN_IT),
        pytest.param("\ud800", id="surrogate"),
    ],
)
def test_a_host_that_is_none_is_refused_where_the_box_is_defined(host: str) -> None:
    with pytest.raises(ValidationError) as caught:
        BoxSettings(name="loja-1", host=host)
    told = explain(caught.value, BoxSettings)
    assert [line.partition(":")[0] for line in told] == ["host"]
    assert "senha1" not in "".join(told)


@pytest.mark.parametrize(
    "host", ["10.0.0.5", "::1", "[::1]", "hub", "hub.loja-1.local", "hub.", "hub_1", "loja-á.local"]
)
def test_a_name_or_an_address_is_a_host(host: str) -> None:
    assert BoxSettings(name="loja-1", host=host).host == host


def test_the_host_of_a_box_is_refused_beside_every_other_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    boxes = [{"name": "a", "host": "http://hub"}, {"name": "b", "host": "hub", "port": 0}]
    monkeypatch.setenv("ESTEIRA_SAT__BOXES", json.dumps(boxes))
    with pytest.raises(Misconfigured) as caught:
        load_settings()
    assert "sat.boxes[0].host: use só o nome ou o endereço" in str(caught.value)
    assert "sat.boxes[1].port: deve ser no mínimo 1" in str(caught.value)


def test_a_box_may_have_thresholds_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    boxes = [{"name": "a", "host": "h", "thresholds": {"certificate_days": 30}}, {"name": "b", "host": "h"}]
    monkeypatch.setenv("ESTEIRA_SAT__BOXES", json.dumps(boxes))
    monkeypatch.setenv("ESTEIRA_SAT__THRESHOLDS", '{"clock_seconds": 60}')
    sat = load_settings()[SatSettings]
    own, all_ = (sat.thresholds_of(box) for box in sat.boxes)
    assert (own.certificate_days, own.clock_seconds) == (30, 60)
    assert (all_.certificate_days, all_.clock_seconds) == (60, 60)


def test_each_threshold_can_be_given_for_one_box() -> None:
    assert list(OwnThresholds.model_fields) == list(Thresholds.model_fields)


def test_one_library_is_one_equipment_whatever_the_path_to_it(tmp_path: Path) -> None:
    (tmp_path / "libsat.so").touch()
    (tmp_path / "outra.so").symlink_to("libsat.so")
    boxes = [
        BoxSettings(name=name, kind="local", library=path, activation_code=SecretStr("12345678"), uf="CE")
        for name, path in (
            ("a", tmp_path / "libsat.so"),
            ("b", tmp_path / "outra.so"),
            ("c", tmp_path / ".." / tmp_path.name / "libsat.so"),
        )
    ]
    assert len({box.equipment for box in boxes}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("HUB", "hub"), ("hub.", "hub"), ("[::1]", "::1"), ("::0:1", "::1"), ("10.0.0.5", "10.0.0.5")],
)
def test_one_hub_is_one_equipment_however_it_is_written_and_whichever_till_asks(one: str, other: str) -> None:
    first, second = BoxSettings(name="a", host=one), BoxSettings(name="b", host=other, numero_caixa=2)
    assert first.equipment == second.equipment
    assert first.equipment != BoxSettings(name="c", host=other, port=5001).equipment


SERIALS = ("12" * 2, "1" * 10, "9,00001E+08", "12345678A", "٣" * 9, " 23456789")  # pragma: allowlist secret


@pytest.mark.parametrize("serial", SERIALS)
def test_a_serial_number_has_nine_digits(serial: str) -> None:
    with pytest.raises(ValidationError, match="nove dígitos"):
        BoxSettings(name="a", host="h", serial=serial)
