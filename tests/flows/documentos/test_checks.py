"""Imports on which nobody works are told, those under way are well."""

from datetime import timedelta
from pathlib import Path

import pytest

from core.clock import SYSTEM, FixedClock
from flows.documentos.asking import pedir
from flows.documentos.checks import waiting
from flows.documentos.importing import import_chunk
from sandbox.documentos import notas

pytestmark = pytest.mark.usefixtures("banco")


def said(minutes: float) -> list[str]:
    return [one.situacao for one in waiting(FixedClock(SYSTEM.now() + timedelta(minutes=minutes)))]


def test_an_import_that_nobody_works_on_is_told_after_a_while(tmp_path: Path) -> None:
    assert said(0) == []
    (tmp_path / "nota.xml").write_bytes(notas.nota(1).xml)
    (number,) = pedir([str(tmp_path)])
    assert (said(1), said(6)) == (["ok"], ["aviso"])
    import_chunk(number)
    assert said(6) == []
