"""What carries messages is there for every thread, whichever asks first."""

import subprocess
import sys

# Threads take turns so often that one stands in the midst of another's import.
PROGRAM = """
import sys, threading
from core import broker_link
broker_link.load()
sys.setswitchinterval(1e-6)
failed = []

def ask(statement):
    try:
        exec(statement, {})
    except ImportError as fault:
        failed.append(str(fault))

names = ["import celery.beat", "from celery import Task, shared_task"]
asked = [*names, *["from kombu import Connection, Exchange, pools"] * 3]
threads = [threading.Thread(target=ask, args=(one,)) for one in asked]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
sys.exit("; ".join(failed) or None)
"""


def test_threads_that_ask_at_once_all_find_what_they_ask_for() -> None:
    for _ in range(3):
        done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False, timeout=120)
        assert done.returncode == 0, done.stderr
