"""`esteira email`, as it is typed."""

import json
from pathlib import Path

from support.typed import Run


def test_the_notices_are_listed(run: Run) -> None:
    code, out, _ = run("email avisos --json")
    assert code == 0
    assert {"nome": "nfe_importada", "grupo": "documentos importados"}.items() <= json.loads(out)[0].items() or any(
        one["nome"] == "nfe_importada" for one in json.loads(out)
    )
    assert "qualquer" in run("email avisos")[1]


def test_a_notice_is_shown_with_its_example_and_nothing_is_sent(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("email mostrar nfe_importada")
    assert code == 0
    assert out.startswith("Assunto: ✅ NFe ")
    assert "Olá, Ana." in out
    assert run("email mostrar nfe_importada --html")[1].startswith("<!doctype html>")
    assert run(f"email mostrar nfe_importada --pasta {tmp_path}/x")[0] == 0
    assert {path.name for path in (tmp_path / "x").iterdir()} >= {"nfe_importada.html", "nfe_importada.txt"}


def test_an_unknown_notice_is_told_with_where_to_look(run: Run) -> None:
    code, _, err = run("email mostrar nada")
    assert code == 2
    assert "esteira email avisos" in err


def test_a_folder_that_cannot_be_is_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "arquivo").write_text("")
    code, _, err = run(f"email mostrar qualquer --pasta {tmp_path}/arquivo")
    assert code == 2
    assert "(--pasta)" in err
