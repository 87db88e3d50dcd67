"""Everything that may be looked after, once."""

from flows.brinquedo.jump import noted
from prometheus_client.core import GaugeMetricFamily

from core.upkeep import Upkeep


def old(now):
    """A retention rule: two batches."""
    yield {"pecas": 2}
    yield {"pecas": 1}


def height(db, now):
    """A metric."""
    family = GaugeMetricFamily("esteira_brinquedo_altura", "Altura.")
    family.add_metric([], 7)
    yield family


UPKEEP = Upkeep(
    retention=(old,),
    metrics=(height,),
    claims=(lambda now: noted("devolveu") or 0,),
    claims_elsewhere=(lambda now: noted("devolveu lá") or 0,),
    at_start=(lambda: noted("abriu"),),
    at_stop=(lambda seconds: noted("fechou"),),
    at_end=(lambda: noted("saiu"),),
)
