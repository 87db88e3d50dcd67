"""What a backup says of itself is believed only as far as it can be read; of a newer program it is told as that."""

import json
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError
from typing import Any

import pytest

from core.errors import Rejected
from storage.backup import manifest
from storage.backup.manifest import FORMAT, NEWER, UNREADABLE, Manifest, program, read

GOOD: dict[str, Any] = {
    "formato": FORMAT,
    "programa": "1.2.3",
    "criado_em": "2026-03-10T15:00:00Z",
    "origem": "loja:/dados/esteira.db",
    "migracao": "0050",
    "linhas": {"destino": 2, "delivery": 40},
    "tamanho": 4096,
    "sha256": "0f" * 32,
    "chaves": ["0123abcd"],
}


def written(**changed: Any) -> bytes:
    return json.dumps(GOOD | changed).encode()


def without(name: str) -> bytes:
    return json.dumps({key: value for key, value in GOOD.items() if key != name}).encode()


def test_what_was_written_is_read_back() -> None:
    found = read(written())
    assert (found.criado_em, found.migracao, found.chaves) == (
        datetime(2026, 3, 10, 15, tzinfo=UTC),
        "0050",
        ("0123abcd",),
    )
    assert read(found.model_dump_json().encode()) == found


@pytest.mark.parametrize(("linhas", "total"), [({}, 0), ({"a": 0}, 0), ({"destino": 2, "delivery": 40}, 42)])
def test_its_rows_are_those_of_all_tables(linhas: dict[str, int], total: int) -> None:
    assert read(written(linhas=linhas)).total == total


@pytest.mark.parametrize("name", ["formato", "chaves"])
def test_what_may_be_left_out_has_its_usual_value(name: str) -> None:
    found = read(without(name))
    assert getattr(found, name) == Manifest.model_fields[name].default


def test_what_it_says_besides_is_passed_over() -> None:
    assert read(written(nota="de mão")) == read(written())


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"nada",
        b"[]",
        b"null",
        b"\xff\xfe",
        written()[:-1],
        *(without(name) for name in ("programa", "criado_em", "origem", "migracao", "linhas", "tamanho", "sha256")),
        written(formato="um"),
        written(criado_em="ontem"),
        written(migracao="50"),
        written(migracao="0050 "),
        written(migracao=50),
        written(linhas={"destino": "muitas"}),
        written(linhas=[1]),
        written(tamanho=0),
        written(tamanho=-1),
        written(sha256="0f" * 31),
        written(sha256="0F" * 32),
        written(chaves="0123abcd"),
    ],
)
def test_what_is_no_manifest_is_refused_in_one_sentence(text: bytes) -> None:
    with pytest.raises(Rejected) as refused:
        read(text)
    assert str(refused.value) == UNREADABLE


def test_one_of_a_newer_format_is_told_as_that() -> None:
    assert read(written(formato=FORMAT)).formato == FORMAT
    with pytest.raises(Rejected) as refused:
        read(written(formato=FORMAT + 1))
    assert str(refused.value) == NEWER


@pytest.mark.parametrize(
    "changed", [{"migracao": "10050"}, {"tamanho": None}, {"sha256": "0f" * 64}, {"chaves": {}}], ids=str
)
def test_a_newer_format_is_told_as_that_also_where_it_says_things_in_another_way(changed: dict[str, Any]) -> None:
    with pytest.raises(Rejected) as refused:
        read(written(formato=FORMAT + 1, **changed))
    assert str(refused.value) == NEWER


def test_the_program_says_its_version_and_has_a_sign_for_one_that_was_never_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert program()[0].isdigit()

    def missing(_: str) -> str:
        raise PackageNotFoundError

    monkeypatch.setattr(manifest, "version", missing)
    assert program() == "?"
