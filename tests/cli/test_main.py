"""Whatever goes wrong, a command ends with one sentence in Portuguese and its exit code."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Configure, forget_process_state
from support.typed import Run

from cli.main import main
from core.errors import NotFound


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ("nada", 2, "Comando desconhecido: nada"),
        ("destinos nada", 2, "Comando desconhecido: nada"),
        ("destinos listar --nada", 2, "Opção desconhecida: --nada"),
        ("destinos criar --tipo webhook", 2, "Falta a opção --nome"),
        ("entregas mostrar", 2, "Falta o argumento"),
        ("entregas mostrar abc", 2, "deve ser um número inteiro"),
        ("entregas mostrar 999", 2, "Não há entrega com o número 999"),
        ("entregas mostrar 99999999999999999999999", 2, "Não há entrega"),
        ("entregas listar --resumo 99999999999999999999999", 0, "Nenhuma entrega."),
        ("entregas listar --estado perdido", 2, "Estado desconhecido: 'perdido'"),
        ("eventos disparar nada --dados {}", 2, "Evento desconhecido: 'nada'"),
        ("eventos disparar alerta_aberto --dados {", 2, "--dados não é um JSON válido"),
        ("eventos disparar alerta_aberto --dados []", 2, "deve ser um objeto JSON"),
        ('eventos disparar alerta_aberto --dados {"a":NaN}', 2, "--dados não é um JSON válido"),
        ("destinos retomar nenhum", 2, "não existe"),
        ("sat verificar loja-9", 2, "Caixa desconhecida: 'loja-9'"),
        ("destinos criar --tipo fax --nome a --url https://a.b/ --eventos teste", 2, "Tipo de destino desconhecido"),
        ("destinos criar --tipo webhook --nome a --url ftp://a.b/ --eventos alerta_aberto", 2, "URL do destino"),
        (
            "destinos criar --tipo webhook --nome a --url https://a.b/ --eventos alerta",
            2,
            "Evento desconhecido: alerta",
        ),
        ("destinos criar --tipo webhook --nome a --url https://a.b/ --eventos ,", 2, "ao menos um evento"),
        ("destinos criar --tipo ntfy --nome a --url https://a.b/ --eventos alerta_aberto", 2, "--topico"),
        ("destinos criar --tipo ntfy --nome a --url https://a.b/t --topico t --eventos alerta_aberto", 2, "raiz"),
        (
            "destinos criar --tipo webhook --nome a --url https://a.b/ --eventos alerta_aberto --topico t",
            2,
            "Um destino webhook não tem tópico (--topico).",
        ),
    ],
)
def test_bad_input_is_one_sentence_with_its_exit_code(run: Run, words: str, code: int, told: str) -> None:
    got, out, err = run(*words.split(" "))
    assert (got, out) == (code, "")
    assert told in err
    assert len(err.strip().splitlines()) == 1


@pytest.mark.parametrize(
    "words",
    [
        "destinos mostrar {}",
        "destinos pausar {}",
        "destinos testar {}",
        "alertas reconhecer {}",
        "alertas reconhecer loja-1 --fonte {}",
        "alertas listar --fonte {}",
        "fila listar --conta {}",
        "sat remover {}",
        "tokens revogar {}",
    ],
)
def test_a_word_that_is_no_text_is_refused(run: Run, words: str) -> None:
    # as Python reads the byte FF of another program's Latin-1
    code, out, err = run(words.format("loja\udcff"))
    assert (code, out, err) == (2, "", "Erro: um dos textos do comando não está em UTF-8.\n")


@pytest.mark.slow
@pytest.mark.parametrize("words", ["agenda", "agenda --json"])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_is_gone_is_no_fault(sqlite: str, words: str, unbuffered: str) -> None:
    reads, writes = os.pipe()
    os.close(reads)
    command = [sys.executable, "-m", "cli.main", *words.split()]
    env = os.environ | {"PYTHONUNBUFFERED": unbuffered}
    done = subprocess.run(command, stdout=writes, stderr=subprocess.PIPE, check=False, env=env)
    os.close(writes)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.slow
def test_a_path_that_is_no_text_is_told_byte_by_byte(sqlite: str, tmp_path: Path) -> None:
    path = os.fsencode(tmp_path / "cópia-") + b"\xff.zip"
    words: list[str | bytes] = [sys.executable, "-m", "cli.main", "backup", path]
    done = subprocess.run(
        words, capture_output=True, check=False, env=os.environ | {"PYTHONIOENCODING": "utf-8:strict"}
    )
    assert (done.returncode, done.stdout) == (0, path + b"\n"), done.stderr
    assert os.path.exists(path)


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "utf-8"])
def test_an_output_of_few_letters_is_no_fault(sqlite: str, tmp_path: Path, encoding: str) -> None:
    folder = tmp_path / "Łódź 😀"
    env = {**os.environ, "ESTEIRA_CORE__DATA_DIR": str(folder), "PYTHONIOENCODING": encoding}
    command = [sys.executable, "-m", "cli.main", "diagnostico"]
    shown, document = (
        subprocess.run([*command, *more], capture_output=True, check=False, env=env) for more in ([], ["--json"])
    )
    assert (shown.stderr, document.stderr) == (b"", b"")
    assert str(folder).encode(encoding, "backslashreplace") in shown.stdout
    assert str(folder) in [one["detalhe"] for one in json.loads(document.stdout.decode(encoding))]


@pytest.mark.slow
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no disk that is always full")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("words", ["agenda", "agenda --json", "eventos listar"])
def test_an_output_without_room_is_told(sqlite: str, words: str, unbuffered: str) -> None:
    env = os.environ | {"PYTHONUNBUFFERED": unbuffered}
    with open("/dev/full", "w") as full:
        command = [sys.executable, "-m", "cli.main", *words.split()]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False, env=env)
    assert (done.returncode, done.stderr) == (3, "Erro: não consegui escrever tudo: o disco está cheio.\n")


def test_a_wrong_setting_is_told_by_its_key(run: Run, configure: Configure) -> None:
    configure(api__port="abc", core__nada="1")
    code, _, err = run("destinos", "listar")
    assert code == 4
    assert "api.port" in err
    assert "core.nada" in err


def test_without_a_broker_fila_says_so(run: Run, configure: Configure) -> None:
    configure(sat__boxes='[{"name": "loja-1", "host": "127.0.0.1"}]', core__redis_url="redis://:senha@127.0.0.1:1/0")
    code, _, err = run("sat", "verificar", "loja-1", "--fila")
    assert code == 3
    assert "broker" in err
    assert "senha" not in err


def test_help_is_in_portuguese(run: Run) -> None:
    code, out, err = run("--help")
    assert code == 0
    for word in ("Uso:", "Comandos:", "subir", "diagnostico", "sat", "entregas"):
        assert word in out + err
    assert "Usage" not in out + err


def test_the_debug_flag_shows_the_whole_fault(run: Run) -> None:
    with pytest.raises(NotFound):
        main(["entregas", "mostrar", "999", "--debug"])
    forget_process_state()
