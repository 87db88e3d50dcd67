"""Reading the settings: precedence, mistakes told at once, a section that is one file more."""

import errno
import json
import sys
from collections.abc import Callable, Iterator
from ipaddress import ip_network
from pathlib import Path

import pytest
from pydantic import SecretStr

import core.settings
from core.errors import Misconfigured
from core.settings.api import ApiSettings
from core.settings.core import CoreSettings
from core.settings.deliveries import DeliverySettings
from core.settings.flower import FlowerSettings
from core.settings.load import load_settings, sections
from core.settings.questor import QuestorSettings
from core.settings.sat import SatSettings


def refusal() -> str:
    with pytest.raises(Misconfigured) as caught:
        load_settings()
    return str(caught.value)


def test_without_file_or_variables_there_are_defaults() -> None:
    settings = load_settings()
    assert settings[CoreSettings].database.endswith("/dados/esteira.db")
    assert settings[CoreSettings].broker is None
    assert settings[DeliverySettings].total_timeout == 15
    assert len(settings[DeliverySettings].schedule) + 1 == 11


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("esteira.toml").write_text("[api]\nport = 9000\nhost = '127.0.0.2'\n")
    monkeypatch.setenv("ESTEIRA_API__PORT", "9001")
    assert (load_settings()[ApiSettings].port, load_settings()[ApiSettings].host) == (9001, "127.0.0.2")


def test_variables_in_the_folder_stand_below_the_environment_and_above_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path("esteira.toml").write_text("[api]\nport = 9000\nhost = '127.0.0.2'\n[flower]\nport = 9100\n")
    Path(".env").write_text("ESTEIRA_API__PORT=9001\nesteira_api__host=127.0.0.3\nAPI__PORT=1\n")
    monkeypatch.setenv("ESTEIRA_API__HOST", "127.0.0.4")
    found = load_settings()
    assert (found[ApiSettings].port, found[ApiSettings].host, found[FlowerSettings].port) == (9001, "127.0.0.4", 9100)


def test_variables_in_the_folder_may_name_the_file_and_the_folder_of_secrets(tmp_path: Path) -> None:
    (tmp_path / "outro.toml").write_text("[api]\nport = 9000\n")
    (tmp_path / "segredos").mkdir()
    (tmp_path / "segredos" / "esteira_flower__password").write_text("do segredo")
    Path(".env").write_text(f"ESTEIRA_CONFIG={tmp_path}/outro.toml\nESTEIRA_SECRETS_DIR={tmp_path}/segredos\n")
    found = load_settings()
    assert (found[ApiSettings].port, found[FlowerSettings].password) == (9000, SecretStr("do segredo"))


def test_variables_in_the_folder_that_are_not_ours_to_read_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("ESTEIRA_API__PORT=9001\n")
    monkeypatch.delenv("INVOCATION_ID", raising=False)

    def refuse(_path: Path) -> bytes:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert "Não consegui ler .env: sem permissão" in refusal()
    # systemd has read it for its service, and given it on
    monkeypatch.setenv("INVOCATION_ID", "0" * 32)
    monkeypatch.setenv("ESTEIRA_API__PORT", "9002")
    assert load_settings()[ApiSettings].port == 9002


def test_lists_in_the_environment_are_json(monkeypatch: pytest.MonkeyPatch) -> None:
    boxes = [{"name": "loja-1", "host": "hub.local", "numero_caixa": 2}]
    monkeypatch.setenv("ESTEIRA_SAT__BOXES", json.dumps(boxes))
    monkeypatch.setenv("ESTEIRA_DELIVERIES__ALLOW_NETWORKS", '["10.0.0.0/8", "fd00::/8"]')
    settings = load_settings()
    assert settings[SatSettings].boxes[0].numero_caixa == 2
    assert settings[DeliverySettings].allow_networks == (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


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
        ("ESTEIRA_DELIVERIES__SCHEDULE", "[5, Infinity]", "deliveries.schedule[1]: deve ser um número finito"),
        ("ESTEIRA_ALERTS__REMINDER_HOURS", "1e8", "alerts.reminder_hours: deve ser no máximo 8760000"),
        ("ESTEIRA_SEFAZ__TOTAL_TIMEOUT", "inf", "sefaz.total_timeout: deve ser um número finito"),
        ("ESTEIRA_SAT__BOXES", '[{"name":"a","host":"h","interval_seconds":99999999}]', "no máximo 31536000"),
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


def test_a_mistake_in_the_variables_of_the_folder_is_told_like_one_in_the_environment() -> None:
    Path(".env").write_text("ESTEIRA_NADA__X=abacaxi\nESTEIRA_API__PORT=abacaxi\n")
    said = refusal()
    assert "ESTEIRA_NADA__X: variável desconhecida" in said
    assert "api.port: deve ser um número inteiro" in said
    assert "abacaxi" not in said


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


@pytest.mark.skipif(sys.platform == "win32", reason="there nobody can delete the folder of a process")
def test_a_current_folder_that_was_deleted_is_told_where_data_would_be_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "versao-1").mkdir()
    monkeypatch.chdir(tmp_path / "versao-1")
    (tmp_path / "versao-1").rmdir()
    assert load_settings()[CoreSettings].data_dir == tmp_path / "dados"
    monkeypatch.setenv("ESTEIRA_CORE__DATA_DIR", "dados")
    with pytest.raises(Misconfigured, match="não existe mais: entre em outra"):
        load_settings()


def test_a_file_as_editors_of_windows_save_it_is_read() -> None:
    Path("esteira.toml").write_text("[api]\nport = 8123\n", encoding="utf-8-sig", newline="\r\n")
    assert load_settings()[ApiSettings].port == 8123


def test_a_named_file_must_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESTEIRA_CONFIG", "nenhum.toml")
    assert "Não consegui ler nenhum.toml" in refusal()


TOY = """
from typing import ClassVar
from pydantic import Field
from core.settings.base import Section

class ToySettings(Section):
    about: ClassVar[str] = "Um brinquedo."
    bolas: int = Field(3, description="Bolas.")
"""


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "secoes").mkdir()
    (tmp_path / "secoes" / "brinquedo.py").write_text(TOY)
    monkeypatch.setattr(core.settings, "__path__", [*core.settings.__path__, str(tmp_path / "secoes")])
    yield
    sys.modules.pop("core.settings.brinquedo", None)


@pytest.mark.usefixtures("toy")
def test_one_more_section_is_one_more_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESTEIRA_BRINQUEDO__BOLAS", "5")
    from core.settings.brinquedo import ToySettings  # type: ignore[import-not-found]

    assert ToySettings.current().bolas == 5
    assert sections()[0] is CoreSettings
    monkeypatch.setenv("ESTEIRA_BRINQUEDO__BOLAS", "muitas")
    assert "brinquedo.bolas: deve ser um número inteiro" in refusal()


def test_a_section_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    before = ApiSettings.current()
    monkeypatch.setenv("ESTEIRA_API__PORT", "9001")
    assert ApiSettings.current() is before


@pytest.fixture
def secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Path]:
    """Write a file into one of two folders of secrets."""
    folders = [tmp_path / "segredos", tmp_path / "proprios"]
    for folder in folders:
        folder.mkdir()
    monkeypatch.setenv("ESTEIRA_SECRETS_DIR", ":".join(map(str, folders)))

    def write(name: str, content: str) -> Path:
        path = tmp_path / name
        path.write_text(content)
        return path

    return write


def test_a_secret_may_be_a_file_of_its_name(
    secret: Callable[[str, str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("esteira.toml").write_text("[flower]\nuser = 'do arquivo'\npassword = 'x'\n")
    secret("segredos/esteira_flower__password", "do segredo\n")
    secret("segredos/esteira_core__keys", '["um", "dois"]')
    secret("segredos/mongo_senha", "de outro programa")
    secret("proprios/ESTEIRA_QUESTOR__CONTAS", '{"a": {"office": "x", "token": "t"}}')
    monkeypatch.delenv("ESTEIRA_CORE__KEYS")
    settings = load_settings()
    password = settings[FlowerSettings].password
    assert password is not None
    assert (settings[FlowerSettings].user, password.get_secret_value()) == ("do arquivo", "do segredo")
    assert [key.get_secret_value() for key in settings[CoreSettings].keys] == ["um", "dois"]
    assert settings[QuestorSettings].contas["a"].token.get_secret_value() == "t"
    monkeypatch.setenv("ESTEIRA_FLOWER__PASSWORD", "do ambiente")
    assert load_settings()[FlowerSettings].password == SecretStr("do ambiente")


def test_a_secret_in_a_file_as_editors_of_windows_save_it_has_no_mark_before_it(
    secret: Callable[[str, str], Path],
) -> None:
    secret("segredos/esteira_flower__password", "\ufeffdo segredo\r\n")
    assert load_settings()[FlowerSettings].password == SecretStr("do segredo")


def test_a_mistake_in_a_file_of_secrets_is_told_like_one_in_a_variable_and_never_its_content(
    secret: Callable[[str, str], Path],
) -> None:
    secret("segredos/esteira_nada__x", "abacaxi")
    secret("segredos/esteira_flower__usuario", "abacaxi")
    secret("proprios/esteira_core__keys", "abacaxi")
    told = refusal()
    assert "esteira_nada__x: variável desconhecida" in told
    assert "flower.usuario: chave desconhecida" in told
    assert "abacaxi" not in told


def test_secrets_that_cannot_be_read_are_told(
    secret: Callable[[str, str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = secret("segredos/esteira_flower__password", "")
    path.write_bytes(b"\xff\xfe")
    assert "não é texto em UTF-8" in refusal()
    monkeypatch.setenv("ESTEIRA_SECRETS_DIR", "/nao/ha")
    assert "Não consegui ler os segredos de /nao/ha: a pasta não existe" in refusal()
