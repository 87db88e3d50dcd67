"""A refusal of a flow names no option; the command line says which it is, or where to look."""

import re
from pathlib import Path

import pytest
import typer

from cli import hints
from cli.main import app
from core.errors import Conflict, NotFound, Refusal, UsageError

ROOT = Path(__file__).parents[2]
FLOW_ROOMS = ("core", "storage", "events", "alerts", "connectors", "flows")


@pytest.mark.parametrize(
    ("refusal", "told"),
    [
        (UsageError("O início está no futuro.", campo="desde"), "O início está no futuro (--desde)."),
        (UsageError("Número demais.", campo="por_minuto"), "Número demais (--por-minuto)."),
        (
            NotFound("Não há entrega com o número 9.", veja="entregas"),
            "Não há entrega com o número 9. Veja `esteira entregas listar`.",
        ),
        (
            NotFound("A empresa 1 não está cadastrada.", campo="empresa", veja="empresas"),
            "A empresa 1 não está cadastrada (--empresa). Veja `esteira empresas listar`.",
        ),
        (Conflict("Está sendo enviada agora."), "Está sendo enviada agora."),
        (UsageError(), "Comando inválido."),
    ],
)
def test_the_hint_follows_the_sentence(refusal: Refusal, told: str) -> None:
    assert hints.sentence(refusal) == told
    assert refusal.exit_code == 2


@pytest.mark.parametrize("command", hints.LISTS.values())
def test_the_command_of_a_hint_is_there(command: str) -> None:
    group = typer.main.get_command(app)
    for word in command.split()[1:]:
        group = group.get_command(None, word)  # type: ignore[attr-defined, arg-type]
        assert group is not None


def test_a_list_that_is_named_has_its_command() -> None:
    named = re.compile(r'veja="(\w+)"')
    sources = [path.read_text() for room in FLOW_ROOMS for path in (ROOT / room).rglob("*.py")]
    found = {name for text in sources for name in named.findall(text)}
    assert {"entregas", "caixas"} <= found <= hints.LISTS.keys()


@pytest.mark.parametrize("room", FLOW_ROOMS)
def test_no_sentence_of_a_flow_names_an_option(room: str) -> None:
    option = re.compile(r'"[^"\n]*(?<![\w-])--[a-z][^"\n]*"')
    files = {path.relative_to(ROOT).as_posix(): path.read_text() for path in (ROOT / room).rglob("*.py")}
    assert {name for name, text in files.items() if option.search(text)} == set()
