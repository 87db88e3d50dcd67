import json
import re
from ipaddress import ip_network
from pathlib import Path

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from core.accounts import account_of
from core.errors import Misconfigured
from core.settings import Settings, load_settings
from core.settings_sat import BoxSettings, OwnThresholds, Thresholds

ROOT = Path(__file__).parents[2]


def refusal() -> str:
    with pytest.raises(Misconfigured) as caught:
        load_settings()
    return str(caught.value)


def test_without_file_or_variables_there_are_defaults() -> None:
    settings = load_settings()
    assert settings.database_url.endswith("/dados/esteira.db")
    assert settings.broker_url is None
    assert settings.deliveries.total_timeout == 15
    assert len(settings.deliveries.schedule) + 1 == 11


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("esteira.toml").write_text("[api]\nport = 9000\nhost = '127.0.0.2'\n")
    monkeypatch.setenv("ESTEIRA_API__PORT", "9001")
    assert (load_settings().api.port, load_settings().api.host) == (9001, "127.0.0.2")


def test_lists_in_the_environment_are_json(monkeypatch: pytest.MonkeyPatch) -> None:
    boxes = [{"name": "loja-1", "host": "hub.local", "numero_caixa": 2}]
    monkeypatch.setenv("ESTEIRA_SAT__BOXES", json.dumps(boxes))
    monkeypatch.setenv("ESTEIRA_DELIVERIES__ALLOW_NETWORKS", '["10.0.0.0/8", "fd00::/8"]')
    settings = load_settings()
    assert settings.sat.boxes[0].numero_caixa == 2
    assert settings.deliveries.allow_networks == (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("ESTEIRA_CORE__DATADIR", "x", "core.datadir: chave desconhecida (seria data_dir?)"),
        ("ESTEIRA_NADA__X", "1", "ESTEIRA_NADA__X: variável desconhecida"),
        ("ESTEIRA_API", "1", "ESTEIRA_API: variável desconhecida"),
        ("ESTEIRA_API__PORT", "abc", "api.port: deve ser um número inteiro"),
        ("ESTEIRA_API__PORT", "70000", "api.port: deve ser no máximo 65535"),
        ("ESTEIRA_CORE__TIMEZONE", "Marte/Olimpo", "core.timezone: fuso horário desconhecido"),
        ("ESTEIRA_DELIVERIES__ALLOW_HTTP", "talvez", "deliveries.allow_http: deve ser true ou false"),
        ("ESTEIRA_DELIVERIES__SCHEDULE", "[1,", "deliveries.schedule: deve ser uma lista"),
        ("ESTEIRA_DELIVERIES__ALLOW_NETWORKS", '["10.0.0.1/8"]', "deliveries.allow_networks[0]: deve ser uma rede"),
        ("ESTEIRA_RETENCAO__EVENTOS_DIAS", "0", "retencao.eventos_dias: deve ser no mínimo 1"),
        ("ESTEIRA_RETENCAO__TENTATIVAS_DIAS", "-1", "retencao.tentativas_dias: deve ser no mínimo 1"),
        ("ESTEIRA_RETENCAO__TENTATIVAS_DIAS", "40000", "retencao.tentativas_dias: deve ser no máximo 36500"),
        ("ESTEIRA_SAT__BOXES", '[{"name": "a"}]', "sat.boxes[0]: caixa 'a' do tipo hub precisa de host"),
        ("ESTEIRA_SAT__BOXES", '[{"name": "a", "host": "h", "numero": 1}]', "(seria numero_caixa?)"),
        ("ESTEIRA_SAT__BOXES", '[{"name":"a","host":"h"},{"name":"a","host":"h"}]', "sat.boxes: nome repetido: a"),
        ("ESTEIRA_SAT__BOXES", '[{"name":"a","kind":"usb"}]', "sat.boxes[0].kind: deve ser um destes"),
        ("ESTEIRA_SAT__BOXES", '[{"name":"hub:a","host":"h"}]', "um nome de caixa não começa com loja: nem hub:"),
        ("ESTEIRA_SAT__BOXES", '[{"name":"a","host":"h","opening_hours":["8h"]}]', "horário inválido: '8h'"),
        ("ESTEIRA_SAT__BOXES", '[{"name":"a","host":"h","maintenance":["a/b"]}]', "período inválido: 'a/b'"),
    ],
)
def test_a_mistake_names_its_key(monkeypatch: pytest.MonkeyPatch, variable: str, value: str, told: str) -> None:
    monkeypatch.setenv(variable, value)
    assert told in refusal()


def test_all_mistakes_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("esteira.toml").write_text("[api]\nporta = 1\n[flower]\nport = 'x'\n[nada]\n")
    monkeypatch.setenv("ESTEIRA_CORE__TIMEZONE", "X")
    said = refusal()
    for key in ("api.porta", "flower.port", "nada", "core.timezone"):
        assert f"{key}: " in said


def test_no_message_shows_a_secret_value(monkeypatch: pytest.MonkeyPatch) -> None:
    box = {"name": "a", "kind": "local", "activation_code": "98765432", "x": 1}
    monkeypatch.setenv("ESTEIRA_SAT__BOXES", json.dumps([box]))
    monkeypatch.setenv("ESTEIRA_CORE__KEYS", '{"a": "chave-secreta"}')
    assert "98765432" not in refusal()
    assert "chave-secreta" not in refusal()


def test_a_file_that_is_not_toml_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("outro.toml").write_text("= =")
    monkeypatch.setenv("ESTEIRA_CONFIG", "outro.toml")
    assert "outro.toml não é um TOML válido" in refusal()


def test_a_named_file_must_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESTEIRA_CONFIG", "nenhum.toml")
    assert "Não consegui ler nenhum.toml" in refusal()


def test_the_broker_that_subir_started_is_found_in_the_data_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load_settings()
    settings.core.data_dir.mkdir()
    (settings.core.data_dir / "broker.url").write_text("redis://127.0.0.1:7000/0\n")
    assert settings.broker_url == "redis://127.0.0.1:7000/0"
    monkeypatch.setenv("ESTEIRA_CORE__REDIS_URL", "redis://outro/1")
    assert load_settings().broker_url == "redis://outro/1"


def every_key() -> list[str]:
    """Return `section.key` of every setting, in order."""
    return [f"{section}.{key}" for section, field in Settings.model_fields.items() for key in keys_of(field)]


def keys_of(field: FieldInfo) -> list[str]:
    assert isinstance(field.annotation, type)
    assert issubclass(field.annotation, BaseModel)
    return list((account_of(field.annotation) or field.annotation).model_fields)


def test_the_example_variables_list_every_key_in_order() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    names = [line.lstrip("# ").partition("=")[0] for line in lines if "ESTEIRA_" in line and "__" in line]
    assert [name.removeprefix("ESTEIRA_").lower().replace("__", ".") for name in names] == every_key()


TABLES: dict[str, type[BaseModel]] = {"sat.boxes": BoxSettings, "sat.thresholds": Thresholds}


def test_the_example_file_lists_every_key_in_order() -> None:
    section, found = "", []
    inner: dict[str, list[str]] = {section: [] for section in TABLES}
    for line in (ROOT / "esteira.example.toml").read_text().splitlines():
        bare = line.removeprefix("# ")
        if header := re.match(r"\[+([a-z.]+)\]+\s*(?:#|$)", bare):
            section = header[1]
            found += [section] if section in TABLES else []
        elif key := re.match(r"([a-z_]+) = ", bare):
            (inner[section] if section in TABLES else found).append(f"{section}.{key[1]}")
    assert found == every_key()
    for section, model in TABLES.items():
        assert [key.removeprefix(f"{section}.") for key in inner[section]] == list(model.model_fields)


def test_the_example_file_is_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = load_settings()
    monkeypatch.setenv("ESTEIRA_CONFIG", str(ROOT / "esteira.example.toml"))
    assert load_settings() == plain


def test_a_box_may_have_thresholds_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    boxes = [{"name": "a", "host": "h", "thresholds": {"certificate_days": 30}}, {"name": "b", "host": "h"}]
    monkeypatch.setenv("ESTEIRA_SAT__BOXES", json.dumps(boxes))
    monkeypatch.setenv("ESTEIRA_SAT__THRESHOLDS", '{"clock_seconds": 60}')
    sat = load_settings().sat
    own, all_ = (sat.thresholds_of(box) for box in sat.boxes)
    assert (own.certificate_days, own.clock_seconds) == (30, 60)
    assert (all_.certificate_days, all_.clock_seconds) == (60, 60)


def test_each_threshold_can_be_given_for_one_box() -> None:
    assert list(OwnThresholds.model_fields) == list(Thresholds.model_fields)
