"""Read every section once, from the environment, then `.env`, files of secrets, `esteira.toml` and the defaults, into
one frozen object.

No other file reads the environment. All mistakes are reported together.
"""

import os
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from contextvars import ContextVar
from functools import cache, lru_cache
from importlib import import_module
from inspect import getmembers, isclass
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, TypeVar

from pydantic import Field, ValidationError, create_model
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    InitSettingsSource,
    NestedSecretsSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

import core.settings
from core.errors import Misconfigured
from core.settings import demonstration, dotenv
from core.settings.base import Section
from core.settings.core import CoreSettings
from core.settings.mistakes import explain, unknown_variables
from core.text import os_fault

PREFIX = "ESTEIRA_"
CONFIG_VARIABLE = "ESTEIRA_CONFIG"
# What the unit of a service reads, so that whoever types a command beside it sees what the service sees.
VARIABLES_FILE = ".env"
# Of a process of systemd, which has read that file as root: the account of the service need not be able to.
UNIT_VARIABLE = "INVOCATION_ID"
# Folders with a file for each secret, named like its variable: what stands in a variable, `docker inspect` tells.
SECRETS_VARIABLE = "ESTEIRA_SECRETS_DIR"  # pragma: allowlist secret
# No setting: the password of the file that a command is given.
PFX_PASSWORD_VARIABLE = "ESTEIRA_PFX_SENHA"  # noqa: S105 # pragma: allowlist secret
SINGLE_VARIABLES = frozenset({CONFIG_VARIABLE, SECRETS_VARIABLE, PFX_PASSWORD_VARIABLE})
FIRST = "core"
MARK = "\ufeff"
S = TypeVar("S", bound=Section)
# What stands above everything else in the settings that are being built.
_above: ContextVar[dict[str, Any]] = ContextVar("above", default={})  # noqa: B039 - nobody changes it


class Settings(BaseSettings):
    """All sections. Precedence: a demonstration here, the environment, `.env`, secrets, the file, the defaults."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True, case_sensitive=False
    )

    def __getitem__(self, section: type[S]) -> S:
        """Return one section: `settings[SatSettings]`."""
        found: S = getattr(self, section.table())
        return found

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource, *_: Any, **__: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        above = InitSettingsSource(settings_cls, _above.get())
        folders: Any = secrets_dirs()
        # it takes the class as well as the source it was made for
        kind: Any = settings_cls
        where: Any = {"secrets_dir": folders, "secrets_dir_missing": "error"}  # pragma: allowlist secret
        files = (_Secrets(kind, **where),) if folders else ()
        return (above, _Environment(settings_cls), *files, init_settings)


class _Lenient(EnvSettingsSource):
    """Keep a value that is not the JSON it should be, so that validation tells it beside every other mistake."""

    def decode_complex_value(self, field_name: str, field: Any, value: Any) -> Any:
        try:
            return super().decode_complex_value(field_name, field, value)
        except ValueError:
            return value


class _Environment(_Lenient):
    """The variables of this process, and of `.env`."""

    def __init__(self, settings_cls: type[BaseSettings]) -> None:
        super().__init__(settings_cls)
        self.env_vars = {name.lower(): value for name, value in environment().items()}


class _Secrets(_Lenient, NestedSecretsSettingsSource):
    """Files of secrets: that of `core.keys` is `esteira_core__keys`; files of other programs are left alone."""

    @classmethod
    def load_secrets(cls, path: Path) -> dict[str, str]:
        """Return what stands in each file of a folder, without the mark of a text in UTF-8."""
        return {name: text.removeprefix(MARK).strip() for name, text in super().load_secrets(path).items()}


def sections() -> tuple[type[Section], ...]:
    """Return every section there is: the first one, then by name."""
    names = sorted((module.name != FIRST, module.name) for module in iter_modules(core.settings.__path__))
    modules = [import_module(f"{core.settings.__name__}.{name}") for _, name in names]
    return tuple(
        kind
        for module in modules
        for _, kind in getmembers(module, isclass)
        if issubclass(kind, Section) and kind is not Section and kind.__module__ == module.__name__
    )


def settings_model() -> type[Settings]:
    """Return the model of all sections."""
    return _model(sections())


@cache
def _model(found: tuple[type[Section], ...]) -> type[Settings]:
    fields: dict[str, Any] = {section.table(): (section, Field({}, validate_default=True)) for section in found}
    return create_model("AllSettings", __base__=Settings, **fields)


def read_file(path: Path) -> dict[str, Any]:
    """Return the tables of a settings file."""
    try:
        # editors of Windows put a mark before the first line
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise Misconfigured(f"Não consegui ler {path}: {os_fault(error)}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{path} não é um TOML válido: {error}.") from None


def environment() -> dict[str, str]:
    """Return the variables of this process and, below them, those of `.env` in the current folder."""
    try:
        written = dotenv.read(Path(VARIABLES_FILE), PREFIX)
    except PermissionError as error:
        if UNIT_VARIABLE not in os.environ:
            raise Misconfigured(
                f"Não consegui ler {VARIABLES_FILE}: {os_fault(error)}. Rode na conta da Esteira, ou como root."
            ) from None
        written = {}
    return {**written, **os.environ}


def load_settings() -> Settings:
    """Build the settings; raise `Misconfigured` with every mistake and the name of its key."""
    variables = environment()
    named = variables.get(CONFIG_VARIABLE)
    path = Path(named or "esteira.toml")
    tables = read_file(path) if named or path.exists() else {}
    model = settings_model()
    given = {**variables, **dict.fromkeys(_secret_names(), "")}
    mistakes = unknown_variables(given, PREFIX, model.model_fields, SINGLE_VARIABLES)
    try:
        settings = model(**tables)
        if above := demonstration.running_in(settings[CoreSettings].data_dir):
            settings = _with(above, model, tables)
    except ValidationError as error:
        mistakes += explain(error, model)
    except (SettingsError, OSError, UnicodeDecodeError) as error:
        raise Misconfigured(f"Não consegui ler os segredos de {', '.join(secrets_dirs())}: {_fault(error)}.") from None
    if mistakes:
        raise Misconfigured("Configuração inválida: " + "; ".join(mistakes) + ".")
    if not settings[CoreSettings].data_dir.is_absolute():
        _be_somewhere()
    return settings


def _be_somewhere() -> None:
    """Raise `Misconfigured` where the current folder was deleted: nothing that is relative to it can be found."""
    try:
        os.getcwd()
    except FileNotFoundError:
        raise Misconfigured("A pasta em que isto roda não existe mais: entre em outra, ou de novo nela.") from None


def secrets_dirs() -> list[str]:
    """Return the folders of the files of secrets; what the later ones hold wins."""
    return [folder for folder in environment().get(SECRETS_VARIABLE, "").split(os.pathsep) if folder]


def _secret_names() -> Iterator[str]:
    """Yield the names of the files of secrets; a folder that cannot be read is told by those who read the files."""
    for folder in secrets_dirs():
        with suppress(OSError):
            yield from os.listdir(folder)


def _fault(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"{Path(error.filename or '').name}: {os_fault(error)}".removeprefix(": ")
    return "não é texto em UTF-8" if isinstance(error, UnicodeDecodeError) else "a pasta não existe ou é grande demais"


def _with(above: dict[str, Any], model: type[Settings], tables: dict[str, Any]) -> Settings:
    before = _above.set(above)
    try:
        return model(**tables)
    finally:
        _above.reset(before)


def pfx_password() -> str | None:
    """Return the password of a certificate's file, where whoever types a command left it in the environment."""
    return environment().get(PFX_PASSWORD_VARIABLE)


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """Return this process's settings, read once."""
    return load_settings()
