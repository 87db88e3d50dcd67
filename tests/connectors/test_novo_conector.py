"""The connector of the how-to page passes the standard set as it stands there."""

import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

PAGE = Path(__file__).parents[2] / "docs/how-to/novo-conector.md"
CODE = dict(re.findall(r"(?ms)^`((?:tests/)?connectors/[\w/]+\.py)`:\n\n```python\n(.*?)^```$", PAGE.read_text()))


def written(path: str) -> dict[str, Any]:
    """Return the names of a file of the page; its siblings find it under the name it would have."""
    module = ModuleType(path.removesuffix(".py").replace("/", "."))
    exec(compile(CODE[path], path, "exec"), vars(module))
    return vars(module)


def _named(path: str) -> type[Any]:
    client = ModuleType("connectors.cadastro.client")
    package = ModuleType("connectors.cadastro")
    vars(client).update(written("connectors/cadastro/client.py"))
    sys.modules |= {"connectors.cadastro": package, "connectors.cadastro.client": client}
    try:
        found: type[Any] = written(path)["TestCadastro"]
    finally:
        del sys.modules["connectors.cadastro"], sys.modules["connectors.cadastro.client"]
    return found


class TestPage(_named("tests/connectors/cadastro/test_standard.py")):  # type: ignore[misc]
    """The set, on the page's connector."""


def test_the_page_has_both_files() -> None:
    assert set(CODE) == {"connectors/cadastro/client.py", "tests/connectors/cadastro/test_standard.py"}
    assert len([name for name in dir(TestPage) if name.startswith("test_")]) > 20


def test_the_page_names_every_part_of_the_base_that_there_is() -> None:
    text = PAGE.read_text()
    assert [path for path in re.findall(r"`((?:connectors|core|tests)/[\w/]+\.py)`", text) if "cadastro" not in path]
    for path in re.findall(r"`((?:connectors|core|tests)/[\w/]+\.py)`", text):
        assert "cadastro" in path or (PAGE.parents[2] / path).exists()
