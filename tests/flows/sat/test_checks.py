"""What `diagnostico` tells of boxes: reachable or not, which are not asked and what to do, guests that do not load."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from conftest import Configure
from support.boxes import with_boxes
from support.numeracao import after
from support.ports import free_port
from support.scripted import Scripted

from alerts.sat import guests as loading
from core.checks import FAULT, OK, WARNING, Finding
from flows.sat import checks, importing
from storage.models.base import CONTA_PADRAO
from storage.models.sat import Caixa
from storage.session import transaction


@pytest.fixture
def database(sqlite: str) -> None:
    """Boxes may have been imported."""


def told(found: Sequence[Finding]) -> list[tuple[str, str]]:
    return [(one.sistema, one.situacao) for one in found]


@pytest.mark.usefixtures("database")
def test_without_boxes_nothing_is_told() -> None:
    assert [*checks.boxes(), *checks.unasked()] == []


@pytest.mark.usefixtures("database")
def test_a_box_that_an_agent_reads_is_not_looked_for_from_here(configure: Configure) -> None:
    with_boxes(configure, {"name": "a", "kind": "agente", "usuario": "agente-loja-1"})
    (found,) = checks.boxes()
    assert (found.situacao, "um agente" in found.detalhe) == (OK, True)


@pytest.mark.usefixtures("database")
def test_a_box_that_accepts_a_connection_is_asked_nothing(configure: Configure) -> None:
    with Scripted() as hub:
        port = int(hub.url.rpartition(":")[2])
        with_boxes(configure, {"name": "a", "host": "127.0.0.1", "port": port})
        (found,) = checks.boxes()
        assert hub.asked == []
    assert found == Finding(
        "caixa a", OK, "aceita conexão; se é um SATHub e o que responde, `esteira sat listar` diz", ""
    )


@pytest.mark.usefixtures("database")
def test_one_that_accepts_none_is_told_with_its_address(configure: Configure) -> None:
    port = free_port()
    with_boxes(configure, {"name": "a", "host": "127.0.0.1", "port": port})
    (found,) = checks.boxes()
    assert (found.situacao, found.correcao) == (FAULT, "Veja sat.boxes.")
    assert found.detalhe.startswith(f"127.0.0.1:{port} não aceita conexão")


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(("there", "state"), [(True, OK), (False, FAULT)])
def test_a_local_box_needs_its_library(configure: Configure, tmp_path: Path, there: bool, state: str) -> None:
    library = tmp_path / "sat.so"
    if there:
        library.touch()
    with_boxes(configure, {"name": "a", "kind": "local", "library": str(library), "activation_code": "12345678"})
    (found,) = checks.boxes()
    assert (found.situacao, str(library) in found.detalhe) == (state, not there)


@pytest.mark.usefixtures("database")
def test_of_boxes_that_are_the_same_equipment_one_is_looked_at_and_the_others_are_to_go(
    configure: Configure, tmp_path: Path
) -> None:
    port = free_port()
    hub = {"host": "127.0.0.1", "port": port}
    (tmp_path / "caixas.csv").write_text(f"nome;host;port\npdv-3;127.0.0.1;{port}\n")
    importing.importar(tmp_path / "caixas.csv")
    with_boxes(configure, {"name": "pdv-1", **hub}, {"name": "pdv-2", "numero_caixa": 2, **hub})
    assert told(list(checks.boxes())) == [("caixa pdv-1", FAULT)]
    found = {one.sistema: one for one in checks.unasked()}
    assert {name: one.situacao for name, one in found.items()} == {"caixa pdv-2": WARNING, "caixa pdv-3": WARNING}
    assert all("mesmo SATHub que a caixa pdv-1" in one.detalhe for one in found.values())
    assert found["caixa pdv-2"].correcao == "Tire-a de sat.boxes."
    assert found["caixa pdv-3"].correcao == "Tire-a com `esteira sat remover pdv-3`."


@pytest.mark.usefixtures("database")
def test_a_stored_box_that_is_valid_no_more_is_told_with_its_mistake() -> None:
    with transaction() as db:
        db.add(Caixa(nome="velha", conta=CONTA_PADRAO, sessao=1, due_at=after(0), config=json.dumps({"name": "velha"})))
    (found,) = checks.unasked()
    assert (found.sistema, found.situacao) == ("caixa velha", FAULT)
    assert (found.detalhe.startswith("não é consultada: "), found.correcao) == (True, "Importe-a de novo, corrigida.")


def test_a_guest_that_cannot_be_loaded_is_told(configure: Configure) -> None:
    configure(sat__alert_modules='["modulo_que_nao_ha"]')
    loading.load.cache_clear()
    try:
        (found,) = checks.guests()
    finally:
        loading.load.cache_clear()
    assert (found.sistema, found.situacao) == ("alertas próprios", FAULT)
    assert "sat.alert_modules: modulo_que_nao_ha não pôde ser carregado" in found.detalhe
