"""Write down every setting, from its field: both example files and the tables of the reference."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import wrap
from typing import Any, get_args

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from core.settings.accounts import account_of
from core.settings.base import Section, Unit
from core.settings.load import PREFIX, sections

WIDTH = 100
SETTINGS_PAGE = "docs/reference/settings.md"
BEGIN, END = "<!-- gerado: configuração -->", "<!-- fim -->"
FILE_HEAD = """\
# Esteira: todas as chaves, com o valor padrão. Copie para esteira.toml e guarde o que mudar.
# As mesmas chaves estão em .env.example, na mesma ordem; o ambiente vale mais que este arquivo.
"""
VARIABLES_HEAD = """\
# Esteira: todas as chaves como variáveis, na ordem de esteira.example.toml, onde são explicadas. Listas são JSON.
# Copie para .env (0600), na pasta da Esteira, e guarde o que mudar: o serviço e os comandos dali leem esse arquivo.
# ESTEIRA_CONFIG=./esteira.toml
# Não é configuração: a senha do arquivo, para um `esteira certificados adicionar` sem teclado.
# ESTEIRA_PFX_SENHA=
"""


@dataclass(frozen=True)
class Key:
    """One key: `deliveries.schedule`, or `sat.boxes[].name` within a list of tables."""

    name: str
    field: FieldInfo

    @property
    def unit(self) -> str:
        """The unit of its number; empty for anything else."""
        return next((unit.name for unit in _units(self.field)), "")

    @property
    def default(self) -> str:
        """What holds when it is not given, for people."""
        extra = self.field.json_schema_extra
        if isinstance(extra, dict) and "padrao" in extra:
            return str(extra["padrao"])
        if self.field.is_required():
            return "obrigatório"
        value = default_of(self.field)
        if value is None:
            return "nenhum"
        return ", ".join(f"{part:g}" for part in value) if _is_numbers(value) else f"`{toml_value(value)}`"


def keys(model: type[BaseModel], prefix: str) -> Iterator[Key]:
    """Yield every key of a table and of the tables in it, in order."""
    for name, field in model.model_fields.items():
        inner = table_in(field.annotation)
        if inner is None:
            yield Key(prefix + name, field)
        else:
            yield from keys(inner, f"{prefix}{name}." if inner is field.annotation else f"{prefix}{name}[].")


def every_key() -> list[Key]:
    """Return every key of every section."""
    return [key for section in sections() for key in keys(_keyed(section), f"{section.table()}.")]


def texts(root: Path) -> dict[str, str]:
    """Return what each file that tells the settings must hold, by its path below the root."""
    page = (root / SETTINGS_PAGE).read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return {
        "esteira.example.toml": example_file(),
        ".env.example": example_variables(),
        SETTINGS_PAGE: f"{before}{BEGIN}\n\n{reference()}\n{END}{after}",
    }


def reference() -> str:
    """Return the tables of the reference, in Markdown."""
    return "\n".join(_part(section) for section in sections())


def _part(section: type[Section]) -> str:
    rows = [
        f"| `{key.name}` | {_cell(key.default)} | {key.unit} | {_cell(key.field.description or '')} |"
        for key in keys(_keyed(section), f"{section.table()}.")
    ]
    head = ("| chave | padrão | unidade | o que é |", "| --- | --- | --- | --- |")
    return "\n".join((f"## {section.table()}\n", *wrap(section.about, 120), "", *head, *rows)) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def example_file() -> str:
    """Return `esteira.example.toml`: what has a default stands as it is, the rest as a comment."""
    return FILE_HEAD + "".join(f"\n{_table(section)}" for section in sections())


def _table(section: type[Section]) -> str:
    # an account has keys that must be given, so none of it may stand uncommented
    mark = "#" if account_of(section) else ""
    lines = [*_comment(section.about), f"[{section.table()}]"]
    for name, field in _keyed(section).model_fields.items():
        inner = table_in(field.annotation)
        if inner is None or mark:
            lines += _entry(name, field, mark)
        else:
            one, where = inner is field.annotation, f"{section.table()}.{name}"
            lines += ["", *_comment(field.description), f"[{where}]" if one else f"#[[{where}]]"]
            lines += [
                line for key, part in inner.model_fields.items() for line in _entry(key, part, "" if one else "#")
            ]
    return "\n".join(lines) + "\n"


def _entry(name: str, field: FieldInfo, mark: str) -> list[str]:
    commented = mark or ("" if _has_value(field) else "#")
    shown = toml_value(_shown(field, example_first=bool(commented)))
    return [*_comment(_about(field, told_already=bool(commented))), f"{commented}{name} = {shown}"]


def _about(field: FieldInfo, told_already: bool) -> str:
    unit = next((f" ({unit.name})" for unit in _units(field) if unit.name != "porta"), "")
    example = f"; por exemplo {toml_value(field.examples[0])}" if field.examples and not told_already else ""
    return f"{(field.description or '').rstrip('.')}{unit}{example}."


def _comment(text: str | None) -> list[str]:
    return [f"# {line}" for line in wrap(text or "", WIDTH)]


def example_variables() -> str:
    """Return `.env.example`."""
    return VARIABLES_HEAD + "".join(f"\n{_variables(section)}" for section in sections())


def _variables(section: type[Section]) -> str:
    account = account_of(section)
    lines = []
    for name, field in _keyed(section).model_fields.items():
        commented = not _has_value(field) or account is not None
        variable = f"{PREFIX}{section.table()}__{name}".upper()
        lines.append(f"{'# ' if commented else ''}{variable}={_variable(field, commented)}")
    return "\n".join(lines) + "\n"


def _variable(field: FieldInfo, commented: bool) -> str:
    shown = _plain(_shown(field, example_first=commented))
    return shown if isinstance(shown, str) else json.dumps(shown, ensure_ascii=False)


def _shown(field: FieldInfo, example_first: bool) -> Any:
    """Return the value to show: the default where there is one to see, else an example."""
    example = field.examples[0] if field.examples else None
    return example if example is not None and example_first else default_of(field)


def default_of(field: FieldInfo) -> Any:
    """Return the default of a field, also one that is made when it is asked for."""
    return field.get_default(call_default_factory=True)


def _has_value(field: FieldInfo) -> bool:
    """Tell whether the default is a value that may stand in a file."""
    secret = any(part is SecretStr for part in _parts(field.annotation))
    return not secret and not field.is_required() and default_of(field) not in (None, "")


def toml_value(value: Any) -> str:
    """Return a value as TOML."""
    plain = _plain(value)
    if isinstance(plain, dict):
        return "{ " + ", ".join(f"{key} = {toml_value(part)}" for key, part in plain.items()) + " }" if plain else "{}"
    if isinstance(plain, list):
        return "[" + ", ".join(toml_value(part) for part in plain) + "]"
    return json.dumps(plain, ensure_ascii=False)


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", exclude_defaults=True)
    if isinstance(value, (tuple, list)):
        return [_plain(part) for part in value]
    return value if isinstance(value, (bool, int, float, str, dict)) else str(value)


def _is_numbers(value: Any) -> bool:
    return isinstance(value, tuple) and bool(value) and all(isinstance(part, (int, float)) for part in value)


def _keyed(section: type[Section]) -> type[BaseModel]:
    return account_of(section) or section


def table_in(annotation: Any) -> type[BaseModel] | None:
    """Return the table that an annotation is, or is a list of; None for a plain value."""
    found = (part for part in _parts(annotation) if isinstance(part, type) and issubclass(part, BaseModel))
    return next(found, None)


def _units(field: FieldInfo) -> Iterator[Unit]:
    """Yield the units of a field, those within `X | None` too."""
    for part in (*field.metadata, *_parts(field.annotation)):
        if isinstance(part, Unit):
            yield part


def _parts(annotation: Any) -> Iterator[Any]:
    yield annotation
    for part in get_args(annotation):
        yield from _parts(part)
