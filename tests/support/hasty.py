"""`hasty.py MODULE ARGUMENTS…`: run a module where judging is asked for each second, and missed after ten."""

import runpy
import sys

import beat_schedule
from flows.alertas import alone
from workers import host

plain = beat_schedule.every
beat_schedule.every = lambda task, *, seconds, **more: plain(
    task, seconds=1 if task == "alertas.julgar" else seconds, **more
)
alone.PATIENCE_SECONDS = 10.0
host.watch.__defaults__ = (0.5,)
sys.argv = sys.argv[1:]
sys.path[0] = ""
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
