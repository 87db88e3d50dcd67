"""`on_host.py NAME MODULE ARGUMENTS…`: run a module as if on a machine of that name."""

import runpy
import socket
import sys

name = sys.argv[1]
socket.gethostname = lambda: name
sys.argv = sys.argv[2:]
sys.path[0] = ""
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
