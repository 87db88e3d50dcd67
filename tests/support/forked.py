"""Programs in processes of their own that begin at once: one process imports what they need, and each is forked off it.

An interpreter of its own costs a second of CPU for each; whoever looks at what a fresh one loads takes `subprocess`.
"""

import atexit
import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

SERVER = """
import gc, importlib, json, os, signal, sys, traceback
told = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
for name in sys.argv[1:]:
    importlib.import_module(name)
gc.collect()
gc.freeze()

def carried_out(text, words, environment, folder):
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = ["-c", *words]
    sys.stdin = open(os.devnull)
    try:
        exec(compile(text, "<program>", "exec"), {"__name__": "__main__"})
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
        return 1
    return 0

for line in sys.stdin:
    child = os.fork()
    if child == 0:
        code = carried_out(*json.loads(line))
        sys.stdout.flush()
        os._exit(code)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), file=told, flush=True)
"""


@cache
def _server(*modules: str) -> "subprocess.Popen[str]":
    """Start a process that has imported these; the end of its input is its own."""
    command = [sys.executable, "-c", SERVER, *modules]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    server = subprocess.Popen(command, cwd=Path(__file__).parent.parent.parent, text=True, bufsize=1, **pipes)
    atexit.register(server.communicate)
    return server


def ran(program: str, *words: str, knowing: tuple[str, ...]) -> int:
    """Run a program with these words in its `sys.argv`, in this folder and environment; return how it ended.

    `knowing` are the modules that the process has imported before.
    """
    server = _server(*knowing)
    assert server.stdin is not None
    assert server.stdout is not None
    given: list[Any] = [program, words, dict(os.environ), str(Path.cwd())]
    server.stdin.write(json.dumps(given) + "\n")
    return int(server.stdout.readline())
