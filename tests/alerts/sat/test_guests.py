import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import Configure

from alerts.sat import guests, registry
from flows.diagnostico import examine

OWN = """
from alerts import AlertaOperacao, registrar

@registrar
class FirmwareVelho(AlertaOperacao):
    codigo = "firmware"

    def checar(self):
        self._ativo = self.resposta.VER_SB < "02"
        return self._ativo

    def mensagem(self):
        return f"Atualize o firmware: a versão é {self.resposta.VER_SB}."
"""


@pytest.fixture(autouse=True)
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A folder of modules of one's own; what is registered in a test is forgotten."""
    monkeypatch.syspath_prepend(tmp_path)
    # ours register themselves once in a process: not into a list that goes with the test
    list(registry.registrados())
    monkeypatch.setattr(registry, "_registered", list(registry._registered))
    guests.load.cache_clear()
    yield
    guests.load.cache_clear()
    sys.modules.pop("minha_loja", None)


def test_a_module_of_the_settings_is_judged_beside_ours(configure: Configure, tmp_path: Path) -> None:
    (tmp_path / "minha_loja.py").write_text(OWN)
    configure(sat__alert_modules='["minha_loja"]')
    assert "FirmwareVelho" in [one.__name__ for one in registry.registrados()]
    assert guests.load() == ()


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("nao_ha", None, "ModuleNotFoundError"),
        ("minha_loja", "import sys; sys.exit(3)", "SystemExit"),
        ("minha_loja", "1/0", "ZeroDivisionError"),
        ("minha_loja", "senha: str = nada", "NameError"),
    ],
)
def test_one_that_cannot_be_loaded_costs_only_itself(
    configure: Configure, tmp_path: Path, name: str, content: str | None, reason: str
) -> None:
    if content is not None:
        (tmp_path / f"{name}.py").write_text(content)
    configure(sat__alert_modules=json.dumps([name]))
    assert len(list(registry.registrados())) == 11
    (said,) = guests.load()
    assert said.startswith(f"sat.alert_modules: {name} não pôde ser carregado ({reason}")
    assert [one.situacao for one in examine() if one.sistema == "alertas próprios"] == ["erro"]


def test_an_entry_point_may_be_a_class(tmp_path: Path) -> None:
    (tmp_path / "minha_loja.py").write_text(OWN.replace("@registrar\n", ""))
    info = tmp_path / "minha_loja-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: minha-loja\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[esteira.alertas]\nfirmware = minha_loja:FirmwareVelho\n")
    assert "FirmwareVelho" in [one.__name__ for one in registry.registrados()]


def blocks(path: str) -> list[str]:
    text = (Path(__file__).parents[3] / path).read_text()
    return [block.partition("```")[0] for block in text.split("```python\n")[1:]]


@pytest.mark.parametrize("path", ["README.md", "docs/how-to/novo-alerta.md"])
def test_the_alert_of_the_documentation_is_found_and_passes_its_own_test(
    configure: Configure, tmp_path: Path, path: str
) -> None:
    (shown,) = (block for block in blocks(path) if "registrar" in block)
    (own_test,) = (block for block in blocks("docs/how-to/novo-alerta.md") if "def test_firmware" in block)
    (tmp_path / "minha_loja.py").write_text(shown)
    configure(sat__alert_modules='["minha_loja"]')
    assert guests.load() == ()
    scope: dict[str, Any] = {}
    exec(own_test, scope)
    scope["test_firmware"]()


def test_a_guest_of_the_documentation_has_about_ten_lines() -> None:
    (shown,) = (block for block in blocks("docs/how-to/novo-alerta.md") if "registrar" in block)
    assert len([line for line in shown.splitlines() if line.strip()]) <= 10
