"""Windows as far as it can be had here: what it lacks is taken away, and every module of ours is loaded anew.

Libraries are loaded before, on the system they are on: what they do there is their makers' business.
"""

import importlib
import os
import pkgutil
import signal
import socket
import subprocess
import sys
import types

NO_MODULES = "fcntl pwd grp resource termios tty pty syslog readline spwd crypt nis posix".split()
NO_OS = (
    "fork forkpty getuid geteuid getgid getegid setuid setgid killpg getpgid setsid getsid setpgid waitid P_PID "
    "WEXITED WNOHANG WNOWAIT register_at_fork chown lchown fchown fchmod chroot mkfifo statvfs getloadavg nice "
    "getpriority sched_getaffinity sched_setaffinity memfd_create pidfd_open O_NOFOLLOW O_NONBLOCK O_DIRECTORY "
    "O_CLOEXEC O_SYNC O_DSYNC uname openpty sysconf posix_fadvise sendfile pipe2 wait3 wait4 setresuid getgroups "
    "sync fdatasync ctermid"
).split()
NO_SIGNALS = (
    "SIGKILL SIGHUP SIGQUIT SIGUSR1 SIGUSR2 SIGCHLD SIGALRM SIGPIPE SIGSTOP SIGCONT SIGTSTP SIGXFSZ SIGXCPU SIGWINCH "
    "setitimer alarm pause sigwait pthread_sigmask pthread_kill siginterrupt ITIMER_REAL"
).split()
NO_SOCKETS = "AF_UNIX AF_NETLINK AF_PACKET SO_REUSEPORT".split()


def shipped(packages: list[str]) -> list[str]:
    """Return every module of these packages; `__main__` is a program, and migrations are Alembic's to load."""
    names = []
    for package in packages:
        names.append(package)
        root = importlib.import_module(package)
        for path in getattr(root, "__path__", []):
            names += [one.name for one in pkgutil.walk_packages([path], f"{package}.")]
    return [name for name in names if not name.endswith("__main__") and ".migrations" not in name]


def take_away() -> None:
    """Make this process as poor as one on Windows."""
    for name in NO_MODULES:
        sys.modules[name] = None  # type: ignore[assignment]
    for module, names in ((os, NO_OS), (signal, NO_SIGNALS), (socket, NO_SOCKETS)):
        for name in names:
            if hasattr(module, name):
                delattr(module, name)
    there = types.ModuleType("msvcrt")
    vars(there).update(LK_LOCK=1, LK_NBLCK=2, LK_UNLCK=0, locking=lambda *_: None)
    sys.modules["msvcrt"] = there
    vars(os)["O_BINARY"] = 0x8000
    vars(signal).update(SIGBREAK=21, CTRL_BREAK_EVENT=1, CTRL_C_EVENT=0)
    vars(subprocess)["CREATE_NEW_PROCESS_GROUP"] = 0x200
    sys.platform = "win32"


def forget(packages: list[str]) -> None:
    """Forget every module of ours."""
    for name in [one for one in sys.modules if one.split(".")[0] in packages]:
        del sys.modules[name]
    prometheus = sys.modules.get("prometheus_client")
    if prometheus is not None:
        # each would otherwise be named twice
        registry = prometheus.REGISTRY
        for known in list(registry._collector_to_names):
            registry.unregister(known)


def main(packages: list[str]) -> int:
    """Load everything twice, the second time on Windows; write each module that could not be, and how many could."""
    names = shipped(packages)
    for name in names:
        importlib.import_module(name)
    forget(packages)
    take_away()
    bad = 0
    for name in names:
        try:
            importlib.import_module(name)
        except Exception as fault:  # noqa: BLE001 - all of them are told
            bad += 1
            print(f"{name}: {type(fault).__name__}: {fault}")  # noqa: T201
    print(len(names))  # noqa: T201
    return bad


if __name__ == "__main__":
    # the folder of this file, whose names are not those of the tree
    sys.path.pop(0)
    code = main(sys.argv[1:])
    sys.stdout.flush()
    os._exit(bool(code))
