"""All tables at once, and rooms of tables that stand alone."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from storage import models
from storage.metadata import metadata

ROOMS = sorted(Path(models.__path__[0]).glob("[a-z]*.py"))
ALONE = """
import importlib, sys
from storage.models.base import Base
importlib.import_module(sys.argv[1])
Base.registry.configure()
print(*(table.name for table in Base.metadata.sorted_tables))
"""


def test_every_room_is_found() -> None:
    assert {"empresa", "delivery", "questor_lote", "sefaz_serie", "documento"} <= metadata().tables.keys()


@pytest.mark.parametrize("room", ROOMS, ids=lambda path: path.stem)
def test_a_key_into_another_room_names_the_class_so_that_the_room_comes_along(room: Path) -> None:
    text = room.read_text()
    assert {f'__tablename__ = "{table}"' for table in re.findall(r'ForeignKey\("(\w+)\.', text)} <= {
        line.strip() for line in text.splitlines()
    }


@pytest.mark.parametrize(
    ("room", "with_it", "without"),
    [
        ("storage.models.sefaz", "empresa", "questor_lote"),
        ("storage.models.eventos", "destino", "documento"),
        ("flows.entregas.views", "delivery", "documento"),
    ],
)
def test_a_room_is_mapped_without_the_others(room: str, with_it: str, without: str) -> None:
    run = subprocess.run([sys.executable, "-W", "error", "-c", ALONE, room], capture_output=True, text=True, check=True)
    assert with_it in run.stdout.split()
    assert without not in run.stdout.split()
