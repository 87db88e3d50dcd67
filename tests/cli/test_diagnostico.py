"""`esteira diagnostico`, as it is typed."""

import json
from pathlib import Path

from conftest import Configure
from support.typed import Run


def test_each_system_has_a_line_and_nothing_wrong_is_zero(run: Run) -> None:
    code, out, _ = run("diagnostico --json")
    found = {one["sistema"]: one["situacao"] for one in json.loads(out)}
    assert code == 0
    assert (found["pasta de dados"], found["banco de dados"], found["broker"]) == ("ok", "ok", "aviso")
    assert "pasta de dados" in run("diagnostico")[1]


def test_a_fault_says_what_to_do_and_ends_with_one(run: Run, configure: Configure) -> None:
    configure(core__redis_url="redis://:senha@127.0.0.1:1/0")  # pragma: allowlist secret
    code, out, err = run("diagnostico --json")
    (broker,) = (one for one in json.loads(out) if one["sistema"] == "broker")
    assert (code, broker["situacao"]) == (1, "erro")
    assert broker["correcao"]
    assert "senha" not in out + err


def test_settings_that_are_wrong_are_told_once_and_end_with_four(
    run: Run, configure: Configure, tmp_path: Path
) -> None:
    file = tmp_path / "errado.toml"
    file.write_text('[core]\ntimezone = "Marte/Olimpo"\n')
    configure(config=str(file))
    code, out, _ = run("diagnostico --json")
    (found,) = json.loads(out)
    assert (code, found["sistema"], found["situacao"]) == (4, "configuração", "erro")
    assert "core.timezone" in found["detalhe"]
    assert found["correcao"]
