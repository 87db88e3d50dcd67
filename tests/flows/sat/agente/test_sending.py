"""What is forgotten only when the centre has answered for it, and how long is waited after what fault."""

import asyncio
import errno
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from connectors.base.faults import Blocked, Fault, Overloaded, RateLimited, Refused, TooLarge, Unreachable
from core.settings.sat import BoxSettings
from flows.sat.agente.box import Box
from flows.sat.agente.instants import Instants
from flows.sat.agente.sending import Sender

HUB = BoxSettings(name="usb-1", host="127.0.0.1")
INSTANTS = Instants(lambda: 1000.0, lambda: 100.0, lambda: "a")


class Script:
    """A line that does as it is told, once each; then it takes everything."""

    def __init__(self, *faults: Fault | None, poison: str = "") -> None:
        self.faults, self.poison, self.taken = list(faults), poison, []  # type: ignore[var-annotated]

    async def enviar(self, nome: str, leituras: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        if self.faults and (fault := self.faults.pop(0)):
            raise fault
        if any(one["leitura"] == self.poison for one in leituras):
            raise Refused("ruim", status=400)
        self.taken += [one["leitura"] for one in leituras]
        return [{"leitura": one["leitura"], "situacao": "aplicada"} for one in leituras]


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def box(tmp_path: Path, said: list[str]) -> Box:
    made = Box(HUB, tmp_path, 1000, said.append, INSTANTS)
    for number in range(120):
        made.kept.add({"leitura": f"{number}", **INSTANTS.now(), "linha": "x"})
    return made


def all_sent(box: Box, line: Script) -> list[float]:
    """Send until nothing is left; return the pauses."""

    async def run() -> list[float]:
        sender, pauses = Sender(box, line), []
        while len(box.kept):
            pauses.append(await sender.send())
        return pauses

    return asyncio.run(run())


def test_all_arrives_in_order_however_often_the_line_fails(box: Box, said: list[str]) -> None:
    faults = [Unreachable("fora."), None, Overloaded("ocupado.", status=503), Overloaded("ocupado.", status=503)]
    line = Script(*faults)
    pauses = all_sent(box, line)
    assert line.taken == [f"{number}" for number in range(120)]
    assert 1 <= pauses[0] <= 2
    assert 1 <= pauses[2] <= 2
    assert 2 <= pauses[3] <= 4
    assert said == [
        "Caixa usb-1: fora. As leituras ficam guardadas aqui.",
        "Caixa usb-1: as leituras chegam ao centro de novo.",
        "Caixa usb-1: ocupado. As leituras ficam guardadas aqui.",
        "Caixa usb-1: as leituras chegam ao centro de novo.",
    ]


def test_pauses_grow_to_five_minutes_and_heed_what_the_centre_asks(box: Box) -> None:
    pauses = all_sent(box, Script(*[Unreachable("fora.")] * 40, RateLimited("espere.", retry_after=3600.0)))
    assert all(150 <= one <= 300 for one in pauses[10:40])
    assert len(set(pauses[10:40])) > 20
    assert pauses[40] == 3600


def test_a_disk_that_cannot_be_read_is_waited_for_and_said_once(
    box: Box, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    read, line, faults = Path.read_text, Script(), [OSError(errno.EMFILE, "")] * 12

    def refuse(path: Path, *given: Any, **more: Any) -> str:
        if faults:
            raise faults.pop()
        return read(path, *given, **more)

    monkeypatch.setattr(Path, "read_text", refuse)
    pauses = all_sent(box, line)
    assert [pause > 0 for pause in pauses[:5]] == [True] * 5
    assert min(pauses[:5]) >= 1
    assert pauses[4] > pauses[0]
    assert line.taken == [f"{number}" for number in range(120)]
    assert said[1:] == ["Caixa usb-1: as leituras chegam ao centro de novo."]
    assert said[0].startswith("Caixa usb-1: Não consegui ler o que espera no disco: ")


@pytest.mark.parametrize(
    ("fault", "least"), [(Refused("404", status=404), 30), (Blocked("401", status=401), 1)], ids=["404", "401"]
)
def test_who_is_refused_keeps_everything_and_asks_seldom(box: Box, fault: Fault, least: float) -> None:
    line = Script(fault)
    assert all_sent(box, line)[0] >= least
    assert len(line.taken) == 120


def test_one_reading_that_the_centre_cannot_take_keeps_no_other_back(box: Box, said: list[str]) -> None:
    line = Script(poison="57")
    assert set(all_sent(box, line)) == {0.0}
    assert line.taken == [f"{number}" for number in range(120) if number != 57]
    assert len(said) == 2


def test_what_is_too_large_at_once_is_sent_in_parts(box: Box) -> None:
    line = Script(TooLarge("grande", status=413), TooLarge("grande", status=413))
    all_sent(box, line)
    assert line.taken == [f"{number}" for number in range(120)]


def test_what_is_sent_says_how_long_ago_it_was_and_nothing_of_the_clock(box: Box) -> None:
    from flows.sat.agente.sending import as_sent

    ((_, kept),) = box.kept.first(1)
    later = Instants(lambda: 5.0, lambda: 107.5, lambda: "a")
    assert as_sent(kept, later) == {"leitura": "0", "linha": "x", "ha_segundos": 7.5}
