"""What is looked after for alerts: that somebody judges."""

from core.upkeep import Upkeep
from flows.alertas import alone

UPKEEP = Upkeep(watches=(alone.look,))
