"""What the demonstration's shop receives: a cancellation that waited for its note, a file that is broken."""

from pathlib import Path

from core.documentos.situacao import Situacao
from flows.documentos.asking import pedir
from flows.documentos.importing import importar
from flows.documentos.views import documentos, logs
from sandbox.demo.documentos import CANCELLED, EARLY, NOTES, PART, REST
from sandbox.demo.part import Stage


def test_its_documents_come_in_as_they_are_meant_to(sqlite: str, tmp_path: Path) -> None:
    stage = Stage(str(tmp_path), {PART.name: [0]}, "semente")
    PART.servers(stage)
    for number in pedir([str(stage.path(EARLY)), str(stage.path(REST))]):
        importar(number)
    found = documentos.listar()
    cancelled = [one.numero for one in found if one.situacao == Situacao.CANCELADA]
    assert (len(found.itens), cancelled) == (NOTES + 3, [str(CANCELLED)])
    assert [one.arquivo_nome for one in logs.listar(status="erro")] == ["cortada.xml"]
