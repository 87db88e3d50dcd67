"""`esteira importar`, as it is typed: a line for each document, exit codes, the queue."""

import errno
import io
import json
import os
import sys
import zipfile
from pathlib import Path

import pytest
from support.fiscal import cnpj
from support.guardados import CNPJ, company
from support.typed import Run

from cli.importar import Lines
from cli.main import main
from core.clock import SYSTEM
from flows.documentos import asking
from flows.documentos.arriving import importer
from flows.documentos.importing import import_chunk
from flows.documentos.owners import owner
from flows.documentos.watching import Folders
from sandbox.documentos.conhecimentos import conhecimento
from sandbox.documentos.cupons import cupom, lote
from sandbox.documentos.eventos import evento
from sandbox.documentos.notas import nota


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "xml"
    made.mkdir()
    return made


def put(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def lines(out: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.splitlines()]


def test_a_folder_is_imported_and_summed_up_in_words(run: Run, folder: Path) -> None:
    put(folder / "a.xml", nota(1).xml)
    put(folder / "sub" / "b.xml", conhecimento(2).xml)
    assert run("importar", str(folder)) == (0, "", "2 documentos novos.\n")
    put(folder / "c.xml", evento(nota(1)))
    assert run("importar", str(folder))[2] == "1 documento novo, 2 já estavam.\n"
    assert len(json.loads(run("documentos listar --json")[1])) == 2


def test_there_is_a_line_for_each_document_and_file(run: Run, folder: Path) -> None:
    put(folder / "cupons.xml", lote(cupom(1), cupom(2)))
    put(folder / "ruim.xml", b"<nfeProc")
    put(folder / "quebrado.zip", b"PK\x03\x04nada")
    with zipfile.ZipFile(folder / "notas.zip", "w") as archive:
        archive.writestr("n.xml", nota(3).xml)
        archive.writestr("leia.txt", "nada")
    code, out, err = run("importar", str(folder), "--json")
    found = {str(line["arquivo"]): line for line in lines(out)}
    assert code == 5
    assert set(found) == {"cupons.xml#1", "cupons.xml#2", "notas.zip!/n.xml", "quebrado.zip", "ruim.xml"}
    assert found["notas.zip!/n.xml"] | {"mensagem": ""} == {
        "arquivo": "notas.zip!/n.xml",
        "tipo": "NFe",
        "chave": nota(3).chave,
        "status": "sucesso",
        "mensagem": "",
    }
    assert {name for name, line in found.items() if line["status"] == "erro"} == {"quebrado.zip", "ruim.xml"}
    assert all(line["mensagem"] for line in found.values() if line["status"] == "erro")
    assert "recusados" in err


def test_what_is_refused_is_said_to_people_too(run: Run, folder: Path) -> None:
    put(folder / "ruim.xml", b"isto nao e xml")
    code, out, err = run("importar", str(folder / "ruim.xml"))
    assert (code, out, err) == (5, "ruim.xml: o arquivo não é XML\n", "1 recusado.\n")


@pytest.mark.parametrize("made", [nota(1), conhecimento(1), cupom(1)], ids=["nfe", "cte", "cfe"])
def test_the_detail_has_the_names_of_the_contract_and_exact_values(run: Run, folder: Path, made: object) -> None:
    put(folder / "a.xml", made.xml)  # type: ignore[attr-defined]
    (line,) = lines(run("importar", str(folder), "--json", "--detalhe")[1])
    detail = line["detalhe"]
    assert isinstance(detail, dict)
    assert {"emit_cnpj", "emit_nome", "data_emissao", "valor_total"} <= set(detail)
    assert isinstance(detail["valor_total"], str)
    assert detail.get("numero_nf", detail.get("numero_ct", detail.get("numero"))) == 1


def test_a_refused_file_has_no_detail(run: Run, folder: Path) -> None:
    put(folder / "a.xml", b"<a/>")
    assert lines(run("importar", str(folder), "--json", "--detalhe")[1])[0]["detalhe"] is None


def test_the_schema_is_reported_and_keeps_nothing_out(run: Run, folder: Path) -> None:
    put(folder / "a.xml", nota(1).xml)
    put(folder / "b.xml", nota(2).xml.replace(b"<natOp>", b"<natOp></natOp><natOp>"))
    code, out, err = run("importar", str(folder), "--json", "--validar")
    said = {line["arquivo"]: line["validacao"] for line in lines(out)}
    assert (code, said["a.xml"], bool(said["b.xml"])) == (0, None, True)
    assert "1 fora do esquema" in err


def test_documents_are_a_user_s_or_a_company_s(run: Run, folder: Path) -> None:
    put(folder / "a.xml", nota(1).xml)
    run("usuarios criar ana")
    assert run("importar", str(folder), "--usuario", "ana")[0] == 0
    assert len(json.loads(run("documentos listar --usuario ana --json")[1])) == 1
    company()
    assert run("importar", str(folder), "--empresa", CNPJ)[2] == "1 documento novo.\n"
    assert len(json.loads(run(f"documentos listar --empresa {CNPJ} --json")[1])) == 1


def test_a_company_that_takes_no_part_in_a_document_is_told(run: Run, folder: Path) -> None:
    other = cnpj(77888999)
    company(other)
    put(folder / "a.xml", nota(1).xml)
    assert run("importar", str(folder), "--empresa", other)[2] == "1 documento novo, 1 não cita a empresa dita.\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("", "Diga o que importar"),
        ("nada.xml", "não existe"),
        (". --usuario ninguem", "(--usuario)"),
        (". --empresa 1", "(--empresa)"),
        (". --importados x", "--vigiar PASTA"),
        (". --vigiar .", "não se diz outro caminho"),
        ("--vigiar . --fila", "não se diz outro caminho"),
        ("--vigiar nada", "Não consegui ler a pasta"),
        ("--vigiar . --importados .", "(--importados)"),
        ("--vigiar . --usuario ninguem", "(--usuario)"),
    ],
)
def test_a_mistake_is_told_and_nothing_is_imported(run: Run, words: str, told: str) -> None:
    code, out, err = run(*f"importar {words}".split())
    assert (code, out, told in err) == (2, "", True), err
    assert run("documentos listar --json")[1] == "[]\n"


@pytest.mark.parametrize("way", [["."], ["--vigiar", "."], [".", "--fila"]], ids=["now", "watch", "queue"])
def test_nothing_comes_in_for_one_who_is_off(run: Run, folder: Path, way: list[str]) -> None:
    put(folder / "a.xml", nota(1).xml)
    company()
    run("usuarios criar ana")
    run("usuarios desativar ana")
    run(f"empresas desativar {CNPJ}")
    for option, name in (("--usuario", "ana"), ("--empresa", CNPJ)):
        code, out, err = run("importar", *way, option, name)
        assert (code, out, f"ative-{'o' if name == 'ana' else 'a'} antes ({option})" in err) == (2, "", True)
    assert run("importar", *way, "--usuario", "\udcff")[0] == 2
    assert run("documentos listar --json")[1] == "[]\n"


def test_a_request_can_be_left_to_the_workers(run: Run, folder: Path, broker: str) -> None:
    put(folder / "a.xml", nota(1).xml)
    code, out, err = run("importar", str(folder), "--fila")
    assert (code, out, "deixada na fila" in err) == (0, "", True)
    assert run("documentos listar --json")[1] == "[]\n"


def test_without_a_broker_the_queue_is_told(run: Run, folder: Path) -> None:
    assert run("importar", str(folder), "--fila")[0] in (3, 4)


def test_a_file_that_cannot_be_stored_costs_itself(
    sqlite: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = put(folder / "a.xml", nota(1).xml), put(folder / "b.xml", nota(2).xml)
    monkeypatch.setattr("flows.documentos.columns.searchable", _fails_for(nota(2).chave), raising=False)
    told = Lines(as_json=True, detalhe=False, validar=False)
    take = importer(Folders.of(str(folder)), owner(), told.show, SYSTEM)
    assert list(take([os.fsencode(good), os.fsencode(bad)])) == [True, False]
    assert "não pôde ser guardado" in capsys.readouterr().out


def test_a_document_that_is_told_to_nobody_any_more_is_no_defect(
    sqlite: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(folder / "a.xml", nota(1).xml)

    def gone(line: object) -> None:
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        list(importer(Folders.of(str(folder)), owner(), gone, SYSTEM)([os.fsencode(folder / "a.xml")]))
    assert "could not be stored" not in capsys.readouterr().err


def _fails_for(chave: str) -> object:
    from core.documentos.busca import searchable

    def failing(conteudo: object) -> str:
        if getattr(conteudo, "chave", None) == chave:
            raise ZeroDivisionError
        return searchable(conteudo)  # type: ignore[arg-type]

    return failing


class Interrupting(io.StringIO):
    """A screen at which somebody presses Ctrl-C."""

    def write(self, text: str) -> int:
        raise KeyboardInterrupt


def test_what_ctrl_c_leaves_is_owed_still(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(1, 251):
        put(folder / f"{number}.xml", nota(number).xml)
    with monkeypatch.context() as at:
        at.setattr(sys, "stdout", Interrupting())
        assert main(["importar", str(folder), "--json"]) == 130
    done = len(json.loads(run("documentos listar --limite 1000 --json")[1]))
    assert done < 250
    (owed,) = asking.owed(10)
    assert import_chunk(owed).novos == 250 - done
    assert len(json.loads(run("documentos listar --limite 1000 --json")[1])) == 250


class Closed(io.StringIO):
    """A pipe from which nobody reads any more."""

    def write(self, text: str) -> int:
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")


def test_what_is_told_to_nobody_any_more_is_owed_still(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(1, 251):
        put(folder / f"{number}.xml", nota(number).xml)
    with monkeypatch.context() as at:
        # the library puts something else in the place of both
        at.setattr(sys, "stderr", sys.stderr)
        at.setattr(sys, "stdout", Closed())
        assert main(["importar", str(folder), "--json"]) == 0
    assert "O que faltou continua devido" in capsys.readouterr().err
    done = len(json.loads(run("documentos listar --limite 1000 --json")[1]))
    (owed,) = asking.owed(10)
    assert import_chunk(owed).novos == 250 - done > 0
