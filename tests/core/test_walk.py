"""One more of something is one more file: packages are walked by name, and only what is asked for is loaded."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.walk import modules

FILES = {
    "andar/__init__.py": "",
    "andar/b.py": "NOME = 'b'",
    "andar/a.py": "NOME = 'a'",
    "andar/c/__init__.py": "",
    "andar/c/upkeep.py": "NOME = 'c.upkeep'",
    "andar/c/pesado.py": "raise RuntimeError('nobody asked for it')",
    "andar/d/__init__.py": "",
    "andar/d/outro.py": "raise RuntimeError('nobody asked for it')",
}


@pytest.fixture(autouse=True)
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    yield
    for name in [name for name in sys.modules if name == "andar" or name.startswith("andar.")]:
        del sys.modules[name]


def test_the_modules_of_a_package_come_by_name() -> None:
    assert [module.__name__ for module in modules("andar")] == ["andar.a", "andar.b", "andar.c", "andar.d"]


def test_of_the_packages_within_only_the_named_file_is_loaded() -> None:
    assert [module.NOME for module in modules("andar", "upkeep")] == ["c.upkeep"]
    assert not {"andar.a", "andar.c.pesado", "andar.d.outro"} & sys.modules.keys()


def test_a_file_that_is_broken_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "andar" / "quebrado.py").write_text("import nao_existe_assim")
    with pytest.raises(ModuleNotFoundError):
        list(modules("andar"))
