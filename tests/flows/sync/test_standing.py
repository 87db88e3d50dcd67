"""Only who has a flow says how its run ended."""

from datetime import timedelta

from core.settings.sync import CLIENTES_PM
from flows.sync import standing
from flows.sync.results import Report
from tests.flows.sync.conftest import World

LEASE = 60.0


def test_a_run_that_lost_its_flow_says_nothing_of_it(world: World) -> None:
    slow = standing.hold("padrao", CLIENTES_PM, "lenta", world.clock.now(), LEASE)
    world.clock.advance(LEASE + 1)
    rival = standing.hold("padrao", CLIENTES_PM, "rival", world.clock.now(), LEASE)
    assert slow is not None
    assert rival is not None
    standing.ended(slow, "lenta", Report("padrao", CLIENTES_PM, falha="cortada"), None, world.clock)
    (row,) = standing.rows()
    assert (row.falha, row.terminado_em) == (None, None)
    assert not standing.renew(slow, "lenta", world.clock.now(), LEASE)
    standing.ended(rival, "rival", Report("padrao", CLIENTES_PM), None, world.clock)
    (row,) = standing.rows()
    assert (row.falha, row.bem_em) == (None, world.clock.now())
    assert row.terminado_em == world.clock.now()
    assert world.clock.now() - (row.iniciado_em or world.clock.now()) == timedelta()
