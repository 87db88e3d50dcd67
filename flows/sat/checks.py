"""What `diagnostico` tells of boxes: which are reachable, which are not asked, which conditions could not be loaded."""

from collections.abc import Iterator

from alerts.sat.guests import load as load_guests
from core.checks import FAULT, OK, WARNING, Finding
from core.reach import connection_fault
from core.settings.sat import BoxSettings, SatSettings, same_equipment
from flows.sat.known_boxes import merged, unreadable

# What the check can say of a box of each kind without asking it anything.
ACCEPTS = {
    "agente": "um agente a lê na máquina dela; o que envia, `esteira sat listar` diz",
    "local": "a biblioteca está lá; o que a caixa responde, `esteira sat listar` diz",
    "hub": "aceita conexão; se é um SATHub e o que responde, `esteira sat listar` diz",
}


def boxes() -> Iterator[Finding]:
    """Tell which boxes of the settings accept a connection; the boxes themselves are asked nothing."""
    same = merged()
    for box in SatSettings.current().boxes:
        if box.name not in same:
            fault = _fault(box)
            said = fault or ACCEPTS[box.kind]
            yield Finding(f"caixa {box.name}", FAULT if fault else OK, said, fault and "Veja sat.boxes.")


def unasked() -> Iterator[Finding]:
    """Tell which boxes are not asked: another one is the same equipment, or what was stored is no longer valid."""
    mine = {box.name for box in SatSettings.current().boxes}
    for nome, box in merged().items():
        advice = "Tire-a de sat.boxes." if nome in mine else f"Tire-a com `esteira sat remover {nome}`."
        yield Finding(f"caixa {nome}", WARNING, f"não é consultada: {same_equipment(box)}", advice)
    for nome, mistakes in unreadable().items():
        yield Finding(f"caixa {nome}", FAULT, f"não é consultada: {mistakes}", "Importe-a de novo, corrigida.")


def _fault(box: BoxSettings) -> str:
    if box.kind == "local":
        return "" if box.library and box.library.is_file() else f"a biblioteca {box.library} não existe"
    return "" if box.heard else connection_fault(box.host or "", box.port)


def guests() -> Iterator[Finding]:
    """Tell which conditions of others could not be loaded."""
    for said in load_guests():
        yield Finding("alertas próprios", FAULT, said, "Confira sat.alert_modules ou reinstale o pacote.")


CHECKS = {"caixas": boxes, "caixas não consultadas": unasked, "alertas próprios": guests}
