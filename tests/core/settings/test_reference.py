"""The example files and the reference are written from the fields, and say all that is to be known of each."""

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from core.settings import reference
from core.settings.accounts import account_of
from core.settings.load import Settings, get_settings, load_settings, sections

ROOT = Path(__file__).parents[3]
# Numbers that measure nothing.
NAMES = {"sat.boxes[].numero_caixa", "sefaz.ambiente", "sync.min_milvus_id", "sync.tags[].id"}


@pytest.mark.parametrize("name", reference.texts(ROOT))
def test_the_files_are_what_the_fields_say(name: str) -> None:
    told = reference.texts(ROOT)[name]
    assert (ROOT / name).read_text(encoding="utf-8") == told, "rode `make docs`"


@pytest.mark.parametrize("key", reference.every_key(), ids=lambda key: key.name)
def test_every_key_has_a_sentence_and_a_number_its_unit(key: reference.Key) -> None:
    assert (key.field.description or "").endswith(".")
    assert key.default
    numbers = {part for part in reference._parts(key.field.annotation) if part in (int, float)}
    assert not numbers or key.unit or key.name in NAMES


@pytest.mark.parametrize("section", sections(), ids=lambda section: section.table())
def test_every_section_says_what_it_is_for(section: type) -> None:
    assert section.about.endswith(".")  # type: ignore[attr-defined]


def test_the_example_file_is_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ESTEIRA_CORE__DATA_DIR")
    plain = load_settings()
    monkeypatch.setenv("ESTEIRA_CONFIG", str(ROOT / "esteira.example.toml"))
    assert load_settings() == plain


def uncommented(text: str) -> str:
    return re.sub(r"(?m)^#(\[|\w+ = )", r"\1", text)


def test_the_example_file_is_valid_with_every_key_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = uncommented(reference.example_file()).replace('kind = "hub"', 'kind = "local"')
    (tmp_path / "tudo.toml").write_text(given, encoding="utf-8")
    monkeypatch.setenv("ESTEIRA_CONFIG", str(tmp_path / "tudo.toml"))
    found = load_settings()
    assert all(section.contas.keys() == {"padrao"} for section in accounts(found))
    assert unset(found) == []


def accounts(settings: Settings) -> list[Any]:
    """Return the sections that hold accounts."""
    return [settings[kind] for kind in sections() if account_of(kind)]


def unset(settings: Settings) -> list[str]:
    """Return the keys of the sections that the file does not give."""
    parts: list[BaseModel] = [settings[kind] for kind in sections() if not account_of(kind)]
    parts += [section.contas["padrao"] for section in accounts(settings)]
    return [key for part in parts for key in type(part).model_fields if key not in part.model_fields_set]


def test_the_example_variables_are_valid_with_every_one_given(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = reference.example_variables().splitlines()
    for line in lines:
        name, _, value = line.removeprefix("# ").partition("=")
        if name.startswith("ESTEIRA_") and "__" in name:
            monkeypatch.setenv(name, value)
    get_settings.cache_clear()
    assert unset(load_settings()) == []
